import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { z } from 'zod';
import type { CampaignsView, linkedAnswer } from '../../../src/insight/contract.ts';
import { api } from '../api/client.ts';
import { sessionQuery } from '../api/queries.ts';
import { usePageTitle } from '../app/title.ts';
import { useWords } from '../mechanism/words.ts';
import { Button, ButtonLink } from '../ui/Button.tsx';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { EmptyState, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { DateTime } from '../ui/time.tsx';
import { campaignsQuery } from './queries.ts';
import { LevelCounts } from './Standings.tsx';
import { campaignsText } from './texts.ts';
import './campaigns.css';

type Campaign = CampaignsView['campaigns'][number];
type Linked = z.infer<typeof linkedAnswer>;

/** So many cases are sent at once; the server takes no more. */
const AT_ONCE = 200;

/** What looks like one campaign, to be linked by a person in one go: never dropped, never hidden (H22, H47). */
export function Campaigns() {
  const t = useText(campaignsText);
  const { data: view, error, refetch } = useQuery(campaignsQuery);
  const { data: session } = useQuery(sessionQuery);
  usePageTitle(t.title);
  return (
    <main className="page campaigns" id="main" tabIndex={-1} data-density="desk">
      <header className="page-head">
        <h1>{t.title}</h1>
        <p>{t.lead}</p>
      </header>
      {error && !view ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : !view ? (
        <Skeleton lines={8} tall />
      ) : (
        <>
          <p className="muted small">
            {t.looked(view.looked, view.hours)}　{view.alone > 0 && t.single(view.alone)}
          </p>
          {view.campaigns.length === 0 ? (
            <EmptyState title={t.none}>{t.noneHelp}</EmptyState>
          ) : (
            <ol className="campaign-list">
              {view.campaigns.map((one) => (
                <li key={one.lead.id}>
                  <OneCampaign one={one} mayLink={session?.screens.includes('desk') ?? false} />
                </li>
              ))}
            </ol>
          )}
        </>
      )}
      {session?.screens.includes('desk') && (
        <p className="no-print">
          <ButtonLink to="/desk">{t.toDesk}</ButtonLink>
        </p>
      )}
    </main>
  );
}

function OneCampaign({ one, mayLink }: { one: Campaign; mayLink: boolean }) {
  const t = useText(campaignsText);
  const c = useText(commonText);
  const pick = usePick();
  const words = useWords();
  const client = useQueryClient();
  const { say } = useAnnouncer();
  const [busy, setBusy] = useState('');
  const [fault, setFault] = useState<unknown>(null);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const others = one.ids.filter((id) => id !== one.lead.id && !left.has(id));
  const toLink = others.length - (left.size === 0 ? one.linked : 0);

  const send = async (what: 'links' | 'unlinks'): Promise<void> => {
    setBusy(what);
    setFault(null);
    let done = 0;
    let skipped = 0;
    try {
      for (let at = 0; at < others.length; at += AT_ONCE) {
        const cases = others.slice(at, at + AT_ONCE);
        const answer = await api.post<Linked>(`/campaigns/${what}`, {
          ...(what === 'links' ? { into: one.lead.id } : {}),
          cases,
        });
        done += answer.done.length;
        skipped += answer.skipped.length;
      }
      say(what === 'links' ? t.done(done + 1) : t.undone(done), {
        ...(skipped > 0 ? { next: t.skipped(skipped) } : {}),
      });
    } catch (error) {
      setFault(error);
    }
    setBusy('');
    await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
  };
  const toggle = (id: string): void => {
    const next = new Set(left);
    if (!next.delete(id)) next.add(id);
    setLeft(next);
  };
  return (
    <article aria-labelledby={`campaign-${one.lead.id}`}>
      <h2 id={`campaign-${one.lead.id}`}>
        {t.group(one.count)} <LevelCounts levels={one.open} />
      </h2>
      <p className="campaign-facts">
        <span>{t.bodies(one.bodies)}</span>
        <span>
          <DateTime at={one.from} form="time" /> – <DateTime at={one.to} form="time" />
        </span>
        {one.linked > 0 && <span className="campaign-linked">{t.linkedOf(one.linked + 1, one.count)}</span>}
      </p>
      <dl className="campaign-shared">
        <dt>{t.shared}</dt>
        {one.shared.map((shared) => (
          <dd key={`${shared.kind}${shared.value}`}>
            {t.kinds[shared.kind]} <code>{shared.value}</code> {shared.cases}
          </dd>
        ))}
      </dl>
      <details open={one.count <= 6}>
        <summary>{t.showAll(one.count)}</summary>
        <ul className="campaign-cases">
          {one.cases.map((row) => (
            <li key={row.id}>
              {mayLink && row.id !== one.lead.id && (
                <input
                  type="checkbox"
                  aria-label={t.choose(row.number)}
                  checked={!left.has(row.id)}
                  onChange={() => toggle(row.id)}
                />
              )}
              <LevelMark
                level={row.level}
                mark={words.mark(row.level)}
                size="s"
                proposed={row.levelStatus === 'proposed'}
              />
              <Link to="/cases/$caseId" params={{ caseId: row.id }}>
                {row.number}
              </Link>
              <span>{pick(row.organisation)}</span>
              {row.linked && <span className="campaign-linked">{t.linked}</span>}
              <span className="push muted">
                <DateTime at={row.openedAt} form="time" />
              </span>
            </li>
          ))}
          {one.count > one.cases.length && <li className="muted">{`+${one.count - one.cases.length}`}</li>}
        </ul>
      </details>
      {fault !== null && <ProblemMessage error={fault} />}
      {mayLink && (
        <p className="row no-print">
          {toLink > 0 && (
            <Button kind="primary" busy={busy === 'links'} onClick={() => send('links')}>
              {busy === 'links' ? t.linking : t.link(others.length + 1)}
            </Button>
          )}
          {one.linked > 0 && (
            <Button kind="quiet" busy={busy === 'unlinks'} onClick={() => send('unlinks')}>
              {t.unlink}
            </Button>
          )}
          {one.shared.length === 0 && <span>{c.none}</span>}
        </p>
      )}
    </article>
  );
}
