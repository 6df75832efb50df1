/**
 * Ladders (H40, DEC-4, DEC-20), told a second time: no rung before its time, each once, none after somebody has answered or
 * nothing is asked any more; who is named is written to; and while nobody answers there is a next one (INV-4, INV-5, INV-6).
 */
import type { Pack } from '../../src/mechanism/index.ts';
import { type FactRow, lifeOf, ms } from './life.ts';

export interface LadderNotice {
  readonly id: string;
  readonly case_id: string;
  readonly fact_seq: number;
  readonly route: string;
  readonly post_id: string;
  readonly made_at: string;
  readonly acknowledged_at: string | null;
  readonly closed_at: string | null;
  readonly ladder: string | null;
  readonly next_rung_at: string | null;
  readonly ladder_stopped_at: string | null;
  readonly rung_of: readonly string[] | null;
}

interface Asked {
  readonly number: string;
  readonly compartment: string | null;
  readonly facts: readonly FactRow[];
  readonly notices: readonly LadderNotice[];
  readonly deliveries: readonly { readonly notice_id: string; readonly person_id: string | null }[];
  readonly pack: Pack;
  readonly now: number;
  /** The clock was set back: what stands later on it may have been earlier. */
  readonly wasSetBack: boolean;
  readonly postOf: (id: string) => string;
  readonly say: (text: string) => void;
}

type Rung = Pack['ladders'][number]['rungs'][number];

const MINUTE = 60_000;
/** A rung in time is counted from when it was due, which may be so long before it was told. */
const IN_TIME = 60_000;
/** The last look at clocks and rungs is so long ago when the rows are read: its facts had to be sealed. */
const SINCE_LAST_LOOK = 1_000;

/** `PT3M`, `PT2H` in ms: all that the ladders use. */
function long(text: string): number {
  const [, count, unit] = /^PT(\d+)([HM])$/.exec(text) ?? [];
  if (count === undefined) throw new Error(`a length of another kind: ${text}`);
  return Number(count) * (unit === 'H' ? 60 : 1) * MINUTE;
}
const after = (rung: Rung | undefined, level: string): number =>
  long(rung?.after.byLevel[level] ?? rung?.after.default ?? 'PT0M');
const applies = (rung: Rung, level: string): boolean =>
  rung.levels === undefined || rung.levels.includes(level);

/** Posts each target must reach in a case that everybody may hear of. */
const MEANT: Readonly<Record<string, string>> = {
  convenor: 'convenor',
  'deputy-convenors': 'deputy-convenor',
  desk: 'duty-officer',
};

