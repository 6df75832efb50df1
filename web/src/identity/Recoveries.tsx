import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { accountLink } from '../../../src/identity/contract.ts';
import { api } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { Button } from '../ui/Button.tsx';
import { Checkbox } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { DateTime } from '../ui/time.tsx';
import { ConfirmDialog } from './ConfirmDialog.tsx';
import { OneTimeLink } from './OneTimeLink.tsx';
import { type Recovery, recoveriesQuery } from './queries.ts';
import { securityText } from './texts.ts';

type LinkMade = z.infer<typeof accountLink>;

/** Recoveries that need a second administrator (ISO-15): who asked, how he made sure, and agreeing or not. */
export function Recoveries({ me }: { me: string }) {
  const t = useText(securityText).admin;
  const pick = usePick();
  const { say } = useAnnouncer();
  const { data: items } = useQuery(recoveriesQuery);
  const [open, setOpen] = useState<{ what: 'approve' | 'refuse'; one: Recovery } | null>(null);
  const [sure, setSure] = useState(false);
  const [made, setMade] = useState<LinkMade | null>(null);
  const settle = (): void => {
    setOpen(null);
    void queryClient.invalidateQueries({ queryKey: recoveriesQuery.queryKey });
    void queryClient.invalidateQueries({ queryKey: ['accounts'] });
  };
  // The link is shown although, agreed to, the recovery waits no longer.
  if ((!items || items.length === 0) && !made) return null;
  return (
    <section className="recoveries">
      <h2>{t.waiting}</h2>
      <p className="muted">{t.waitingLead}</p>
      <ul className="security-list">
        {items?.map((one) => (
          <li key={one.id}>
            <div>
              <strong>{pick(one.person.name)}</strong>
              <p className="muted small">
                <span>{t.pendingSince(pick(one.askedBy.name))}</span>
                <span>
                  {t.askedAt} <DateTime at={one.askedAt} />
                </span>
              </p>
              <p>
                <span className="muted small">{t.reason}</span> {one.reason}
              </p>
              {one.askedBy.id === me ? (
                <p className="muted small">{t.ownAsk}</p>
              ) : (
                !one.mayApprove && <p className="muted small">{t.dependent}</p>
              )}
            </div>
            <div className="row">
              {one.mayApprove && (
                <Button
                  kind="primary"
                  className="btn-small"
                  onClick={() => {
                    setSure(false);
                    setOpen({ what: 'approve', one });
                  }}
                >
                  {t.approve}
                </Button>
              )}
              <Button className="btn-small" onClick={() => setOpen({ what: 'refuse', one })}>
                {t.decline}
              </Button>
            </div>
          </li>
        ))}
      </ul>
      {open?.what === 'approve' && (
        <ConfirmDialog
          title={t.approveTitle(pick(open.one.person.name))}
          button={t.approve}
          ready={sure}
          act={() => api.post<LinkMade>(`/recoveries/${open.one.id}/approve`)}
          onClose={() => setOpen(null)}
          onDone={(answer) => {
            setMade(answer);
            say(t.link);
            settle();
          }}
        >
          <p>{t.approveHelp}</p>
          <Checkbox label={t.approveTick} checked={sure} onChecked={setSure} />
        </ConfirmDialog>
      )}
      {open?.what === 'refuse' && (
        <ConfirmDialog
          title={t.declineTitle(pick(open.one.person.name))}
          button={t.decline}
          act={() => api.post(`/recoveries/${open.one.id}/refuse`)}
          onClose={() => setOpen(null)}
          onDone={() => {
            say(t.declined);
            settle();
          }}
        >
          <p>{t.declineHelp}</p>
        </ConfirmDialog>
      )}
      {made && <OneTimeLink made={made} onClose={() => setMade(null)} />}
    </section>
  );
}
