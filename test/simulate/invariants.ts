/**
 * What must hold whatever happened: read from the rows, from what clients were told, and from what the relays took. Told a
 * second time and more simply than in the product; where the two disagree, one of them has misread the plan.
 */
import { createHash } from 'node:crypto';
import { type ActivationRow, centreFindings, type MeetingRow } from './centre.ts';
import { type LadderNotice, ladderFindings } from './ladders.ts';
import { type FactRow, FINAL, lifeOf, ms } from './life.ts';
import type { Machine } from './machine.ts';
import { proofs } from './proofs.ts';
import type { Seed } from './seed.ts';

/** A filing a client was told of. */
export interface Acked {
  readonly key: string;
  readonly caseId: string;
  readonly reportId: string;
  readonly number: string;
  readonly content: Readonly<Record<string, unknown>>;
}
/** A head of a log somebody has seen. */
export interface Head {
  readonly log: string;
  readonly size: number;
  readonly root: string;
}

interface Row {
  readonly [column: string]: unknown;
}
interface CaseRow extends Row {
  readonly id: string;
  readonly number: string;
  readonly series: string;
  readonly seq: number;
  readonly open: boolean;
  readonly level: string;
  readonly level_status: string;
  readonly revision: number;
  readonly failed_notices: number;
  readonly compartment: string | null;
  readonly seen_by: readonly string[];
}
interface ClockRow extends Row {
  readonly id: string;
  readonly case_id: string;
  readonly definition: string;
  readonly state: string;
  readonly start_at: string;
  readonly due_at: string;
  readonly next_at: string | null;
  readonly overdue_at: string | null;
  readonly history: readonly { readonly dueAt: string }[];
}
interface NoticeRow extends Row, LadderNotice {
  readonly capacities: readonly string[];
  readonly expects: string;
  readonly acknowledged_how: string | null;
  readonly opened_at: string | null;
  readonly data: { readonly closed?: boolean };
}
interface DeliveryRow extends Row {
  readonly id: string;
  readonly notice_id: string;
  readonly case_id: string;
  readonly channel: string;
  readonly person_id: string | null;
  readonly state: string;
  readonly reason: string | null;
  readonly digest_id?: string | null;
}

const MINUTE = 60_000;

