import { useState } from 'react';
import type { CaseView, MayDo, PendingView } from '../../../src/cases/contract.ts';
import { useWords } from '../mechanism/words.ts';
import { Button } from '../ui/Button.tsx';
import { ToldList } from '../ui/Dialog.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { serverNow } from '../ui/server-clock.ts';
import { commonText } from '../ui/texts.ts';
import { DateTime } from '../ui/time.tsx';
import { ActDialog } from './ActDialog.tsx';
import { useParties } from './parties.ts';
import { caseText } from './texts.ts';
import './standing.css';

/** What stands over a case: an order of silence, and what waits for a second person. */
export function Standing({ view }: { view: CaseView }) {
  return (
    <>
      {view.hold && <HoldBand hold={view.hold} />}
      {view.pending.map((one) => (
        <PendingAct key={one.id} view={view} pending={one} />
      ))}
    </>
  );
}

function HoldBand({ hold }: { hold: NonNullable<CaseView['hold']> }) {
  const t = useText(caseText);
  const c = useText(commonText);
  const passed = hold.until !== null && Date.parse(hold.until) < serverNow();
  return (
    <section className="standing standing-hold" aria-label={t.hold.title}>
      <h3>{t.hold.title}</h3>
      <p>
        {hold.authority}
        {c.separator}
        {t.hold.reference} {hold.reference}
        {c.separator}
        {t.hold.until} {hold.until ? <DateTime at={hold.until} form="short" /> : t.hold.untilNone}
      </p>
      {passed && <p className="late">{t.hold.passed}</p>}
      {hold.reason && <p className="pre">{hold.reason}</p>}
      <p className="small muted">{t.hold.help}</p>
    </section>
  );
}

const DECISIONS = ['approve-act', 'decline-act', 'withdraw-act'] as const;
type Decision = (typeof DECISIONS)[number];

/** One act that waits: what it would do, whom it would tell, and the buttons of whoever may decide. */
function PendingAct({ view, pending }: { view: CaseView; pending: PendingView }) {
  const t = useText(caseText);
  const c = useText(commonText);
  const pick = usePick();
  const words = useWords();
  const parties = useParties();
  const [open, setOpen] = useState<Decision | null>(null);
  const offered = DECISIONS.filter((act) => (act === 'withdraw-act') === pending.mine)
    .map((act) => view.may.find((one) => one.act === act))
    .filter((one): one is MayDo => one !== undefined);
  const chosen = offered.find((one) => one.act === open);
  return (
    <section className="standing standing-pending" aria-label={t.pending.title}>
      <h3>{t.pending.title}</h3>
      <p className="standing-what">
        <strong>{t.pending.what(t.acts[pending.act])}</strong>
        {pending.level && (
          <span>{t.pending.lower(words.level(view.case.level), words.level(pending.level))}</span>
        )}
        {pending.outcome && <span>{pick(pending.outcome)}</span>}
        {pending.into && <span>{t.pending.into(pending.into.number)}</span>}
      </p>
      <p className="small">
        {t.pending.by} {pick(pending.person.name)}
        {c.separator}
        {pick(pending.post.name)}
        {c.separator}
        <DateTime at={pending.at} form="short" />
      </p>
      {pending.reason && <p className="pre">{pending.reason}</p>}
      <p>
        {t.pending.once}
        {c.colon}
        {pending.nextState === view.case.state
          ? t.pending.stays
          : t.pending.becomes(words.state(pending.nextState))}
      </p>
      <details className="standing-told">
        <summary>
          {c.told.title}
          {c.colon}
          {pending.toldParties.length > 0 ? parties.names(pending.toldParties) : c.told.nobody}
        </summary>
        <ToldList told={parties.previews(pending.toldParties)} />
      </details>
      <p className="small muted">{pending.mine ? t.pending.mine : t.pending.meanwhile}</p>
      {offered.length > 0 && (
        <div className="standing-acts no-print">
          {offered.map((one) => (
            <Button
              key={one.act}
              kind={one.act === 'approve-act' ? 'primary' : 'plain'}
              onClick={() => setOpen(one.act as Decision)}
            >
              {t.acts[one.act]}
            </Button>
          ))}
        </div>
      )}
      {open && chosen && (
        <ActDialog view={view} may={chosen} act={open} proposal={pending.id} onClose={() => setOpen(null)} />
      )}
    </section>
  );
}