/** Everything about the ladders of one case that should not be. */
export function ladderFindings(asked: Asked): void {
  const { facts, notices, deliveries, pack, now, wasSetBack, postOf, say } = asked;
  const life = lifeOf(facts);
  const rungs = Map.groupBy(
    facts.filter((fact) => fact.kind === 'rung-reached'),
    (fact) => fact.data['notice'] as string,
  );
  const answers = new Map(
    facts
      .filter((fact) => fact.kind === 'acknowledged')
      .map((fact) => [fact.data['notice'] as string, fact.seq]),
  );
  const left = facts.filter((fact) => fact.kind === 'threshold-left').map((fact) => fact.seq);
  for (const id of rungs.keys())
    if (!notices.some((notice) => notice.id === id))
      say(`INV-6: ${asked.number}: a rung of a notice that is not there`);
  for (const notice of notices) {
    const ladder = pack.ladders.find((one) => one.id === notice.ladder);
    if (!ladder) continue;
    const words = `${asked.number}: ${notice.route} to ${postOf(notice.post_id)}`;
    const bySeq = (seq: number) => life[seq - 1];
    /** Levels the case has stood at since the notice, and when it last changed. */
    const since = facts.filter((fact) => fact.seq >= notice.fact_seq && bySeq(fact.seq)?.level !== undefined);
    const levels = [...new Set(since.map((fact) => bySeq(fact.seq)?.level ?? ''))];
    const changes = since.filter(
      (fact) => fact.seq > notice.fact_seq && bySeq(fact.seq)?.level !== bySeq(fact.seq - 1)?.level,
    );
    /** Who settled it: its own answer, that of somebody told of its silence, or of one of several of whom one is enough. */
    const settled = notices.flatMap((other) => {
      const seq = answers.get(other.id);
      const counts =
        other === notice ||
        other.rung_of?.includes(notice.id) ||
        (ladder.answer === 'any' && other.route === notice.route && other.fact_seq === notice.fact_seq);
      return seq !== undefined && counts ? [seq] : [];
    });
    const isOfTop = pack.routes.find((route) => route.id === notice.route)?.on === 'threshold-reached';
    let reached = { rung: 1, at: ms(notice.made_at), seq: notice.fact_seq };
    for (const fact of rungs.get(notice.id) ?? []) {
      const { rung, people } = fact.data as unknown as { rung: number; people: readonly string[] };
      const at = ms(fact.at);
      const standing = bySeq(fact.seq);
      const level = standing?.level ?? '';
      const step = ladder.rungs[rung - 1];
      if (!step || !applies(step, level))
        say(`INV-5: ${words}: rung ${rung} is none of ${ladder.id} at ${level}`);
      if (rung <= reached.rung) say(`INV-4: ${words}: rung ${rung} was told twice`);
      const here = ladder.rungs[reached.rung - 1];
      const moved = changes.some((change) => change.seq > reached.seq && change.seq <= fact.seq);
      const from =
        reached.rung === 1
          ? reached.at
          : Math.min(
              reached.at - IN_TIME,
              ...(moved ? levels.map((one) => ms(notice.made_at) + after(here, one)) : []),
            );
      const due = from + Math.max(0, after(step, level) - after(here, level));
      if (at < due)
        say(`INV-4: ${words}: rung ${rung} at ${level} came ${Math.round((due - at) / 1000)} s early`);
      if (settled.some((seq) => seq < fact.seq))
        say(`INV-6: ${words}: rung ${rung} though somebody had answered`);
      if (!wasSetBack && notice.closed_at !== null && at > ms(notice.closed_at))
        say(`INV-6: ${words}: rung ${rung} after it was closed`);
      if (!wasSetBack && notice.ladder_stopped_at !== null && at > ms(notice.ladder_stopped_at))
        say(`INV-6: ${words}: rung ${rung} after it was stopped`);
      if (standing?.open === false && notice.route !== 'act-proposed')
        say(`INV-6: ${words}: rung ${rung} after the end of the case`);
      if (isOfTop && left.some((seq) => seq > notice.fact_seq && seq < fact.seq))
        say(`INV-5: ${words}: rung ${rung} of A though A was left`);
      for (const person of people)
        if (!deliveries.some((one) => one.notice_id === notice.id && one.person_id === person))
          say(`INV-2: ${words}: rung ${rung} names somebody to whom nothing is sent`);
      if (asked.compartment === null) missing(step, fact, level === 'A' && !standing?.inside, words, asked);
      reached = { rung, at, seq: fact.seq };
    }
    const last = life.at(-1);
    if (!last?.open || settled.length > 0) continue;
    if (notice.acknowledged_at ?? notice.closed_at ?? notice.ladder_stopped_at) continue;
    const here = ladder.rungs[reached.rung - 1];
    const next = ladder.rungs.find((rung, index) => index >= reached.rung && applies(rung, last.level));
    if (!next) continue;
    if (notice.next_rung_at === null) {
      say(
        `INV-5: ${words}: nobody answers, and it goes no further than rung ${reached.rung} of ${ladder.id}`,
      );
      continue;
    }
    const due = ms(notice.next_rung_at);
    if (due <= now - SINCE_LAST_LOOK)
      say(`INV-4: ${words}: the rung after ${reached.rung} waits for a look that does not come`);
    const latest =
      Math.max(
        reached.at,
        ...changes.map((change) => ms(change.at)),
        ...(changes.length > 0 ? levels.map((one) => ms(notice.made_at) + after(here, one)) : []),
      ) + Math.max(0, after(next, last.level) - after(here, last.level));
    if (due > latest)
      say(
        `INV-4: ${words}: the rung after ${reached.rung} at ${last.level} is due ${Math.round((due - latest) / 1000)} s late`,
      );
  }
}

/** Whom a rung should have told and did not. */
function missing(
  step: Rung | undefined,
  fact: FactRow,
  isUnconfirmedTop: boolean,
  words: string,
  { postOf, say }: Asked,
): void {
  const own = postOf(fact.data['post'] as string);
  const told = (fact.data.told ?? []).map((one) => postOf(one.post));
  for (const target of step?.to ?? []) {
    const code = MEANT[target];
    if (target === 'convenor' && isUnconfirmedTop) {
      if (told.includes('convenor')) say(`INV-5: ${words}: an unconfirmed A wakes the convenor (DEC-4)`);
    } else if (
      code !== undefined &&
      own !== code &&
      !told.some((post) => post === code || post.startsWith(`${code}-`))
    )
      say(
        `INV-5: ${words}: rung ${fact.data['rung']} did not tell ${target}; told were ${told.join() || 'nobody'}`,
      );
  }
}
