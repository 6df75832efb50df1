import type { KeyboardEvent } from 'react';
import { useEffect, useId, useRef, useState } from 'react';
import { useText } from './lang.tsx';
import { commonText } from './texts.ts';

export interface Command {
  id: string;
  /** Heading it stands under. */
  group: string;
  label: string;
  detail?: string;
  hint?: string;
  run: () => void;
}

interface CommandPaletteProps {
  open: boolean;
  onClose: () => void;
  /** What is always there; filtered by what is typed. */
  commands: readonly Command[];
  /** What only the server knows, e.g. cases by number or name. */
  find?: (query: string) => Promise<readonly Command[]>;
}

/** Ctrl-K: everything by a few letters. */
export function CommandPalette({ open, onClose, commands, find }: CommandPaletteProps) {
  const t = useText(commonText);
  const id = useId();
  const box = useRef<HTMLDialogElement>(null);
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<readonly Command[]>([]);
  const [at, setAt] = useState(0);
  const finder = useRef(find);
  finder.current = find;

  useEffect(() => {
    if (!open) return;
    setQuery('');
    setFound([]);
    setAt(0);
    if (!box.current?.open) box.current?.showModal();
  }, [open]);
  useEffect(() => {
    const wanted = query.trim();
    if (!open || wanted === '' || !finder.current) {
      setFound([]);
      return;
    }
    let current = true;
    const wait = setTimeout(() => {
      finder
        .current?.(wanted)
        .then((commands) => current && setFound(commands))
        .catch(() => undefined);
    }, 150);
    return () => {
      current = false;
      clearTimeout(wait);
    };
  }, [open, query]);
  if (!open) return null;

  const needle = query.trim().toLowerCase();
  const shown = [
    ...commands.filter((one) => `${one.label} ${one.detail ?? ''}`.toLowerCase().includes(needle)),
    ...found,
  ];
  const run = (command: Command | undefined): void => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setAt((now) => (shown.length === 0 ? 0 : (now + step + shown.length) % shown.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(shown[at]);
    }
  };
  return (
    <dialog
      ref={box}
      className="dialog palette"
      aria-label={t.palette.title}
      onCancel={onClose}
      onPointerDown={(event) => event.target === box.current && onClose()}
    >
      <div className="dialog-body">
        <input
          className="input palette-input"
          // The palette is opened to type into it.
          ref={(input) => input?.focus()}
          role="combobox"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={shown[at] ? `${id}-${at}` : undefined}
          aria-label={t.palette.title}
          placeholder={t.palette.placeholder}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
        <div className="palette-list" id={id} role="listbox" aria-label={t.palette.title}>
          {shown.map((command, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard works on the input (aria-activedescendant)
            // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the input
            <div
              key={command.id}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
              onPointerMove={() => setAt(index)}
              onClick={() => run(command)}
            >
              <small className="palette-group">{command.group}</small>
              <span>{command.label}</span>
              {command.detail && <small>{command.detail}</small>}
              {command.hint && <kbd className="key">{command.hint}</kbd>}
            </div>
          ))}
        </div>
        {shown.length === 0 && <p className="empty-help">{t.palette.empty}</p>}
      </div>
    </dialog>
  );
}