/** JSON with sorted keys, so that one content has one text. */
function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => `${JSON.stringify(key)}:${sorted(one)}`)
    .join()}}`;
}
const hash = (value: unknown): string => createHash('sha256').update(sorted(value)).digest('hex');

/** Where each state may lead (figure 5); `merged` leads back to where it came from. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  suspected: ['reported', 'dismissed', 'withdrawn', 'merged'],
  reported: ['returned', 'registered', 'handling', 'recovered', 'dismissed', 'withdrawn', 'merged'],
  returned: ['reported', 'registered', 'handling', 'recovered', 'dismissed', 'withdrawn', 'merged'],
  registered: ['returned', 'handling', 'recovered', 'dismissed', 'withdrawn', 'merged'],
  handling: ['recovered', 'dismissed', 'withdrawn', 'merged'],
  recovered: ['handling', 'released', 'dismissed', 'withdrawn', 'merged'],
  released: ['handling'],
  dismissed: ['handling'],
  withdrawn: ['handling'],
  merged: ['suspected', 'reported', 'returned', 'registered', 'handling', 'recovered'],
};

/** How long people have by the plan's clocks (DEC-6), in minutes. */
const LENGTH: Readonly<Record<string, (level: string) => number>> = {
  register: () => 30,
  'confirm-level': (level) => (level === 'A' ? 10 : 30),
  'unconfirmed-top': () => 10,
  'convenor-told': () => 10,
};

const ALL = [
  'cases',
  'facts',
  'clocks',
  'notices',
  'deliveries',
  'reports',
  'report_persons',
  'case_numbers',
  'activations',
  'meetings',
  'ledger_heads',
] as const;

/** What of a table is read: not what the nation was made with. */
const partOf = (name: string, began: number): string =>
  ({ facts: ` where position > ${began}`, case_numbers: ' where case_id is not null' })[name] ?? '';

/** A lease that was taken or prolonged, of a delivery or of the mail it goes with. */
interface Lease {
  readonly delivery: string;
  readonly worker: string;
  readonly since: string;
  readonly until: string;
}

interface Breach {
  readonly delivery: string;
  readonly what: string;
}

/** Everything that should not be, each a sentence beginning with the invariant it breaks. */
export async function findings(seed: Seed, machine: Machine): Promise<string[]> {
  const { nation } = seed;
  const sql = ALL.map(
    (name) =>
      `'${name}', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from ${name} t${partOf(name, nation.began)})`,
  ).join();
  // Everything in one look: what is compared must be of one moment.
  const [answer] = await nation.ask<{
    all: Record<string, Row[]>;
    breaches: readonly Breach[];
    leases: readonly Lease[];
  }>(
    `select jsonb_build_object(${sql}) as all, (select coalesce(jsonb_agg(to_jsonb(b)), '[]') from sim.breaches b) as breaches,
            (select coalesce(jsonb_agg(to_jsonb(l)), '[]') from sim.leases l) as leases`,
  );
  const rows = answer?.all ?? {};
  const found: string[] = [];
  const say = (text: string) => void found.push(text);
  const cases = new Map((rows['cases'] as CaseRow[]).map((one) => [one.id, one]));
  const facts = Map.groupBy(
    (rows['facts'] as FactRow[]).toSorted((a, b) => a.seq - b.seq),
    (fact) => fact.stream_id,
  );
  const notices = rows['notices'] as NoticeRow[];
  const deliveries = rows['deliveries'] as DeliveryRow[];
  const clocks = rows['clocks'] as ClockRow[];
  const numberOf = (id: string) => cases.get(id)?.number ?? id;
  const postOf = (id: string) => nation.postCodes.get(id) ?? id;
  const who = (id: string | null) => (id === null ? 'nobody' : (nation.personCodes.get(id) ?? id));

  acknowledged(seed, rows, cases, say);
  for (const one of cases.values())
    wholeCase(one, facts.get(one.id) ?? [], notices, clocks, { say, postOf, now: seed.time.wall });
  told(cases, notices, deliveries, facts, { say, numberOf, postOf, seed });
  mails(seed, notices, deliveries, { say, numberOf, who, postOf });
  readers(cases, notices, { say, postOf });
  for (const one of cases.values())
    ladderFindings({
      number: one.number,
      compartment: one.compartment,
      facts: facts.get(one.id) ?? [],
      notices: notices.filter((notice) => notice.case_id === one.id),
      deliveries,
      pack: nation.pack,
      now: seed.time.wall,
      wasSetBack: seed.faults['clock set back'] !== undefined,
      postOf,
      say,
    });
  centreFindings({
    cases,
    factsOf: (stream) => facts.get(stream) ?? [],
    noticesOf: (id) => notices.filter((notice) => notice.case_id === id),
    activations: rows['activations'] as unknown as ActivationRow[],
    meetings: rows['meetings'] as unknown as MeetingRow[],
    postOf,
    holdersOf: (post) => [...nation.holders].find(([id]) => postOf(id) === post)?.[1] ?? [],
    who,
    say,
  });
  for (const { delivery, what } of answer?.breaches ?? []) say(`INV-10: delivery ${delivery} was ${what}`);
  // A clock that is set says nothing about how long a lease was held.
  if (seed.dials.jumps === 0) leased(seed, answer?.leases ?? [], say);
  const counted = {
    cases: [...cases.values()].map((one) => ({ ...one, ...lifeOf(facts.get(one.id) ?? []).at(-1) })),
    clocks,
    notices,
    activations: rows['activations'] as unknown as ActivationRow[],
    // JSON has bytes as \\x and hex.
    heads: ((rows['ledger_heads'] ?? []) as unknown as Head[]).map((one) => ({
      ...one,
      root: one.root.slice(2),
    })),
  };
  await proofs(seed, machine, counted, say);
  return found;
}

/** INV-1: what a client was told is there as it was sent, once, under a number of its own. */
function acknowledged(
  seed: Seed,
  rows: Record<string, Row[]>,
  cases: ReadonlyMap<string, CaseRow>,
  say: (text: string) => void,
): void {
  const persons = new Map(
    (rows['report_persons'] ?? []).map((row) => [row['report_id'], row['data'] as object]),
  );
  const reports = new Map((rows['reports'] ?? []).map((row) => [row['id'] as string, row]));
  for (const ack of seed.acked) {
    const report = reports.get(ack.reportId);
    if (!report || report['case_id'] !== ack.caseId)
      say(`INV-1: ${ack.number} was acknowledged and is not stored`);
    else if (hash({ ...(report['content'] as object), ...persons.get(ack.reportId) }) !== hash(ack.content))
      say(`INV-1: ${ack.number} is stored with another content than was sent`);
    else if (cases.get(ack.caseId)?.number !== ack.number) say(`INV-1: ${ack.number} has another number now`);
  }
  const sent = new Map(seed.acked.map((ack) => [ack.key, ack]));
  const distinct = new Set(seed.acked.map((ack) => ack.reportId));
  if (distinct.size !== sent.size) say(`INV-1: ${sent.size} filings became ${distinct.size} reports`);
  if (reports.size !== distinct.size)
    say(`INV-1: ${reports.size} reports are stored, ${distinct.size} were acknowledged`);
  const numbers = new Set([...cases.values()].map((one) => one.number));
  if (numbers.size !== cases.size) say('INV-1: two cases have one number');
  for (const [series, own] of Map.groupBy(cases.values(), (one) => one.series))
    if (Math.max(...own.map((one) => one.seq)) !== own.length)
      say(`INV-1: the numbers of ${series} have a gap (H52)`);
}

interface Tools {
  readonly say: (text: string) => void;
  readonly postOf: (id: string) => string;
  readonly now: number;
}

/** INV-2, INV-4, INV-5, INV-7, INV-12 of one case. */
function wholeCase(
  one: CaseRow,
  facts: readonly FactRow[],
  notices: readonly NoticeRow[],
  clocks: readonly ClockRow[],
  { say, postOf, now }: Tools,
): void {
  if (facts.length !== one.revision || facts.some((fact, index) => fact.seq !== index + 1))
    say(`INV-2: ${one.number} has facts ${facts.map((fact) => fact.seq)} and revision ${one.revision}`);
  const own = notices.filter((notice) => notice.case_id === one.id);
  const ownClocks = clocks.filter((clock) => clock.case_id === one.id);
  let state = '';
  let isOpen = true;
  let level = '';
  let isConfirmed = false;
  let isSolved = false;
  let inside = false;
  const fired = new Set<string>();
  const wanted: { definition: string; start: number; level: string }[] = [];
  for (const fact of facts) {
    const { data } = fact;
    const at = ms(fact.at);
    if (
      data.state !== undefined &&
      state !== '' &&
      data.state !== state &&
      !NEXT[state]?.includes(data.state)
    )
      say(`INV-7: ${one.number} went from ${state} to ${data.state} by ${fact.kind}`);
    if (!isOpen && (fact.kind === 'clock-overdue' || fact.kind === 'clock-warned'))
      say(`INV-4: the clock ${data['definition']} of ${one.number} fired after its end`);
    if (
      data.state === 'released' &&
      state !== 'released' &&
      !(isConfirmed && isSolved && state === 'recovered')
    )
      say(
        `INV-7: ${one.number} was released from ${state}, ${isConfirmed ? '' : 'un'}confirmed, ${isSolved ? '' : 'un'}solved`,
      );
    if (fact.kind === 'opened') state = data.state ?? (data['suspected'] ? 'suspected' : 'reported');
    if (data.state !== undefined) {
      state = data.state;
      isOpen = data.open ?? !FINAL.includes(state);
    }
    const isTop = () => level === 'A';
    if (fact.kind === 'filed') {
      if (data['kind'] === 'recovery') isSolved = data['solved'] === true;
      if (level === '') level = data['level'] as string;
      if (data['kind'] === 'initial' && data['suspected'] !== true)
        for (const definition of ['register', 'confirm-level'])
          wanted.push({ definition, start: ms(data['toldAt'] as string), level: data['level'] as string });
    }
    if (fact.kind === 'level-proposed') {
      if (!isConfirmed) level = data['level'] as string;
      if (data['level'] === 'A' && !(isConfirmed && isTop()))
        wanted.push({ definition: 'unconfirmed-top', start: at, level: 'A' });
    }
    if (fact.kind === 'graded') {
      level = data['level'] as string;
      isConfirmed = true;
      // What is in a compartment is told to its own (DEC-19); at A the nation hears that there is something.
      if (level !== 'A' && one.compartment === null)
        needs(fact, 'deputy-convenor', 'the deputy convenors (S7.10.4a)');
      if (level === 'A' && !inside && facts[fact.seq]?.kind !== 'threshold-reached')
        say(`INV-5: ${one.number} was confirmed A and the threshold was not reached`);
    }
    if (fact.kind === 'threshold-reached') {
      if (data['again'] === true) {
        if (!inside) say(`INV-5: ${one.number} reached A again without having reached it`);
      } else {
        if (inside) say(`INV-5: ${one.number} reached A twice in one crossing (H7)`);
        needs(fact, 'convenor', 'the convenor (S7.10.4d)');
        needs(fact, 'deputy-convenor', 'the deputy convenors (DEC-20)');
        wanted.push({ definition: 'convenor-told', start: at, level: 'A' });
      }
      inside = true;
    }
    if (fact.kind === 'threshold-left') inside = false;
    if (fact.kind === 'clock-overdue' || fact.kind === 'clock-warned') {
      const key = `${fact.kind} ${data['clock']} ${data['dueAt']}`;
      if (fired.has(key)) say(`INV-4: ${data['definition']} of ${one.number} fired twice (${fact.kind})`);
      fired.add(key);
      if (fact.kind === 'clock-overdue' && at < ms(data['dueAt'] as string))
        say(
          `INV-4: ${data['definition']} of ${one.number} fired ${ms(data['dueAt'] as string) - at} ms early`,
        );
    }
    if (data.told) {
      for (const post of new Set(data.told.map((one) => one.post)))
        if (!own.some((notice) => notice.post_id === post && ms(notice.made_at) === at))
          say(`INV-2: ${one.number}: ${fact.kind} says ${postOf(post)} was told, and there is no notice`);
    }
  }
  function needs(fact: FactRow, post: string, words: string): void {
    const reached = (fact.data.told ?? []).map((told) => postOf(told.post));
    if (!reached.some((code) => code === post || code.startsWith(`${post}-`)))
      say(
        `INV-5: ${one.number}: ${fact.kind} ${fact.data['level'] ?? ''} did not tell ${words}; told were ${reached.join() || 'nobody'}`,
      );
  }
  for (const { definition, start, level: under } of wanted) {
    const clock = ownClocks.find((row) => row.definition === definition && ms(row.start_at) === start);
    if (!clock) {
      say(`INV-2: ${one.number} has no clock ${definition} from ${new Date(start).toISOString()}`);
      continue;
    }
    const length = (LENGTH[definition]?.(under) ?? 0) * MINUTE;
    if (clock.history.length === 0 && ms(clock.due_at) - start !== length)
      say(
        `INV-12: ${definition} of ${one.number} is due after ${(ms(clock.due_at) - start) / MINUTE} min, not ${length / MINUTE}`,
      );
  }
  for (const clock of ownClocks) {
    if (clock.state !== 'running') continue;
    if (!one.open) say(`INV-4: ${clock.definition} of ${one.number} runs on after its end`);
    else if (
      ms(clock.due_at) <= now &&
      // Overdue before a milder level gave it more time that was over too: once is enough.
      ![clock.due_at, ...clock.history.map((move) => move.dueAt)].some((due) =>
        fired.has(`clock-overdue ${clock.id} ${new Date(due).toISOString()}`),
      )
    )
      say(`INV-4: ${clock.definition} of ${one.number} was due at ${clock.due_at} and never fired`);
    else if (clock.next_at !== null && ms(clock.next_at) <= now)
      say(`INV-4: ${clock.definition} of ${one.number} waits for a look that does not come`);
  }
  if (!one.open && state !== '') {
    const left = own.filter(
      (notice) =>
        notice.expects !== 'none' &&
        notice.acknowledged_at === null &&
        notice.closed_at === null &&
        notice.route !== 'act-proposed',
    );
    for (const notice of left)
      say(`INV-6: ${one.number} has ended and still asks ${postOf(notice.post_id)} (${notice.route})`);
  }
  const last = lifeOf(facts).at(-1);
  if (one.level !== last?.level || (one.level_status === 'confirmed') !== last.confirmed)
    say(`INV-2: ${one.number} stands at ${one.level} ${one.level_status}, its facts say ${last?.level}`);
}

interface More {
  readonly say: (text: string) => void;
  readonly numberOf: (id: string) => string;
  readonly postOf: (id: string) => string;
}

/** INV-3, and INV-2 from the other side: each notice has its deliveries. */
function told(
  cases: ReadonlyMap<string, CaseRow>,
  notices: readonly NoticeRow[],
  deliveries: readonly DeliveryRow[],
  facts: ReadonlyMap<string, readonly FactRow[]>,
  { say, numberOf, postOf, seed }: More & { readonly seed: Seed },
): void {
  const byNotice = Map.groupBy(deliveries, (one) => one.notice_id);
  for (const one of cases.values()) {
    const first = (facts.get(one.id) ?? []).find((fact) => fact.kind === 'filed');
    const receipts = notices.filter(
      (notice) => notice.case_id === one.id && first && ms(notice.made_at) === ms(first.at),
    );
    for (const capacity of ['centre', 'authority', 'subgroup'])
      if (!receipts.some((notice) => notice.capacities.includes(capacity)))
        say(`INV-3: ${one.number}: no receipt for the ${capacity}`);
  }
  for (const notice of notices) {
    const fact = facts.get(notice.case_id)?.[notice.fact_seq - 1];
    const own = byNotice.get(notice.id) ?? [];
    const persons = (seed.nation.holders.get(notice.post_id) ?? []).filter(
      (code) =>
        code !== seed.nation.personCodes.get(fact?.person_id ?? '') || notice.capacities.includes('reporter'),
    );
    for (const code of persons)
      if (!own.some((delivery) => seed.nation.personCodes.get(delivery.person_id ?? '') === code))
        say(
          `INV-2: ${numberOf(notice.case_id)}: ${postOf(notice.post_id)} (${notice.route}) has no delivery to ${code}`,
        );
    if (!fact?.data.told?.some((one) => one.post === notice.post_id) && notice.template !== 'rung')
      say(
        `INV-2: ${numberOf(notice.case_id)}: the notice to ${postOf(notice.post_id)} (${notice.route}) is in no fact`,
      );
  }
}

/** INV-10: whoever begins a mail holds its lease at that moment. */
function leased(seed: Seed, leases: readonly Lease[], say: (text: string) => void): void {
  const held = Map.groupBy(leases, (lease) => `${lease.delivery} ${lease.worker}`);
  for (const { id, to, machine, begun } of seed.relays.arrivals) {
    const isHeld = held
      .get(`${id} ${machine}`)
      ?.some(({ since, until }) => ms(since) <= begun && begun <= ms(until));
    if (!isHeld) say(`INV-10: ${machine} began the mail ${id} to ${to} without holding its lease`);
  }
}

/** INV-6: everybody is told or visibly not, the same mail only under the same key, nobody after the end. */
function mails(
  seed: Seed,
  notices: readonly NoticeRow[],
  deliveries: readonly DeliveryRow[],
  { say, numberOf, who, postOf }: More & { readonly who: (id: string | null) => string },
): void {
  const byId = new Map(notices.map((notice) => [notice.id, notice]));
  const arrivals = Map.groupBy(seed.relays.arrivals, (one) => one.id);
  const seen = new Set<string>();
  const isCalm = Object.keys(seed.faults).length === 0 && seed.dials.relay.delay === 0;
  const known = new Set<string>();
  for (const delivery of deliveries) {
    const notice = byId.get(delivery.notice_id);
    const words = `${numberOf(delivery.case_id)} ${notice?.route} to ${postOf(notice?.post_id ?? '')} (${who(delivery.person_id)})`;
    const key = `${delivery.notice_id} ${delivery.person_id} ${delivery.channel}`;
    if (seen.has(key)) say(`INV-6: ${words} has two deliveries`);
    seen.add(key);
    const own = arrivals.get(delivery.digest_id ?? delivery.id) ?? arrivals.get(delivery.id) ?? [];
    for (const arrival of own) known.add(arrival.id);
    if (delivery.state === 'queued')
      say(
        `INV-6: ${words} is still not sent (${delivery.channel} by ${delivery['relay']}, ${delivery['attempts']} tries, due ${delivery['next_at']})`,
      );
    if (delivery.state === 'handed-over' && own.length === 0)
      say(`INV-6: ${words} is called handed over and never arrived`);
    if (delivery.state === 'failed' && delivery.reason === null)
      say(`INV-6: ${words} failed without a reason`);
    if (isCalm && own.length > 1) say(`INV-6: ${words} arrived ${own.length} times though nothing failed`);
    for (const arrival of own) {
      if (arrival.to !== seed.nation.addresses.get(delivery.person_id ?? ''))
        say(`INV-6: ${words} went to ${arrival.to}`);
      // Between looking and sending a lease may pass; not more.
      if (notice?.closed_at && seed.dials.jumps === 0 && arrival.begun - ms(notice.closed_at) > 6_000)
        say(
          `INV-6: ${words} was sent ${Math.round((arrival.begun - ms(notice.closed_at)) / 1000)} s after it was closed`,
        );
    }
  }
  for (const id of arrivals.keys()) if (!known.has(id)) say(`INV-6: a mail ${id} belongs to no delivery`);
  const worried = Map.groupBy(
    notices.filter((notice) => {
      if (notice.closed_at ?? notice.acknowledged_at ?? notice.opened_at) return false;
      const own = deliveries.filter((one) => one.notice_id === notice.id);
      return (
        own.some((one) => one.state === 'failed') &&
        !own.some((one) => ['queued', 'handed-over'].includes(one.state))
      );
    }),
    (notice) => notice.case_id,
  );
  seed.expectedWorries = new Map([...worried].map(([id, list]) => [id, list.length]));
}

/** INV-9: outside a compartment nobody sees the case, and what he is told says nothing of it. */
function readers(
  cases: ReadonlyMap<string, CaseRow>,
  notices: readonly NoticeRow[],
  { say, postOf }: { readonly say: (text: string) => void; readonly postOf: (id: string) => string },
): void {
  for (const one of cases.values()) {
    if (one.compartment === null) continue;
    const open = one.seen_by.filter((key) => ['desk', 'watch', 'command', 'signed-in'].includes(key));
    if (open.length > 0) say(`INV-9: ${one.number} of ${one.compartment} is seen by ${open.join()}`);
    for (const notice of notices) {
      if (notice.case_id !== one.id) continue;
      const code = postOf(notice.post_id);
      const isOutside = /^(duty-officer|convenor|deputy-convenor)/.test(code);
      if (isOutside && notice.data.closed !== true)
        say(`INV-9: ${one.number}: ${code} is told more than that there is something`);
    }
  }
}
