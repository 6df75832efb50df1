import type { ReactNode } from 'react';
import { Problem } from '../api/problem.ts';
import { Button, ButtonLink } from './Button.tsx';
import { useText } from './lang.tsx';
import { commonText } from './texts.ts';

interface EmptyStateProps {
  /** What will stand here. */
  title: string;
  children?: ReactNode;
  /** The one button that starts it. */
  action?: ReactNode;
  /** Nothing else stands on the page: the title is its heading. */
  alone?: boolean;
}

/** An empty screen that teaches. */
export function EmptyState({ title, children, action, alone = false }: EmptyStateProps) {
  const Title = alone ? 'h1' : 'p';
  return (
    <div className="empty">
      <Title className="empty-title">{title}</Title>
      {children && <div className="empty-help">{children}</div>}
      {action}
    </div>
  );
}

/**
 * There is nothing here, or it is not for this reader: the same words for both, so that nobody learns which
 * (ISO-1). For an address as for a record.
 */
export function NotForYou() {
  const t = useText(commonText);
  return (
    <div className="empty">
      <h1>{t.page.notFound}</h1>
      <p className="empty-help">{t.page.notFoundHelp}</p>
      <ButtonLink to="/">{t.page.home}</ButtonLink>
    </div>
  );
}

/** What went wrong, in the reader's words, with the way out. */
export function ProblemMessage({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useText(commonText);
  const problem = error instanceof Problem ? error : null;
  const message = problem
    ? problem.offline
      ? t.problem.network
      : problem.detail || problem.title
    : t.problem.unknown;
  return (
    <div className="problem" role="alert">
      <p className="problem-title">
        {problem && !problem.offline && problem.detail ? problem.title : t.problem.title}
      </p>
      <p>{message}</p>
      {problem && problem.fields.length > 0 && (
        <ul>
          {problem.fields.map((fault) => (
            <li key={fault.path + fault.message}>{fault.message}</li>
          ))}
        </ul>
      )}
      {problem?.repair && <p>{problem.repair}</p>}
      {problem?.reference && <p className="problem-reference">{t.problem.reference(problem.reference)}</p>}
      {onRetry && (
        <Button onClick={onRetry} kind="plain">
          {t.retry}
        </Button>
      )}
    </div>
  );
}

/** Grey lines where text will stand, so that nothing jumps when it arrives. */
export function Skeleton({ lines = 3, tall = false }: { lines?: number; tall?: boolean }) {
  const t = useText(commonText);
  return (
    <div className="skeletons" role="status" aria-label={t.loading}>
      {Array.from({ length: lines }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical lines that never move
        <div key={at} className={`skeleton ${tall ? 'skeleton-tall' : 'skeleton-line'}`} />
      ))}
    </div>
  );
}

/** A calm remark with a rule at its side; `late` when something is asked urgently. */
export function Note({
  kind = 'plain',
  children,
}: {
  kind?: 'plain' | 'late' | 'level';
  children: ReactNode;
}) {
  return <div className={`note note-${kind}`}>{children}</div>;
}
