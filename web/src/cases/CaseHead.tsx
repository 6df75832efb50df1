import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { CaseView } from '../../../src/cases/contract.ts';
import { useWords } from '../mechanism/words.ts';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { ModeBadge, StateBadge } from '../ui/StateBadge.tsx';
import { commonText } from '../ui/texts.ts';
import { Countdown, DateTime, Elapsed, useSpan } from '../ui/time.tsx';
import { caseText } from './texts.ts';
import './case.css';

/** Level, body, number, state: what a case is, in the first second. */
export function CaseHead({ view, heading: Heading = 'h1' }: { view: CaseView; heading?: 'h1' | 'h2' }) {
  const t = useText(caseText);
  const c = useText(commonText);
  const pick = usePick();
  const words = useWords();
  const row = view.case;
  // The line of bodies above, but for the one that stands there already as the authority (S2.1).
  const above = view.superiors.filter((body) => body.id !== row.authority?.id);
  return (
    <header className="case-head">
      <LevelMark
        level={row.level}
        mark={words.mark(row.level)}
        size="l"
        proposed={row.levelStatus === 'proposed'}
      />
      <div className="case-name">
        <Heading>
          {pick(row.organisation.name)}
          <ModeBadge mode={row.mode} />
        </Heading>
        <p className="case-meta">
          <span className="nowrap">{t.number(row.number)}</span>
          <StateBadge name={words.state(row.state)} open={row.open} />
          <span>
            {row.levelStatus === 'proposed' ? c.level.proposed : c.level.confirmed} {words.level(row.level)}
          </span>
          {row.suspected && <span>{t.suspected}</span>}
          {row.authority && (
            <span>
              {t.authority} {pick(row.authority.name)}
            </span>
          )}
          {above.length > 0 && (
            <span>
              {t.superiors} {c.list(above.map((body) => pick(body.name)))}
            </span>
          )}
          <span>{words.group(row.subgroup)}</span>
          {view.affectedSubgroups.length > 0 && (
            <span>
              {t.affected} {c.list(view.affectedSubgroups.map(words.group))}
            </span>
          )}
          <span>{row.takenBy ? t.takenBy(pick(row.takenBy.name)) : t.takenByNobody}</span>
        </p>
        {row.summary && <p className="case-summary">{row.summary}</p>}
        {view.mergedInto && (
          <p>
            <Link to="/cases/$caseId" params={{ caseId: view.mergedInto.id }}>
              {t.mergedInto(view.mergedInto.number)}
            </Link>
          </p>
        )}
        {view.aliases.length > 0 && <p className="small muted">{t.aliases(c.list(view.aliases))}</p>}
      </div>
    </header>
  );
}

interface TileProps {
  label: string;
  children: ReactNode;
  below?: ReactNode;
  /** How much of a running clock is used up, 0 to 1. */
  used?: number;
  late?: boolean;
}

function Tile({ label, children, below, used, late }: TileProps) {
  return (
    <div className={late ? 'tile tile-late' : 'tile'}>
      <dt>{label}</dt>
      <dd>
        <span className="tile-value">{children}</span>
        {used !== undefined && (
          <span className="tile-bar" aria-hidden="true">
            <span style={{ inlineSize: `${Math.min(100, Math.max(2, used * 100))}%` }} />
          </span>
        )}
        {below && <span className="tile-below">{below}</span>}
      </dd>
    </div>
  );
}

/** Time is the hero: when it happened, how fast it was reported and graded, and what is due next. */
export function TimeStrip({ view }: { view: CaseView }) {
  const t = useText(caseText);
  const pick = usePick();
  const span = useSpan();
  const row = view.case;
  const measures = view.measures;
  const now = new Date(view.now).getTime();
  const running = view.clocks
    .filter((clock) => clock.state === 'running')
    .sort((a, b) => a.dueAt.localeCompare(b.dueAt))[0];
  const filing = view.clocks.find((clock) => clock.definition === 'file');
  const minutes = (n: number): string => span(n * 60_000);
  return (
    <dl className="tiles">
      <Tile
        label={t.times.occurred}
        below={
          row.occurredAt && (
            <>
              <DateTime at={row.occurredAt} form="day" />
              {row.open && '　'}
              {row.open && <Elapsed since={row.occurredAt} form="lasting" />}
            </>
          )
        }
      >
        {row.occurredAt ? <DateTime at={row.occurredAt} form="clock" /> : t.times.unknown}
      </Tile>
      <Tile
        label={t.times.awareToFiled}
        below={filing && (filing.overdue ? t.times.metLate : t.times.met)}
        late={filing?.overdue ?? false}
      >
        {measures.awareToFiled === null ? t.times.unknown : minutes(measures.awareToFiled)}
      </Tile>
      <Tile
        label={t.times.graded}
        below={measures.filedToGraded === null && row.open && <Elapsed since={row.openedAt} form="lasting" />}
      >
        {measures.filedToGraded === null ? t.times.waiting : minutes(measures.filedToGraded)}
      </Tile>
      {running ? (
        <Tile
          label={pick(running.name)}
          late={running.overdue}
          used={
            (now - new Date(running.startAt).getTime()) /
            (new Date(running.dueAt).getTime() - new Date(running.startAt).getTime())
          }
          below={running.note && pick(running.note)}
        >
          <Countdown due={running.dueAt} />
        </Tile>
      ) : row.closedAt ? (
        <Tile
          label={t.times.released}
          below={
            <>
              <DateTime at={row.closedAt} form="day" />
              {view.outcome && <strong> {pick(view.outcome.name)}</strong>}
            </>
          }
        >
          <DateTime at={row.closedAt} form="clock" />
        </Tile>
      ) : (
        <Tile label={t.times.recovered} below={measures.filedToRecovered === null && t.times.noClock}>
          {measures.filedToRecovered === null ? t.times.waiting : minutes(measures.filedToRecovered)}
        </Tile>
      )}
    </dl>
  );
}
