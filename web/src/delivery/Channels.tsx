import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ChannelsView } from '../../../src/delivery/channel-contract.ts';
import { api } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { queryClient } from '../api/queries.ts';
import { Button } from '../ui/Button.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { Note, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { DateTime, Elapsed } from '../ui/time.tsx';
import { channelsQuery } from './queries.ts';
import { channelsText } from './texts.ts';
import './channels.css';

type Lane = ChannelsView['items'][number];

/** How each way to people fares, each with a test to oneself. Nobody else is shown anything. */
export function Channels() {
  const t = useText(channelsText).health;
  const { data, error, refetch } = useQuery(channelsQuery);
  if (error && !data && error instanceof Problem && error.status === 404) return null;
  return (
    <section className="channels">
      <h2>{t.title}</h2>
      <p className="muted">{t.lead}</p>
      {error && !data ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : !data ? (
        <Skeleton lines={4} />
      ) : (
        <ul className="security-list">
          {data.items.map((lane) => (
            <LaneLine key={lane.lane} lane={lane} />
          ))}
        </ul>
      )}
    </section>
  );
}

function LaneLine({ lane }: { lane: Lane }) {
  const t = useText(channelsText).health;
  const pick = usePick();
  const { say } = useAnnouncer();
  const [soon, setSoon] = useState(false);
  const test = useMutation({
    mutationFn: () => api.post(`/channels/${encodeURIComponent(lane.lane)}/test`, {}),
    onSuccess: () => {
      setSoon(false);
      say(t.sent);
      void queryClient.invalidateQueries({ queryKey: channelsQuery.queryKey });
    },
    onError: (error) => setSoon(error instanceof Problem && error.status === 429),
  });
  const { test: last } = lane;
  const name = pick(lane.name);
  return (
    <li>
      <div>
        <strong>{name}</strong>{' '}
        <span
          className={`badge ${lane.state === 'down' ? 'badge-late' : lane.state === 'up' ? 'badge-open' : ''}`}
        >
          {t.state[lane.state]}
        </span>
        <p className="muted small">
          {lane.failingSince && (
            <span className="channel-why">
              {t.since} <DateTime at={lane.failingSince} />
              {lane.reason && ` ${pick(lane.reason)}`}
            </span>
          )}
          {lane.okAt && (
            <span>
              {t.okAt} <DateTime at={lane.okAt} />
            </span>
          )}
          {lane.queued > 0 && (
            <span>
              {t.heads.queue} {lane.queued}
              {lane.oldestDue && (
                <>
                  {' '}
                  ({t.oldest} <Elapsed since={lane.oldestDue} />)
                </>
              )}
            </span>
          )}
          {last && (
            <span className={last.ok === false ? 'channel-why' : undefined}>
              {last.ok === null ? t.testing : last.ok ? t.testOk : t.testFailed}{' '}
              <DateTime at={last.doneAt ?? last.askedAt} />
              {last.reason && ` ${pick(last.reason)}`}
            </span>
          )}
        </p>
        {soon && (
          <p className="small" role="alert">
            {t.soon}
          </p>
        )}
        {test.isError && !soon && <ProblemMessage error={test.error} />}
      </div>
      <Button
        className="btn-small"
        busy={test.isPending}
        aria-label={`${t.send}：${name}`}
        onClick={() => test.mutate()}
      >
        {t.send}
      </Button>
    </li>
  );
}

/** The desk's red line: which ways take nothing, since when. Nothing while all is well. */
export function ChannelsDown() {
  const t = useText(channelsText).desk;
  const pick = usePick();
  const { data } = useQuery(channelsQuery);
  const down = data?.items.filter((lane) => lane.state === 'down') ?? [];
  if (down.length === 0) return null;
  return (
    <section className="channels-down" aria-label={t.label} role="status">
      <Note kind="late">
        {down.map((lane) => (
          <p key={lane.lane}>
            <strong>{t.down(pick(lane.name))}</strong>
            {lane.failingSince && (
              <>
                {' '}
                {t.since} <DateTime at={lane.failingSince} form="time" />
              </>
            )}
            {lane.queued > 0 && <span className="small"> {t.waiting(lane.queued)}</span>}
          </p>
        ))}
      </Note>
    </section>
  );
}
