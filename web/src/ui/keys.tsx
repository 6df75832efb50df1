import { useEffect, useId, useRef, useSyncExternalStore } from 'react';
import { Dialog } from './Dialog.tsx';
import { useText } from './lang.tsx';
import { commonText } from './texts.ts';

/** One key of the screen. Single characters work when no field has the focus and no dialog is open. */
export interface KeyBinding {
  /** `KeyboardEvent.key`, e.g. `j`, `Enter`, `?`; with `mod+` for Ctrl or Command. */
  key: string;
  /** What it does, for the keyboard map. */
  label: string;
  run: () => void;
  /** Off for the moment; still shown in the map. */
  off?: boolean;
  /** Belongs to every screen. */
  global?: boolean;
}

const active = new Map<string, readonly KeyBinding[]>();
const watchers = new Set<() => void>();
let snapshot: readonly KeyBinding[] = [];

function changed(): void {
  snapshot = [...active.values()].flat();
  for (const watcher of watchers) watcher();
}

const EDITABLE = 'input, textarea, select, [contenteditable]';

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const mod = event.ctrlKey || event.metaKey;
  const target = event.target instanceof Element ? event.target : null;
  if (!mod && target?.closest(EDITABLE)) return;
  if (document.querySelector('dialog[open]')) return;
  // Enter on a button or link is that button's or link's own.
  if (event.key === 'Enter' && target?.closest('a, button, summary')) return;
  const wanted = mod ? `mod+${event.key.toLowerCase()}` : event.key;
  // The screen's own bindings come after the shell's and win.
  const found = snapshot.findLast((binding) => binding.key === wanted && !binding.off);
  if (!found) return;
  event.preventDefault();
  found.run();
}

/** Puts keys to work while the component is on screen. */
export function useKeys(bindings: readonly KeyBinding[]): void {
  const id = useId();
  const latest = useRef(bindings);
  latest.current = bindings;
  const shape = bindings
    .map((binding) => `${binding.key}${binding.label}${binding.off ? '-' : ''}`)
    .join('|');
  // biome-ignore lint/correctness/useExhaustiveDependencies: re-registered when the map changes, not at every render
  useEffect(() => {
    if (active.size === 0) window.addEventListener('keydown', onKeyDown);
    active.set(
      id,
      latest.current.map((binding) => ({
        ...binding,
        run: () => latest.current.find((now) => now.key === binding.key)?.run(),
      })),
    );
    changed();
    return () => {
      active.delete(id);
      if (active.size === 0) window.removeEventListener('keydown', onKeyDown);
      changed();
    };
  }, [id, shape]);
}

/** The keys in force now. */
export function useActiveKeys(): readonly KeyBinding[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => snapshot,
  );
}

/** The keyboard map (`?`): what every key does on this screen. */
export function KeyMap({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useText(commonText);
  const keys = useActiveKeys();
  const groups = [
    { title: t.keys.here, keys: keys.filter((key) => !key.global) },
    { title: t.keys.anywhere, keys: keys.filter((key) => key.global) },
  ].filter((group) => group.keys.length > 0);
  return (
    <Dialog open={open} onClose={onClose} title={t.keys.title}>
      {groups.map((group) => (
        <section key={group.title} className="key-map">
          <h3>{group.title}</h3>
          <dl>
            {group.keys.map((key) => (
              <div key={key.key + key.label} className={key.off ? 'key-off' : ''}>
                <dt>
                  <kbd className="key">{key.key.replace('mod+', 'Ctrl ').replace('Enter', '↵')}</kbd>
                </dt>
                <dd>{key.label}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
