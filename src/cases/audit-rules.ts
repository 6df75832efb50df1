/**
 * What rows a case must have, worked out a second time from its facts and its mechanism, and what is not as it must be
 * (INV-2, INV-4, INV-6). Pure. The auditor compares; the write path repairs.
 */
import { addDuration, type Pack } from '../mechanism/index.ts';
import { type ClockRow, clocksAfter } from './clock-rules.ts';
import { contextOf, firstRungAt, type NewNotice } from './consequences.ts';
import { type CaseState, evolve } from './evolve.ts';
import type { CaseFact } from './facts.ts';
import { recipients, type World } from './recipients.ts';

/** A notice as it is stored, as far as the auditor asks. */
export interface StoredNotice {
  readonly id: string;
  readonly factSeq: number;
  readonly postId: string;
  readonly madeAt: Date;
  readonly expects: string;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedHow: string | null;
  readonly closedAt: Date | null;
  readonly deliveries: number;
}

/** A delivery whose row says what cannot be. */
export interface OddDelivery {
  readonly id: string;
  readonly why: 'never-due' | 'leased-for-ever' | 'handed-over-never';
}

/** The rows beside a case's facts. */
export interface StoredRows {
  readonly clocks: readonly ClockRow[];
  readonly notices: readonly StoredNotice[];
  readonly odd: readonly OddDelivery[];
}

/** What is not as it must be. */
export type AuditFinding =
  | { readonly kind: 'clock-missing'; readonly clock: ClockRow }
  | { readonly kind: 'clock-altered'; readonly clock: ClockRow; readonly fields: readonly string[] }
  | { readonly kind: 'clock-unfounded'; readonly clock: ClockRow }
  | {
      readonly kind: 'notice-missing';
      readonly post: string;
      readonly fact: CaseFact;
      readonly notice: NewNotice | null;
    }
  | { readonly kind: 'delivery-missing'; readonly notice: string; readonly fact: CaseFact }
  | {
      readonly kind: 'answer-missing';
      readonly notice: string;
      readonly fact: CaseFact & { kind: 'acknowledged' };
    }
  | { readonly kind: 'answer-unfounded'; readonly notice: string }
  | { readonly kind: 'closed-unfounded'; readonly notice: string }
  | { readonly kind: 'delivery-altered'; readonly delivery: string; readonly why: OddDelivery['why'] }
  | { readonly kind: 'state-differs'; readonly what: string };

/** One step of a case's life, with the state before and after. */
interface Step {
  readonly fact: CaseFact;
  readonly before: CaseState | null;
  readonly state: CaseState;
}

function steps(id: string, facts: readonly CaseFact[]): Step[] {
  const all: Step[] = [];
  let before: CaseState | null = null;
  for (const fact of facts) {
    const state = evolve(id, before, fact);
    all.push({ fact, before, state });
    before = state;
  }
  return all;
}

/** The clocks the facts make, under the ids their rows have; `mint` gives ids to those that have no row. */
function clocksOfFacts(
  life: readonly Step[],
  rows: readonly ClockRow[],
  pack: Pack,
  mint: () => string,
): ClockRow[] {
  let clocks: ClockRow[] = [];
  // Facts name a clock that fired by its id, also when its row is gone.
  const named = new Map<string, string>();
  for (const { fact } of life)
    if (fact.kind === 'clock-warned' || fact.kind === 'clock-overdue')
      named.set(`${fact.data.definition} ${fact.data.dueAt}`, fact.data.clock);
  for (const { fact, before, state } of life) {
    if (fact.kind === 'clock-warned' || fact.kind === 'clock-overdue') {
      const { clock: id } = fact.data;
      clocks = clocks.map((one) => {
        if (one.id !== id) return one;
        return fact.kind === 'clock-overdue'
          ? { ...one, overdueAt: fact.at, warnedAt: one.warnedAt ?? fact.at, nextAt: null }
          : { ...one, warnedAt: fact.at, nextAt: one.dueAt };
      });
    }
    const known = new Set(clocks.map((one) => one.id));
    const next = clocksAfter(clocks, fact, before, state, contextOf(fact, before, state), pack, mint);
    clocks = next.map((one) => {
      if (known.has(one.id)) return one;
      const row = rows.find((other) => other.definition === one.definition && other.ordinal === one.ordinal);
      const id = row?.id ?? named.get(`${one.definition} ${one.dueAt.toISOString()}`);
      return id === undefined ? one : { ...one, id };
    });
  }
  return clocks;
}

