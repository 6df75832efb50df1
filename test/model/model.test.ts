/**
 * Random actors do random things to random cases on the real database; a second, simpler telling of the plan says what must
 * come of it. `RUNS=200 SEED=7 npx vitest run test/model` looks longer and elsewhere.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyCases } from '../../src/cases/index.ts';
import { findCase } from '../../src/cases/store.ts';
import { SYSTEM } from '../../src/platform/actor.ts';
import { isRefusal } from '../../src/platform/errors.ts';
import { read } from '../../src/platform/transaction.ts';
import { type Doing, openStory, type Story } from '../stories/harness.ts';
import {
  type Act,
  addReport,
  advance,
  type Body,
  isDefence,
  type Level,
  type ModelCase,
  type Nation,
  openCase,
  type Person,
  perform,
  promoted,
  sees,
} from './model.ts';

const RUNS = Number(process.env['RUNS'] ?? 10);
const SEED = Number(process.env['SEED'] ?? 20_260_304);
const PERSONS: readonly Person[] = [
  'teacher',
  'teacher2',
  'captain',
  'officer',
  'officer2',
  'mnd-officer',
  'mnd-officer2',
  'inspector',
  'moe-officer',
];
const CONTENT = { cause: '原因。', solution: '辦法。', resolvedAt: '2026-03-01T09:00:00+08:00' };

interface Real {
  readonly story: Story;
  readonly ids: Map<ModelCase, string>;
}
type Command = fc.AsyncCommand<Nation, Real>;

let story: Story;
const everything: { one: ModelCase; id: string }[] = [];
beforeAll(async () => {
  story = await openStory('2026-03-04T08:00:00+08:00');
});
afterAll(() => story.close());

/** Whether it was done; anything but a refusal is a fault of the product. */
async function wasDone(attempt: Promise<unknown>): Promise<boolean> {
  try {
    await attempt;
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

/** The case as stored is what the model says. */
async function agree(one: ModelCase, id: string): Promise<void> {
  const desk = isDefence(one) ? 'mnd-officer' : 'officer';
  const view = await story.sees(desk, id);
  expect({
    state: view.case.state,
    level: view.case.level,
    isConfirmed: view.case.levelStatus === 'confirmed',
    suspected: view.case.suspected,
    withdrawal: view.withdrawalRequested,
    reports: view.reports.length,
    aliases: view.aliases.length,
    fired: view.crossings,
    waiting: view.pending.map((pending) => pending.act).sort(),
  }).toEqual({
    state: one.state,
    level: one.level,
    isConfirmed: one.isConfirmed,
    suspected: one.suspected,
    withdrawal: one.withdrawal,
    reports: one.reports,
    aliases: one.aliases,
    fired: one.fired,
    waiting: [one.waiting.lower, one.waiting.end].flatMap((wish) => (wish ? [wish.act] : [])).sort(),
  });
}

/** The proposal decided upon: the one to end the case if it waits, else the one to lower it, as in the model. */
async function waitingFor(id: string): Promise<number> {
  const found = await read(story.ctx.database, SYSTEM, story.ctx.clock, (tx) => findCase(tx, id));
  const { pending = [] } = found ?? {};
  return (pending.find((one) => one.rule === 'end-top') ?? pending[0])?.id ?? 0;
}

const pick = (nation: Nation, index: number): ModelCase =>
  nation.cases[index % nation.cases.length] as ModelCase;

/** A command on an existing case: what the model says and what happened must be the same. */
function onCase(
  name: string,
  index: number,
  model: (nation: Nation, one: ModelCase) => boolean,
  real: (id: string, real: Real, nation: Nation) => Promise<unknown>,
): Command {
  return {
    check: (nation) => nation.cases.length > 0,
    run: async (nation, system) => {
      const one = pick(nation, index);
      const id = system.ids.get(one) ?? '';
      const before = { ...one };
      const expected = model(nation, one);
      const done = await wasDone(real(id, system, nation));
      expect(done, `${name} in ${before.state}, level ${before.level}`).toBe(expected);
      await agree(one, id);
    },
    toString: () => `${name} on case ${index}`,
  };
}

const level = fc.constantFrom<Level>('A', 'B', 'C', 'D', 'D');
const person = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<Person>('officer', 'officer2', 'mnd-officer', 'mnd-officer2') },
  { weight: 2, arbitrary: fc.constantFrom(...PERSONS) },
);
const index = fc.nat(5);

