import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { RosterRow, RosterView, ShiftView } from '../../../src/directory/roster-contract.ts';
import { api, linkTo } from '../api/client.ts';
import { sessionQuery } from '../api/queries.ts';
import { usePageTitle } from '../app/title.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Select } from '../ui/fields.tsx';
import { useKeys } from '../ui/keys.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { EmptyState, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { DateTime } from '../ui/time.tsx';
import { Absences, AwayDialog } from './Absences.tsx';
import { Handover } from './Handover.tsx';
import { PlanDialog } from './PlanDialog.tsx';
import { rosterQuery, rostersQuery, useRosterAct } from './queries.ts';
import { ShiftDialog } from './ShiftDialog.tsx';
import { Swaps } from './Swaps.tsx';
import { rosterText } from './texts.ts';
import { Week } from './Week.tsx';
import './roster.css';

/** The day so many days later, ISO. */
function moved(day: string, by: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + by);
  return at.toISOString().slice(0, 10);
}

/** Who is on duty when, post by post: a week beside the list on a desk, day after day on a phone. */
export function RosterPage() {
  const t = useText(rosterText);
  const pick = usePick();
  const navigate = useNavigate();
  const search: { post?: string; from?: string } = useSearch({ strict: false });
  const list = useQuery(rostersQuery);
  usePageTitle(t.title);
  const rows = list.data ?? [];
  const chosen =
    rows.find((row) => row.post.id === search.post) ??
    rows.find((row) => row.mine && row.kept) ??
    rows.find((row) => row.kept) ??
    rows[0];
  const go = (post: string): void => {
    navigate({ to: '/roster', search: { post, from: search.from }, replace: true });
  };
  return (
    <main className="page roster" id="main" tabIndex={-1} data-density="desk">
      <div className="page-head">
        <h1>{t.title}</h1>
        <p>{t.lead}</p>
      </div>
      {list.isError ? (
        <ProblemMessage error={list.error} onRetry={() => list.refetch()} />
      ) : !list.data ? (
        <Skeleton lines={8} />
      ) : !chosen ? (
        <EmptyState title={t.none}>{t.noneHelp}</EmptyState>
      ) : (
        <div className="roster-frame">
          <nav className="roster-posts" aria-label={t.posts}>
            <ul>
              {rows.map((row) => (
                <li key={row.post.id}>
                  <PostButton row={row} chosen={row === chosen} onChoose={() => go(row.post.id)} />
                </li>
              ))}
            </ul>
          </nav>
          <div className="roster-choose no-print">
            <Select
              label={t.choose}
              value={chosen.post.id}
              onValue={go}
              options={rows.map((row) => ({ value: row.post.id, label: pick(row.post.name) }))}
            />
          </div>
          <OneRoster key={chosen.post.id} postId={chosen.post.id} from={search.from} />
        </div>
      )}
    </main>
  );
}

function PostButton({ row, chosen, onChoose }: { row: RosterRow; chosen: boolean; onChoose: () => void }) {
  const t = useText(rosterText);
  const pick = usePick();
  const [first] = row.onDuty;
  return (
    <button type="button" aria-current={chosen ? 'true' : undefined} onClick={onChoose}>
      <span className="strong">{pick(row.post.name)}</span>
      <span className={row.kept && !first ? 'roster-gap-word' : 'muted small'}>
        {!row.kept ? t.begin : first ? pick(first.name) : t.nobody}
      </span>
    </button>
  );
}

