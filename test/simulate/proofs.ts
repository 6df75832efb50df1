/** INV-8, INV-11 and the product's own proofs: of its facts, its ledger, its rows, and of what its screens count. */
import { setTimeout as pause } from 'node:timers/promises';
import { auditCase, verifyCases } from '../../src/cases/index.ts';
import { centreNow, verifyCentre } from '../../src/centre/index.ts';
import { createSituation } from '../../src/insight/situation.ts';
import { verifyLedger } from '../../src/ledger/index.ts';
import type { Head } from './invariants.ts';
import { ms } from './life.ts';
import type { Machine } from './machine.ts';
import type { Seed } from './seed.ts';

/** What there is, worked out from the facts where it follows from them. */
export interface Counted {
  readonly cases: readonly {
    readonly id: string;
    readonly number: string;
    readonly open: boolean;
    readonly level: string;
    readonly confirmed?: boolean;
    readonly suspected?: boolean;
    readonly compartment: string | null;
    readonly failed_notices: number;
  }[];
  readonly clocks: readonly { readonly case_id: string; readonly state: string; readonly due_at: string }[];
  readonly notices: readonly {
    readonly case_id: string;
    readonly expects: string;
    readonly acknowledged_at: string | null;
    readonly closed_at: string | null;
  }[];
  readonly activations: readonly { readonly active: boolean; readonly compartment: string | null }[];
  readonly heads: readonly Head[];
}

const total = (levels: Readonly<Record<string, number>>): number =>
  Object.values(levels).reduce((sum, count) => sum + count, 0);

/** Compares with what the product says of itself. */
export async function proofs(
  seed: Seed,
  machine: Machine,
  counted: Counted,
  say: (text: string) => void,
): Promise<void> {
  for (const row of counted.cases) {
    const expected = seed.expectedWorries.get(row.id) ?? 0;
    if (expected !== row.failed_notices)
      say(
        `INV-11: ${row.number} counts ${row.failed_notices} notices that reached nobody; there are ${expected}`,
      );
  }
  const now = new Set(counted.heads.map((head) => `${head.log} ${head.size} ${head.root}`));
  for (const head of seed.heads)
    if (!now.has(`${head.log} ${head.size} ${head.root}`))
      say(`INV-8: the head ${head.log} ${head.size} is not what it was`);
  const { time } = seed;
  const verdict = await time.as(machine, () => verifyCases(machine.ctx));
  for (const fault of verdict.faults) say(`INV-2: ${fault.number}: ${fault.what}`);
  if (counted.activations.length > 0) {
    const centre = await time.as(machine, () => verifyCentre(machine.ctx));
    for (const fault of centre.faults) say(`INV-11: the centre ${fault.number}: ${fault.what}`);
  }
  // Each of the two costly looks is for every third seed: what they find is rarely found by one seed only.
  if (seed.seed % 3 === 0) await onTheWall(seed, machine, counted, say);
  if (seed.seed % 3 === 1) await sealed(seed, machine, say);
  // The auditor works the rows out from the facts by itself: where nobody interfered it must find nothing. It repairs what it
  // finds, so it comes last.
  for (const row of counted.cases) {
    const audit = await time.as(machine, () => auditCase(machine.ctx, row.id));
    for (const one of audit?.findings ?? [])
      say(`INV-2: ${row.number}: the auditor finds ${one.kind} ${one.what}`);
  }
}

/** INV-8, INV-2: the ledger proves what it says, and holds every fact. */
async function sealed(seed: Seed, machine: Machine, say: (text: string) => void): Promise<void> {
  const ledger = await seed.time.as(machine, () => verifyLedger(machine.ctx));
  for (const finding of ledger.findings) say(`INV-8: ${JSON.stringify(finding)}`);
  const unsealed = ledger.unsealed > 0 ? await leftUnsealed(seed, machine) : 0;
  if (unsealed > 0) say(`INV-2: ${unsealed} facts were never sealed`);
}

/**
 * A fact is sealed once every transaction that began before its own has ended, in any database of the server: the other lanes'
 * too. So the machine's sealer gets a few more looks, in real time; what is not sealed then never will be.
 */
async function leftUnsealed(seed: Seed, machine: Machine): Promise<number> {
  const { time } = seed;
  const { mono } = time;
  let left = 1;
  for (let looks = 0; left > 0 && looks < 40; looks += 1) {
    await pause(25);
    time.mono += 1_000;
    await seed.wake([machine], new Set(['ledger']));
    left = (await time.as(machine, () => verifyLedger(machine.ctx))).unsealed;
  }
  time.mono = mono;
  return left;
}

/** INV-11: the figures of the situation room are those that follow from the facts. */
async function onTheWall(
  seed: Seed,
  machine: Machine,
  { cases, clocks, notices, activations }: Counted,
  say: (text: string) => void,
): Promise<void> {
  const officer = await seed.nation.person('officer');
  const view = await seed.time.as(machine, () =>
    createSituation(machine.ctx, centreNowOf(machine))(officer, 'live'),
  );
  const seen = cases.filter((one) => one.compartment === null);
  const open = seen.filter((one) => one.open);
  const isOpen = new Set(open.map((one) => one.id));
  const isSeen = new Set(seen.map((one) => one.id));
  const same = (what: string, shown: unknown, expected: unknown) => {
    if (JSON.stringify(shown) !== JSON.stringify(expected))
      say(
        `INV-11: the wall shows ${JSON.stringify(shown)} ${what}; by the facts it is ${JSON.stringify(expected)}`,
      );
  };
  const counting = open.filter((one) => one.suspected !== true);
  const levels: Record<string, number> = {};
  for (const one of counting) levels[one.level] = (levels[one.level] ?? 0) + 1;
  const ordered = (all: Readonly<Record<string, number>>) =>
    Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  same('open cases', view.open.total, counting.length);
  same('open by level', ordered(view.open.levels), ordered(levels));
  same('not confirmed', view.open.unconfirmed, counting.filter((one) => one.confirmed !== true).length);
  same('anomalies', view.open.suspected, open.length - counting.length);
  same(
    'behind walls',
    total(view.open.walled),
    cases.filter((one) => one.open && one.compartment !== null).length,
  );
  same(
    'in the subgroups together',
    view.subgroups.reduce((sum, one) => sum + total(one.levels), 0),
    counting.length,
  );
  same(
    'clocks run out',
    view.pressing.overdue,
    clocks.filter(
      (one) => one.state === 'running' && isOpen.has(one.case_id) && ms(one.due_at) <= Date.parse(view.now),
    ).length,
  );
  same(
    'notices unanswered',
    view.pressing.waiting,
    notices.filter(
      (one) =>
        one.expects !== 'none' &&
        one.acknowledged_at === null &&
        one.closed_at === null &&
        isSeen.has(one.case_id),
    ).length,
  );
  same(
    'opened in all',
    view.history.days.reduce((sum, day) => sum + day.opened, 0),
    seen.filter((one) => one.suspected !== true).length,
  );
  same(
    'as the centre',
    view.centre !== null,
    activations.some((one) => one.active && one.compartment === null),
  );
}

const centreNowOf =
  ({ ctx }: Machine): Parameters<typeof createSituation>[1] =>
  (tx, mode) =>
    centreNow(ctx, tx, mode);