const file = fc
  .tuple(fc.constantFrom<Body>('school', 'school', 'school2', 'brigade'), level, fc.nat(4))
  .map(([body, proposed, chance]): Command => {
    const owner = { school: 'teacher', school2: 'teacher2', brigade: 'captain' }[body];
    const suspected = chance === 0;
    return {
      check: (nation) => nation.cases.length < 6,
      run: async (nation, { ids }) => {
        const one = openCase(nation, body, proposed, suspected);
        const answer = await story.files(owner, body, { impactLevel: proposed }, { suspected });
        ids.set(one, answer.caseId);
        everything.push({ one, id: answer.caseId });
        await agree(one, answer.caseId);
      },
      toString: () => `${owner} files ${suspected ? 'suspected ' : ''}${proposed}`,
    };
  });

const report = fc.tuple(index, person, level, fc.boolean()).map(([at, by, proposed, isRecovery]) =>
  onCase(
    `${by} files a ${isRecovery ? 'recovery' : 'follow-up'} report, ${proposed}`,
    at,
    (nation, one) => addReport(nation, one, by, proposed, isRecovery),
    (id, _real, nation) =>
      story.files(
        by,
        pick(nation, at).body,
        { impactLevel: proposed, ...(isRecovery ? CONTENT : {}) },
        { kind: isRecovery ? 'recovery' : 'follow-up', caseId: id },
      ),
  ),
);

const ACTS: readonly Act[] = [
  'take',
  'register',
  'ask-back',
  'confirm-level',
  'confirm-level',
  'change-level',
  'promote',
  'send-back',
  'release',
  'dismiss',
  'request-withdrawal',
  'approve-withdrawal',
  'refuse-withdrawal',
  'merge',
  'unmerge',
  'reopen',
  'message',
  'approve',
  'approve',
  'decline',
  'withdraw',
];

const act = fc
  .tuple(index, person, fc.constantFrom(...ACTS), level, index)
  .map(([at, by, name, wanted, other]) => {
    const reason = '理由';
    const words = (nation: Nation, real: Real): Doing => {
      switch (name) {
        case 'take':
        case 'register':
          return { act: name };
        case 'approve':
          return { act: 'approve-act', proposal: 0 };
        case 'decline':
        case 'withdraw':
          return { act: `${name}-act`, proposal: 0, reason };
        case 'ask-back':
        case 'message':
          return { act: name, text: reason };
        case 'confirm-level':
        case 'change-level':
          return { act: name, level: wanted, reason };
        case 'merge':
          return { act: name, intoCase: real.ids.get(pick(nation, other)) ?? '', reason };
        default:
          return { act: name, reason };
      }
    };
    return onCase(
      `${by}: ${name} ${wanted}`,
      at,
      (nation, one) => {
        const target = pick(nation, other);
        const wasAnomaly = one.suspected;
        const done = sees(by, one) && perform(one, name, by, wanted, target);
        if (done && wasAnomaly && !one.suspected) promoted(nation, one);
        return done;
      },
      async (id, real, nation) => {
        const doing = words(nation, real);
        if (!('proposal' in doing)) return story.does(by, id, doing);
        return story.does(by, id, { ...doing, proposal: Math.max(1, await waitingFor(id)) });
      },
    );
  });

const acknowledge = fc.tuple(index, fc.constantFrom(...PERSONS)).map(([at, by]) =>
  onCase(
    `${by} acknowledges`,
    at,
    () => true,
    (id) => story.acknowledges(by, id),
  ),
);