function OneRoster({ postId, from }: { postId: string; from: string | undefined }) {
  const t = useText(rosterText);
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(rosterQuery(postId, from));
  const first = data?.days[0]?.day;
  const show = (day: string | undefined): void => {
    navigate({ to: '/roster', search: { post: postId, from: day }, replace: true });
  };
  const previous = () => first && show(moved(first, -7));
  const next = () => first && show(moved(first, 7));
  useKeys([
    { key: 'p', label: t.keys.previous, run: () => void previous() },
    { key: 'n', label: t.keys.next, run: () => void next() },
    { key: '.', label: t.keys.today, run: () => show(undefined) },
  ]);
  if (error) return <ProblemMessage error={error} onRetry={() => refetch()} />;
  if (!data) return <Skeleton lines={10} />;
  return (
    <section className="roster-one" aria-labelledby="roster-post">
      <Head view={data} />
      <nav className="roster-weeks no-print" aria-label={t.week.label}>
        <Button kind="quiet" hint="p" onClick={() => previous()}>
          {t.week.previous}
        </Button>
        <Button kind="quiet" onClick={() => show(undefined)}>
          {t.week.today}
        </Button>
        <Button kind="quiet" hint="n" onClick={() => next()}>
          {t.week.next}
        </Button>
      </nav>
      <Shifts view={data} />
      <Swaps swaps={data.swaps} />
      <Absences absences={data.absences} />
      {data.may.readNotes && <Handover postId={postId} />}
    </section>
  );
}

function Head({ view }: { view: RosterView }) {
  const t = useText(rosterText);
  const pick = usePick();
  return (
    <header className="roster-head">
      <h2 id="roster-post">{pick(view.post.name)}</h2>
      <p className="muted">{pick(view.organisation.name)}</p>
      {view.kept ? (
        <dl className="roster-now">
          <dt>{t.now}</dt>
          {view.onDuty.length === 0 ? (
            <dd className="roster-gap-word">{t.nobody}</dd>
          ) : (
            view.onDuty.map((one) => (
              <dd key={`${one.personId}${one.place}`}>
                <span className={`roster-place roster-place-${one.place}`}>{t[one.place]}</span>{' '}
                <strong>{pick(one.name)}</strong> – <DateTime at={one.to} form="time" />
                {(one.mobile || one.phone) && (
                  <a href={`tel:${one.mobile || one.phone}`}>{one.mobile || one.phone}</a>
                )}
              </dd>
            ))
          )}
        </dl>
      ) : (
        <p className="note">
          <strong>{t.begin}</strong>　{t.beginHelp}
        </p>
      )}
    </header>
  );
}

type Open = 'plan' | 'add' | 'away' | 'end' | ShiftView | null;

function Shifts({ view }: { view: RosterView }) {
  const t = useText(rosterText);
  const { say } = useAnnouncer();
  const { data: session } = useQuery(sessionQuery);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const { plan, hold } = view.may;
  const end = useRosterAct(
    () => api.delete(`/rosters/${view.post.id}`),
    () => {
      say(t.end.done);
      close();
    },
  );
  return (
    <>
      <div className="roster-acts no-print">
        {plan && (
          <Button kind="primary" onClick={() => setOpen('plan')}>
            {t.act.plan}
          </Button>
        )}
        {plan && <Button onClick={() => setOpen('add')}>{t.act.add}</Button>}
        {(plan || hold) && view.kept && <Button onClick={() => setOpen('away')}>{t.act.away}</Button>}
        {hold && (
          <a className="btn btn-quiet" href={linkTo('/me/duty.ics')} download>
            <span>{t.act.calendar}</span>
          </a>
        )}
        <Button kind="quiet" onClick={() => window.print()}>
          {t.act.print}
        </Button>
        {plan && view.kept && (
          <Button kind="quiet" onClick={() => setOpen('end')}>
            {t.act.end}
          </Button>
        )}
      </div>
      <Week view={view} me={session?.person.id} onOpen={setOpen} />
      {open === 'plan' && <PlanDialog view={view} onClose={close} />}
      {open === 'away' && <AwayDialog view={view} me={session?.person.id ?? ''} onClose={close} />}
      {open === 'end' && (
        <Dialog
          open
          onClose={close}
          title={t.end.title}
          actions={
            <Button kind="grave" busy={end.isPending} onClick={() => end.mutate(undefined)}>
              {t.end.confirm}
            </Button>
          }
        >
          <p>{t.end.lead}</p>
          {end.isError && <ProblemMessage error={end.error} />}
        </Dialog>
      )}
      {(open === 'add' || (typeof open === 'object' && open !== null)) && (
        <ShiftDialog
          view={view}
          me={session?.person.id ?? ''}
          shift={open === 'add' ? null : open}
          onClose={close}
        />
      )}
    </>
  );
}
