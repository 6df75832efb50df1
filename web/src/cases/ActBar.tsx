import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { CaseView, MayDo } from '../../../src/cases/contract.ts';
import { type Act, AFFAIR_ACTS } from '../../../src/mechanism/vocabulary.ts';
import { sessionQuery } from '../api/queries.ts';
import { Button } from '../ui/Button.tsx';
import { useKeys } from '../ui/keys.tsx';
import { useText } from '../ui/lang.tsx';
import type { DialogAct } from './ActDialog.tsx';
import { ActDialog } from './ActDialog.tsx';
import { caseText } from './texts.ts';

/** One key for the thing to do next; the same key for confirming and for changing a level. */
const KEYS: Partial<Record<Act, string>> = {
  take: 'a',
  register: 'e',
  'confirm-level': 'g',
  'change-level': 'g',
  'ask-back': 'r',
  message: 't',
  'send-back': 'b',
  release: 'f',
};

/** In the order in which a case needs them; the first that is allowed leads. */
const LEADING: readonly Act[] = [
  'report-convenor-told',
  'register',
  'confirm-level',
  'promote',
  'approve-withdrawal',
  'release',
  'file-recovery',
  'change-level',
  'take',
];
const SHOWN: readonly Act[] = [
  'take',
  'register',
  'confirm-level',
  'change-level',
  'promote',
  'report-convenor-told',
  'order-stationing',
  'call-meeting',
  'leave-to-agency',
  'approve-withdrawal',
  'refuse-withdrawal',
  'file-follow-up',
  'file-recovery',
  'ask-back',
  'message',
  'send-back',
];
/** Done elsewhere: in the inbox, in "who knows", or simply by reading. */
const ELSEWHERE = new Set<Act>([
  'read',
  'acknowledge',
  'record-acknowledgement',
  'file-initial',
  // Beside what waits for a second person (Pending.tsx) and at the top of the page.
  'approve-act',
  'decline-act',
  'withdraw-act',
  'export',
  // In the tabs of procedure, support and referral, each beside what it is about.
  ...AFFAIR_ACTS,
]);

interface ActBarProps {
  view: CaseView;
  /** Keys work here (the desk and the case page, not both at once). */
  keys?: boolean;
}

/** What this reader may do now, as the server says; the rest is not drawn at all. */
export function ActBar({ view, keys = true }: ActBarProps) {
  const t = useText(caseText);
  const [open, setOpen] = useState<DialogAct | null>(null);
  const { data: session } = useQuery(sessionQuery);
  const mine = view.case.takenBy !== null && view.case.takenBy.id === session?.person.id;
  const may = new Map(
    view.may
      .filter((one) => !ELSEWHERE.has(one.act))
      // Who has the case need not take it again.
      .filter((one) => one.act !== 'take' || !mine)
      .map((one) => [one.act, one]),
  );
  /** Reports on behalf of another body are the exception; they stand under "more". */
  const onBehalf = (act: Act): boolean => act.startsWith('file-') && may.get(act)?.relation !== 'own';
  const lead = LEADING.find((act) => may.has(act) && !onBehalf(act));
  const shown = [lead, ...SHOWN].filter(
    (act, at, all): act is Act =>
      act !== undefined && may.has(act) && !onBehalf(act) && all.indexOf(act) === at,
  );
  const right = may.get('release') && lead !== 'release' ? (['release'] as const) : [];
  const rest = [...may.keys()].filter((act) => !shown.includes(act) && act !== 'release');

  useKeys(
    keys
      ? [...may.keys()].flatMap((act) => {
          const key = KEYS[act];
          return key && isDialogAct(act) ? [{ key, label: t.acts[act], run: () => setOpen(act) }] : [];
        })
      : [],
  );
  if (may.size === 0) return <p className="muted small act-none">{t.nothingToDo}</p>;

  const button = (act: Act, extra = '') => {
    const kind = act === lead ? 'primary' : 'plain';
    if (!isDialogAct(act)) {
      return (
        <Link
          key={act}
          className={`btn btn-${kind} ${extra}`}
          to="/report/new"
          search={{ kind: act.replace('file-', ''), caseId: view.case.id }}
        >
          {t.acts[act]}
        </Link>
      );
    }
    const hint = keys ? KEYS[act] : undefined;
    return (
      <Button
        key={act}
        kind={kind}
        className={extra}
        onClick={() => setOpen(act)}
        {...(hint ? { hint } : {})}
      >
        {t.acts[act]}
      </Button>
    );
  };
  const chosen: MayDo | undefined = open ? may.get(open) : undefined;
  return (
    <section className="act-bar no-print" aria-label={t.actLabel}>
      {shown.map((act) => button(act))}
      {rest.length > 0 && (
        <details className="act-more">
          <summary className="btn btn-plain">{t.moreActs}</summary>
          <div className="act-more-list">{rest.map((act) => button(act))}</div>
        </details>
      )}
      {right.map((act) => button(act, 'push'))}
      {open && chosen && (
        <ActDialog key={open} view={view} may={chosen} act={open} onClose={() => setOpen(null)} />
      )}
    </section>
  );
}

function isDialogAct(act: Act): act is DialogAct {
  return !act.startsWith('file-') && !ELSEWHERE.has(act);
}
