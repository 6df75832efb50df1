/**
 * ISO-1: acts × posts × states. Expected is worked out anew from the pack's rights table and a list of who stands how to
 * the case; compared are what the case page offers (`may`) and what is really answered to whoever tries.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pack } from '../../src/directory/test-world.ts';
import { ACTS, type Act, AFFAIR_ACTS, type Relation, type Role } from '../../src/mechanism/vocabulary.ts';
import { openStory, type Story } from '../stories/harness.ts';
import { type Door, openDoor, people } from './house.ts';
import { described, type Schema } from './samples.ts';

/** Everybody who holds one post, and how that post stands to a case of the school's. */
const STANDING: readonly (readonly [string, Role, readonly Relation[]])[] = [
  ['teacher', 'contact', ['own']],
  ['inspector', 'contact', ['authority', 'superior']],
  ['county-contact', 'contact', ['superior']],
  ['engineer', 'contact', []],
  ['moe-officer', 'subgroup-officer', ['subgroup']],
  ['moea-officer', 'subgroup-officer', []],
  ['mnd-officer', 'subgroup-officer', []],
  ['officer', 'duty-officer', ['desk']],
  ['deputy', 'deputy-convenor', ['command']],
  ['convenor', 'convenor', ['command']],
  ['auditor', 'auditor', []],
  ['observer', 'observer', []],
  ['tsc-engineer', 'service-centre', ['coordinator']],
  ['captain', 'contact', []],
];

/** Acts that need something of the case besides the state; whether it is offered is the case's own matter. */
const DEPENDS: ReadonlySet<string> = new Set([
  'confirm-level',
  'change-level',
  'release',
  'approve-withdrawal',
  'refuse-withdrawal',
  'request-withdrawal',
  'report-convenor-told',
  'unmerge',
  'unlink-case',
  'approve-act',
  'decline-act',
  'withdraw-act',
  'lift-hold',
  'leave-to-agency',
  ...AFFAIR_ACTS,
]);
/** Asked by routes of their own, not as an act of the case page. */
const ELSEWHERE: ReadonlySet<Act> = new Set([
  'file-initial',
  'file-follow-up',
  'file-recovery',
  'acknowledge',
  'record-acknowledgement',
  'read',
]);

let story: Story;
let door: Door;
const cases = new Map<string, string>();

beforeAll(async () => {
  story = await openStory('2026-03-05T09:00:00+08:00', people);
  door = await openDoor(story.ctx);
  await door.admit();
  const file = async () => (await story.files('teacher', 'school', { impactLevel: 'D' })).caseId;
  const confirm = { act: 'confirm-level', level: 'D', reason: '' } as const;
  const recovery = {
    impactLevel: 'D',
    cause: '弱點。',
    solution: '已修補。',
    resolvedAt: '2026-03-05T08:59:00+08:00',
  };
  const made: string[] = [];
  for (let n = 0; n < 5; n += 1) made.push(await file());
  const [, returned, handling, recovered, released] = made as [string, string, string, string, string];
  await story.does('officer', returned, { act: 'ask-back', text: '請補充' });
  for (const id of [handling, recovered, released]) {
    await story.does('officer', id, { act: 'register' });
    await story.does('officer', id, confirm);
  }
  for (const id of [recovered, released])
    await story.files('teacher', 'school', recovery, { kind: 'recovery', caseId: id });
  await story.does('officer', released, { act: 'release', reason: '' });
  const dismissed = await file();
  await story.does('officer', dismissed, { act: 'dismiss', reason: '誤報' });
  for (const id of [...made, dismissed]) cases.set((await story.sees('officer', id)).case.state, id);
}, 600_000);
afterAll(async () => {
  await door.close();
  await story.close();
});

test('ISO-1: acts × posts × states are offered and refused as the pack’s table says, and nothing else', async () => {
  expect([...cases.keys()].sort()).toEqual([
    'dismissed',
    'handling',
    'recovered',
    'released',
    'reported',
    'returned',
  ]);
  const { operations, shapes, sample, resolve } = await described(door);
  const body = operations.find((one) => one.method === 'POST' && one.path.endsWith('/cases/{id}/acts'))?.body;
  const variants = new Map<string, object>(
    shapes(body as Schema).flatMap((shape) => {
      const made = sample(shape) as { act?: string };
      return typeof made.act === 'string' && resolve(shape).properties ? [[made.act, made] as const] : [];
    }),
  );
  const wrong: string[] = [];
  let cells = 0;
  for (const [state, id] of cases) {
    const told = new Set((await story.notices(id)).map((notice) => notice.post));
    const directory = await story.world.snapshot();
    for (const [code, role, stands] of STANDING) {
      const { personId } = await story.person(code);
      const [post] = directory.postsHeldBy(personId, story.clock.now());
      const relations = new Set<Relation>([
        ...stands,
        'any',
        ...(post && told.has(post.code) ? (['told'] as const) : []),
      ]);
      const allowed = (act: string) =>
        pack.rights.some(
          (right) =>
            right.role === role &&
            relations.has(right.relation) &&
            (right.acts as readonly string[]).includes(act) &&
            (right.states === 'any' || right.states.includes(state)) &&
            right.when !== 'desk-reports' &&
            right.compartment !== true,
        );
      const page = await door.ask(code, 'GET', `/cases/${id}`);
      const offered = new Set(
        ((page.json as { may?: { act: string }[] } | null)?.may ?? []).map((one) => one.act),
      );
      for (const act of ACTS) {
        if (act === 'file-initial') continue;
        cells += 1;
        const leads = pack.transitions.some((one) => one.act === act && one.from.includes(state));
        const should = page.status === 200 && allowed(act) && leads;
        const may = offered.has(act);
        if (may && !should) wrong.push(`${state} ${code}: ${act} is offered`);
        if (!may && should && !DEPENDS.has(act)) wrong.push(`${state} ${code}: ${act} is not offered`);
        const variant = variants.get(act);
        if (ELSEWHERE.has(act) || variant === undefined) continue;
        // A revision nobody has seen: whoever may act is told that the case has changed, and nothing happens.
        const answer = await door.ask(code, 'POST', `/cases/${id}/acts`, { ...variant, revision: 999_999 });
        const refusal = (answer.json as { code?: string } | null)?.code ?? '';
        // The right is asked first, then whether the case is still as it was seen, then where the act would lead.
        const expected =
          page.status !== 200
            ? ['not-found']
            : allowed(act)
              ? [
                  'case-changed',
                  'already-final',
                  ...(DEPENDS.has(act) ? ['forbidden-act', 'nothing-waits'] : []),
                ]
              : ['forbidden-act', 'already-final'];
        if (!expected.includes(refusal))
          wrong.push(`${state} ${code}: ${act} is answered ${answer.status} ${refusal}`);
        if (answer.status < 300) wrong.push(`${state} ${code}: ${act} was done`);
      }
    }
  }
  process.stdout.write(`\nISO-1: ${cells} cells of acts × posts × states\n`);
  expect(wrong).toEqual([]);
}, 600_000);
