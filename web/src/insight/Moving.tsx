import { Link } from '@tanstack/react-router';
import type { CaseBrief, SituationView } from '../../../src/insight/contract.ts';
import { MOST } from '../../../src/insight/situation-rules.ts';
import type { ReportKind } from '../../../src/mechanism/vocabulary.ts';
import { caseText } from '../cases/texts.ts';
import { mechanismText } from '../mechanism/texts.ts';
import { useWords } from '../mechanism/words.ts';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { Countdown, DateTime } from '../ui/time.tsx';
import { situationText } from './texts.ts';

/** A case in one line: its level, whose it is, its number. */
function Brief({ one }: { one: CaseBrief }) {
  const words = useWords();
  const pick = usePick();
  return (
    <Link to="/cases/$caseId" params={{ caseId: one.id }} className="brief">
      <LevelMark
        level={one.level || null}
        mark={words.mark(one.level)}
        size="s"
        proposed={one.levelStatus === 'proposed'}
      />
      <span className="brief-name">{pick(one.organisation)}</span>
      <span className="brief-number">{one.number}</span>
    </Link>
  );
}

/** So many lines of each list; the rest are a number. */
const SHOWN = 6;

/** What runs out next. */
export function Clocks({ view }: { view: SituationView }) {
  const t = useText(situationText);
  const pick = usePick();
  const { overdue } = view.pressing;
  // Of one case the nearest; how many more of its limits run stands beside it.
  const nearest = [...Map.groupBy(view.clocks, (clock) => clock.case.id).values()].slice(0, SHOWN);
  return (
    <section className="situation-panel" aria-labelledby="situation-clocks">
      <h2 id="situation-clocks">
        {t.clocks}
        {overdue > 0 && <span className="late">{t.overdueCount(t.atLeast(overdue, MOST))}</span>}
      </h2>
      {view.clocks.length === 0 ? (
        <p className="calm">{t.noClocks}</p>
      ) : (
        <table className="lines">
          <caption className="visually-hidden">{t.clocksTable}</caption>
          <colgroup>
            <col />
            <col className="col-what" />
            <col className="col-time" />
          </colgroup>
          <thead className="visually-hidden">
            <tr>
              <th scope="col">{t.caseHead}</th>
              <th scope="col">{t.what}</th>
              <th scope="col">{t.due}</th>
            </tr>
          </thead>
          <tbody>
            {nearest.map(([clock, ...more]) =>
              clock ? (
                <tr key={clock.id} className={clock.overdue ? 'is-late' : ''}>
                  <th scope="row">
                    <Brief one={clock.case} />
                  </th>
                  <td className="lines-what">
                    {pick(clock.name)}
                    {more.length > 0 && ` +${more.length}`}
                  </td>
                  <td className="lines-time">
                    <Countdown due={clock.dueAt} short />
                  </td>
                </tr>
              ) : null,
            )}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** Who was asked and has not answered, the gravest case first. */
export function Ladders({ view }: { view: SituationView }) {
  const t = useText(situationText);
  const c = useText(caseText);
  const pick = usePick();
  const { waiting, late } = view.pressing;
  return (
    <section className="situation-panel" aria-labelledby="situation-ladders">
      <h2 id="situation-ladders">
        {t.ladders}
        {waiting > 0 && <span>{t.waitingCount(t.atLeast(waiting, MOST))}</span>}
        {late > 0 && <span className="late">{t.lateCount(t.atLeast(late, MOST))}</span>}
      </h2>
      {view.ladders.length === 0 ? (
        <p className="calm">{t.noLadders}</p>
      ) : (
        <ul className="ladders">
          {view.ladders.map((ladder) => (
            <li key={ladder.case.id}>
              <p className="ladder-case">
                <Brief one={ladder.case} />
                <span className="ladder-count">{t.confirmedOf(ladder.confirmed, ladder.asked)}</span>
              </p>
              <ul className="ladder-waiting">
                {ladder.waiting.map((one) => (
                  <li key={one.noticeId} className={one.late || !one.held ? 'is-late' : ''}>
                    <span>
                      {c.capacities[one.capacity]} {pick(one.organisation)}
                    </span>
                    {one.rung !== null && one.rung > 1 && <span>{t.rung(one.rung)}</span>}
                    {!one.held && <span>{t.vacant}</span>}
                    {one.confirmBy && <Countdown due={one.confirmBy} short />}
                  </li>
                ))}
              </ul>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Whether the centre is formed up, and who is there. */
export function Centre({ view }: { view: SituationView }) {
  const t = useText(situationText);
  const pick = usePick();
  const { centre } = view;
  return (
    <section className="situation-panel situation-centre" aria-labelledby="situation-centre">
      <h2 id="situation-centre">
        {t.centre}
        {centre ? (
          <span className={centre.emergency ? 'late' : ''}>
            {centre.emergency ? t.centreEmergency : t.centreNormal}　{t.since}{' '}
            <DateTime at={centre.since} form="time" />
          </span>
        ) : (
          <span className="calm">{t.centreNot}</span>
        )}
      </h2>
      {centre && (
        <ul className="stationed">
          {centre.groups.map((group) => (
            <li key={group.code} className={group.present > 0 ? 'is-present' : ''}>
              <span>{pick(group.name)}</span>
              <b>
                {group.present > 0
                  ? t.stationed(group.present)
                  : group.answer === null
                    ? t.notAnswered
                    : (t.answers[group.answer] ?? group.answer)}
              </b>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** What happened last. */
export function Feed({ view }: { view: SituationView }) {
  const t = useText(situationText);
  const c = useText(caseText);
  const m = useText(mechanismText);
  const say = (line: SituationView['feed'][number]): string => {
    if (line.kind === 'filed' && line.report !== null) return c.reports.kinds[line.report as ReportKind];
    if (line.kind === 'graded' && line.level !== null) return c.facts.graded(line.level);
    if (line.kind === 'threshold-reached' && line.level !== null)
      return c.facts['threshold-reached'](line.level, 1);
    return (m.facts as Record<string, string>)[line.kind] ?? line.kind;
  };
  return (
    <section className="situation-panel situation-feed" aria-labelledby="situation-feed">
      <h2 id="situation-feed">{t.feed}</h2>
      {view.feed.length === 0 ? (
        <p className="calm">{t.noFeed}</p>
      ) : (
        <ol className="feed">
          {view.feed.map((line) => (
            <li key={`${line.case.id}${line.seq}`}>
              <DateTime at={line.at} form="clock" />
              <Brief one={line.case} />
              <span className="feed-what">{say(line)}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