const COMPARED = ['state', 'startAt', 'dueAt', 'nextAt', 'metAt', 'warnedAt', 'overdueAt', 'rank'] as const;
const plain = (value: unknown): unknown => (value instanceof Date ? value.getTime() : value);

function clockFindings(expected: readonly ClockRow[], rows: readonly ClockRow[]): AuditFinding[] {
  const same = (a: ClockRow, b: ClockRow) => a.definition === b.definition && a.ordinal === b.ordinal;
  const found: AuditFinding[] = expected.flatMap((clock): AuditFinding[] => {
    const row = rows.find((one) => same(one, clock));
    if (!row) return [{ kind: 'clock-missing', clock }];
    const fields = COMPARED.filter((field) => plain(row[field]) !== plain(clock[field]));
    return fields.length > 0 ? [{ kind: 'clock-altered', clock, fields }] : [];
  });
  const extra = rows.filter((row) => !expected.some((clock) => same(row, clock)));
  return [...found, ...extra.map((clock): AuditFinding => ({ kind: 'clock-unfounded', clock }))];
}

/** The notice a fact speaks of, as it would have been made then; null when today's mechanism would not make it. */
function noticeOf(step: Step, post: string, world: World, mint: () => string): NewNotice | null {
  const { fact, before, state } = step;
  const then: World = { ...world, now: fact.at };
  const doer = { person: fact.person, post: fact.post };
  const meant = recipients(fact.kind, contextOf(fact, before, state), state, then, doer, before).find(
    (one) => one.post.id === post,
  );
  if (!meant) return null;
  const asks = meant.expects !== 'none';
  return {
    ...meant,
    id: mint(),
    factSeq: fact.seq,
    madeAt: fact.at,
    stopped: false,
    known: false,
    nextRungAt: asks ? firstRungAt(meant, state, then) : null,
    confirmBy:
      asks && meant.within ? addDuration(fact.at, meant.within, 'elapsed', world.pack.timeZone) : null,
  };
}

function noticeFindings(
  life: readonly Step[],
  rows: StoredRows,
  world: World,
  mint: () => string,
): AuditFinding[] {
  const found: AuditFinding[] = [];
  const at = (notice: StoredNotice) => notice.madeAt.getTime();
  const moments = new Set(life.map(({ fact }) => fact.at.getTime()));
  const answers = new Map<string, CaseFact & { kind: 'acknowledged' }>();
  const missing = new Set<string>();
  for (const step of life) {
    const { fact } = step;
    if (fact.kind === 'acknowledged') answers.set(fact.data.notice, fact);
    for (const { post } of fact.data.told ?? []) {
      const key = `${post} ${fact.at.getTime()}`;
      const isThere = rows.notices.some((one) => one.postId === post && at(one) === fact.at.getTime());
      if (isThere || missing.has(key)) continue;
      missing.add(key);
      found.push({ kind: 'notice-missing', post, fact, notice: noticeOf(step, post, world, mint) });
    }
  }
  for (const notice of rows.notices) {
    const fact = life[notice.factSeq - 1]?.fact;
    if (notice.deliveries === 0 && fact) found.push({ kind: 'delivery-missing', notice: notice.id, fact });
    const answer = answers.get(notice.id);
    if (answer && notice.acknowledgedAt === null)
      found.push({ kind: 'answer-missing', notice: notice.id, fact: answer });
    // Who holds the post and acted knew from the start: that is no fact of its own.
    const knewAtOnce = notice.acknowledgedHow === 'act' && notice.acknowledgedAt?.getTime() === at(notice);
    if (!answer && notice.acknowledgedAt !== null && !knewAtOnce)
      found.push({ kind: 'answer-unfounded', notice: notice.id });
    if (notice.closedAt !== null && !moments.has(notice.closedAt.getTime()))
      found.push({ kind: 'closed-unfounded', notice: notice.id });
  }
  return found;
}

/**
 * Everything about a case that is not as its facts say. Empty for a case that is whole.
 * @param mint gives ids to rows that must be made
 */
export function audit(
  id: string,
  facts: readonly CaseFact[],
  rows: StoredRows,
  world: World,
  mint: () => string,
): AuditFinding[] {
  let life: Step[];
  try {
    life = steps(id, facts);
  } catch (error) {
    return [{ kind: 'state-differs', what: (error as Error).message }];
  }
  return [
    ...clockFindings(clocksOfFacts(life, rows.clocks, world.pack, mint), rows.clocks),
    ...noticeFindings(life, rows, world, mint),
    ...rows.odd.map(({ id: delivery, why }): AuditFinding => ({ kind: 'delivery-altered', delivery, why })),
  ];
}
