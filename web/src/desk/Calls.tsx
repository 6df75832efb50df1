import { useState } from 'react';
import type { CallRow, QueueRow } from '../../../src/cases/contract.ts';
import { TelephoneDialog } from '../cases/CaseWho.tsx';
import { Button } from '../ui/Button.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { Elapsed } from '../ui/time.tsx';
import { deskText } from './texts.ts';

/** Notices that failed or that nobody confirmed: above everything, each with the number to ring. */
export function Calls({ rows }: { rows: readonly QueueRow[] }) {
  const t = useText(deskText);
  const pick = usePick();
  const [open, setOpen] = useState<CallRow | null>(null);
  const [all, setAll] = useState(false);
  const calls = rows.flatMap((row) => row.calls.map((call) => ({ call, number: row.case.number })));
  if (calls.length === 0) return null;
  const shown = all ? calls : calls.slice(0, 2);
  return (
    <>
      <section className="calls" aria-label={t.callNow}>
        <h2>
          {t.callNow} <b>{calls.length}</b>
        </h2>
        <ul>
          {shown.map(({ call, number }) => {
            const phone = call.people[0]?.mobile || call.people[0]?.phone || call.organisationPhone;
            return (
              <li key={call.noticeId}>
                <p>
                  <strong>{pick(call.party.organisationName)}</strong>{' '}
                  <span className="small muted">
                    {number} {t.callWhy[call.why]} <Elapsed since={call.since} />
                  </span>
                </p>
                <a className="call-phone" href={`tel:${phone.replaceAll(/[^\d+]/g, '')}`}>
                  {phone}
                </a>
                <Button className="btn-small" onClick={() => setOpen(call)}>
                  {t.record}
                </Button>
              </li>
            );
          })}
        </ul>
        {calls.length > 2 && (
          <Button kind="quiet" className="btn-small" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? t.callsLess : t.callsMore(calls.length - 2)}
          </Button>
        )}
      </section>
      {open && <TelephoneDialog call={open} onClose={() => setOpen(null)} />}
    </>
  );
}