// No sum of these is the ten minutes of DEC-4 or the thirty of DEC-6, so that seconds of real time decide nothing.
const passing = fc.constantFrom(4, 11, 45).map(
  (minutes): Command => ({
    check: () => true,
    run: async (nation, { ids }) => {
      advance(nation, minutes);
      story.clock.advance(minutes * 60_000);
      await story.settleClocks();
      for (const [one, id] of ids) await agree(one, id);
    },
    toString: () => `${minutes} minutes pass`,
  }),
);

test(
  'DEC-4 DEC-14 H7 INV-5: random acts by random people come out as the simple model says',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.commands([file, act, act, act, report, acknowledge, passing], { maxCommands: 40, size: 'max' }),
        async (commands) => {
          const setup = () => ({
            model: { now: 0, cases: [] } as Nation,
            real: { story, ids: new Map<ModelCase, string>() },
          });
          await fc.asyncModelRun(setup, [...commands]);
        },
      ),
      { numRuns: RUNS, seed: SEED },
    );
  },
  Math.max(120_000, RUNS * 15_000),
);

test('INV-3 INV-4 INV-5 INV-9 S8.F3.6 H52: what is left behind is whole', async () => {
  // Whatever was still waited for when its run ended has run out by now.
  story.clock.advance(60 * 60_000);
  await story.settleClocks();
  advance({ now: 0, cases: everything.map(({ one }) => one) }, Number.MAX_SAFE_INTEGER);
  const rows = (text: string) =>
    read(story.ctx.database, SYSTEM, story.ctx.clock, (tx) => tx.query<Record<string, unknown>>(text, []));
  // Numbers: unique by the schema, without a gap in each series.
  const gaps = await rows('select series from cases group by series, year having max(seq) <> count(*)');
  expect(gaps).toEqual([]);
  // Receipts: centre, authority and subgroup each know whom they have.
  const unreceipted = await rows(
    `select c.number from cases c where (select count(distinct one) from notices n, unnest(n.capacities) one
      where n.case_id = c.id and one in ('centre', 'authority', 'subgroup')) <> 3`,
  );
  expect(unreceipted).toEqual([]);
  // Clocks: never early, never twice for one due time.
  const clocks = await rows(
    `select f.stream_id, f.data ->> 'clock' as clock from facts f
      where f.kind = 'clock-overdue' and f.at < (f.data ->> 'dueAt')::timestamptz
     union all
     select stream_id, data ->> 'clock' from facts where kind in ('clock-overdue', 'clock-warned')
      group by stream_id, data ->> 'clock', data ->> 'dueAt', kind having count(*) > 1`,
  );
  expect(clocks).toEqual([]);
  // The A branch: the convenor was told exactly once per crossing.
  const fired = await rows(
    `select c.number from cases c
      where (select count(*) from notices n where n.case_id = c.id and 'convenor' = any (n.capacities))
         <> coalesce((c.detail -> 'thresholds' -> 'top' ->> 'count')::int, 0)`,
  );
  expect(fired).toEqual([]);
  // Who sees what.
  const visible = new Map<Person, Set<string>>();
  for (const one of PERSONS) {
    const actor = await story.person(one);
    const seen = await read(story.ctx.database, actor, story.ctx.clock, (tx) =>
      tx.query<{ id: string }>('select id from cases', []),
    );
    visible.set(one, new Set(seen.map((row) => row.id)));
  }
  const wrong = everything.flatMap(({ one, id }) =>
    PERSONS.filter((who) => visible.get(who)?.has(id) !== sees(who, one)).map(
      (who) => `${who}: ${one.body} ${one.state}`,
    ),
  );
  expect(wrong).toEqual([]);
  const verdict = await verifyCases(story.ctx);
  expect(verdict.faults).toEqual([]);
  expect(verdict.cases).toBeGreaterThanOrEqual(everything.length);
});
