import type { ReactNode } from 'react';
import type { KnowsRow } from '../../../src/cases/contract.ts';
import type { Capacity } from '../../../src/mechanism/vocabulary.ts';
import type { Knower, KnowState } from './knowledge.ts';
import { GROUPS, groupOf, knowers, ORDER } from './knowledge.ts';
import { usePick, useText } from './lang.tsx';
import { EmptyState } from './states.tsx';
import { commonText } from './texts.ts';
import { Countdown, DateTime, useNow } from './time.tsx';
import './who-knows.css';

/** The state's own sign: told apart by form, not only by colour. */
export function KnowMark({ state, label }: { state: KnowState; label?: string }) {
  return (
    <svg
      className={`know-mark know-${state}`}
      viewBox="0 0 18 18"
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
    >
      {state === 'confirmed' && (
        <>
          <circle className="solid" cx="9" cy="9" r="8" />
          <path className="on" d="m5.300 9.300 2.500 2.500 4.900-5.300" />
        </>
      )}
      {state === 'opened' && (
        <>
          <circle className="ring" cx="9" cy="9" r="7" />
          <path className="solid" d="M9 2a7 7 0 0 1 0 14Z" />
        </>
      )}
      {state === 'delivered' && <circle className="ring" cx="9" cy="9" r="7" />}
      {state === 'sending' && <circle className="ring dotted" cx="9" cy="9" r="7" />}
      {state === 'overdue' && (
        <>
          <circle className="solid" cx="9" cy="9" r="8" />
          <path className="on" d="M9 4.500V9l3 2" />
        </>
      )}
      {state === 'failed' && (
        <>
          <path className="ring" d="M9 1.500 16.500 9 9 16.500 1.500 9Z" />
          <path className="ring" d="m6.500 6.500 5 5m0-5-5 5" />
        </>
      )}
      {state === 'withheld' && <path className="ring" d="M4 9h10" />}
      {state === 'informed' && <circle className="solid" cx="9" cy="9" r="3" />}
    </svg>
  );
}

interface WhoKnowsProps {
  rows: readonly KnowsRow[];
  /** Names of the four groups of recipients, and of capacities. */
  groupName: (id: 'told' | 'command' | 'groups' | 'others') => string;
  capacityName: (capacity: Capacity) => string;
  /** For the desk: the button that records a confirmation by telephone. */
  action?: (row: KnowsRow) => ReactNode;
  heading?: 'h2' | 'h3';
}

/**
 * Who was told, who has confirmed, who has not answered: always visible beside a case.
 * Above, one stroke per recipient, so that twenty-one of them are read at a glance; below, each by name.
 */
export function WhoKnows({ rows, groupName, capacityName, action, heading: Heading = 'h2' }: WhoKnowsProps) {
  const t = useText(commonText);
  const now = useNow();
  const all = knowers(rows, now);
  const states = all.map((one) => one.state);
  const parties = new Map(rows.map((row) => [row.noticeId, row.party]));
  const asked = states.filter((state) => ORDER.includes(state));
  const confirmed = asked.filter((state) => state === 'confirmed').length;
  const wrong = asked.filter((state) => state === 'overdue' || state === 'failed').length;
  return (
    <section className="who-knows" aria-label={t.whoKnows.title}>
      <Heading className="who-knows-title">{t.whoKnows.title}</Heading>
      {rows.length === 0 ? (
        <EmptyState title={t.whoKnows.nobody}>{t.whoKnows.nobodyHelp}</EmptyState>
      ) : (
        <>
          <dl className="who-counts">
            <div>
              <dt>{t.whoKnows.confirmed}</dt>
              <dd>
                {confirmed}
                <small>／{asked.length}</small>
              </dd>
            </div>
            <div className={wrong > 0 ? 'late' : ''}>
              <dt>{t.whoKnows.open}</dt>
              <dd>{asked.length - confirmed}</dd>
            </div>
          </dl>
          <div className="who-strip" aria-hidden="true">
            {ORDER.flatMap((state) =>
              asked
                .filter((one) => one === state)
                // biome-ignore lint/suspicious/noArrayIndexKey: identical strokes
                .map((_, at) => <span key={`${state}${at}`} className={`stroke stroke-${state}`} />),
            )}
          </div>
          {GROUPS.map((group) => {
            const members = all.filter((one) => groupOf(one.capacities) === group.id);
            if (members.length === 0) return null;
            return (
              <div className="who-group" key={group.id}>
                <h3>{groupName(group.id)}</h3>
                <ul>
                  {members.map((one) => (
                    <WhoRow
                      key={one.row.party.postId}
                      knower={one}
                      parties={parties}
                      capacityName={capacityName}
                      action={action}
                    />
                  ))}
                </ul>
              </div>
            );
          })}
        </>
      )}
    </section>
  );
}

