import { Link } from '@tanstack/react-router';
import type { ButtonHTMLAttributes, ReactNode } from 'react';

export type ButtonKind = 'primary' | 'plain' | 'quiet' | 'grave';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: ButtonKind;
  /** The key that does the same, shown inside and announced as a shortcut. */
  hint?: string;
  /** Shows that the act is under way and refuses a second press; the label stays. */
  busy?: boolean;
  wide?: boolean;
}

/** A button. One `primary` per screen; `grave` for acts that cannot be taken back. */
export function Button({
  kind = 'plain',
  hint,
  busy = false,
  wide,
  children,
  className,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={['btn', `btn-${kind}`, wide ? 'btn-wide' : '', className ?? ''].join(' ').trim()}
      aria-keyshortcuts={hint}
      aria-busy={busy || undefined}
      aria-disabled={busy || rest['aria-disabled'] || undefined}
      onClick={busy ? (event) => event.preventDefault() : rest.onClick}
    >
      <span>{children}</span>
      {hint && <KeyHint>{hint}</KeyHint>}
    </button>
  );
}

/** A key as it stands on the keyboard; decoration, the button itself announces it. */
export function KeyHint({ children }: { children: ReactNode }) {
  return (
    <span className="key" aria-hidden="true">
      {children}
    </span>
  );
}

interface ButtonLinkProps {
  to: string;
  kind?: ButtonKind;
  wide?: boolean;
  children: ReactNode;
}

/** A link that looks like a button: it goes somewhere, it does nothing. */
export function ButtonLink({ to, kind = 'plain', wide, children }: ButtonLinkProps) {
  return (
    <Link to={to} className={`btn btn-${kind}${wide ? ' btn-wide' : ''}`}>
      <span>{children}</span>
    </Link>
  );
}
