import type { ReactNode } from 'react';
import { useEffect, useId, useRef } from 'react';
import { Button } from './Button.tsx';
import { useText } from './lang.tsx';
import { commonText } from './texts.ts';

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  /** Buttons, the one that acts last; a "cancel" stands before them. */
  actions?: ReactNode;
  /** Something was written: a click beside the dialog then closes nothing. */
  dirty?: boolean;
  wide?: boolean;
}

/** The browser's own modal dialog: focus stays inside and returns, Escape closes. */
export function Dialog({ open, onClose, title, children, actions, dirty, wide }: DialogProps) {
  const t = useText(commonText);
  const box = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = box.current;
    if (!dialog || !open) return;
    if (!dialog.open) dialog.showModal();
    return () => dialog.close();
  }, [open]);
  if (!open) return null;
  return (
    <dialog
      ref={box}
      className={`dialog${wide ? ' dialog-wide' : ''}`}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === box.current && !dirty) onClose();
      }}
    >
      <div className="dialog-body">
        <h2 id={heading}>{title}</h2>
        {children}
        <div className="dialog-actions">
          <Button kind="quiet" onClick={onClose}>
            {actions ? t.cancel : t.close}
          </Button>
          {actions}
        </div>
      </div>
    </dialog>
  );
}

/** Whom an act will reach, as the server computed it. */
export interface ToldPreview {
  /** Shown name of the post or body. */
  name: string;
  /** In which capacity, e.g. 主管機關. */
  capacity?: string;
  /** Wakes people: shown first and strongly. */
  urgent?: boolean;
  /** What stands in the way, e.g. nobody holds the post. */
  warning?: string;
}

/** The list of those an act will reach, before the button works; null when it could not be found out. */
export function ToldList({ told }: { told: readonly ToldPreview[] | null | undefined }) {
  const t = useText(commonText);
  return (
    <section className="told" aria-label={t.told.title}>
      <h3>
        {t.told.title}
        {told && told.length > 0 && <small>{t.told.count(told.length)}</small>}
      </h3>
      {told === null ? (
        <p className="late">{t.told.unknown}</p>
      ) : !told ? (
        <div className="skeleton skeleton-line" />
      ) : told.length === 0 ? (
        <p>{t.told.nobody}</p>
      ) : (
        <ul>
          {told.map((one, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: one body may be told in two capacities
            <li key={index} className={one.urgent ? 'urgent' : ''}>
              <span>{one.name}</span>
              {one.capacity && <small>{one.capacity}</small>}
              {one.warning && <small className="late">{one.warning}</small>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