interface WhoRowProps {
  knower: Knower;
  /** What each notice of the case was made for, by its id. */
  parties: ReadonlyMap<string, KnowsRow['party']>;
  capacityName: (capacity: Capacity) => string;
  action: ((row: KnowsRow) => ReactNode) | undefined;
}

function WhoRow({ knower, capacityName, action, parties }: WhoRowProps) {
  const { row, state } = knower;
  const t = useText(commonText);
  const pick = usePick();
  const waiting = state === 'opened' || state === 'delivered' || state === 'sending' || state === 'overdue';
  const attempts = Math.max(0, ...row.deliveries.map((delivery) => delivery.attempts));
  const failure = row.deliveries.find((delivery) => delivery.state === 'failed')?.reason;
  const phone = row.call
    ? row.call.people[0]?.mobile || row.call.people[0]?.phone || row.call.organisationPhone
    : '';
  const words =
    row.acknowledged === null
      ? t.whoKnows.state[state]
      : row.acknowledged.how === 'telephone'
        ? t.whoKnows.byPhone
        : row.acknowledged.how === 'sms'
          ? t.whoKnows.bySms
          : row.acknowledged.by
            ? t.whoKnows.by(pick(row.acknowledged.by.name))
            : t.whoKnows.state.confirmed;
  // 「召集人　召集人」 says nothing twice.
  const said = `${pick(row.party.organisationName)} ${pick(row.party.postName)}`.toLowerCase();
  const capacities = row.party.capacities
    .map(capacityName)
    .filter((name) => !said.includes(name.toLowerCase()));
  return (
    <li className={`who-row who-${state}`}>
      <KnowMark state={state} />
      <div className="who-name">
        <span className="who-body">{pick(row.party.organisationName)}</span>
        <span className="who-post">{pick(row.party.postName)}</span>
        {capacities.length > 0 && <span className="who-capacity">{capacities.join(t.separator)}</span>}
      </div>
      <div className="who-when">
        {row.acknowledged ? (
          <DateTime at={row.acknowledged.at} form="time" />
        ) : waiting && row.confirmBy ? (
          <Countdown due={row.confirmBy} short />
        ) : (
          <DateTime at={row.toldAt} form="time" />
        )}
      </div>
      <p className="who-words">
        {words}
        {!row.acknowledged && attempts > 1 && `${t.separator}${t.whoKnows.attempt(attempts)}`}
        {failure && `${t.separator}${failure}`}
        {phone && !row.acknowledged && (
          <>
            {t.separator}
            <a href={`tel:${phone.replaceAll(/[^\d+]/g, '')}`}>{t.whoKnows.fallback(phone)}</a>
          </>
        )}
      </p>
      <LadderLine row={row} parties={parties} />
      {row.call && !row.acknowledged && action && <div className="who-action">{action(row)}</div>}
    </li>
  );
}

/** The ladder in motion: which rung, when whom next; or whose silence it tells of. A line to read, nothing to press. */
function LadderLine({ row, parties }: Pick<WhoRowProps, 'parties'> & { row: KnowsRow }) {
  const { ladder: t } = useText(commonText).whoKnows;
  const c = useText(commonText);
  const pick = usePick();
  const silent = row.rungOf
    .map((id) => parties.get(id))
    .filter((party) => party !== undefined)
    .map((party) => pick(party.postName));
  if (silent.length > 0) return <p className="who-ladder">{t.because(c.list(silent))}</p>;
  if (!row.ladder || row.ladder.of < 2) return null;
  const { rung, of, nextAt, next } = row.ladder;
  return (
    <p className={`who-ladder${rung > 1 ? ' who-climbing' : ''}`}>
      {t.at(rung, of)}
      {c.separator}
      {nextAt ? (
        <>
          <DateTime at={nextAt} form="time" />
          {c.separator}
          {t.next(c.list(next.map((target) => t.targets[target])))}
        </>
      ) : (
        t.last
      )}
    </p>
  );
}
