/**
 * Who may do what in which state (rule 7): every act, by every kind of post, in every state, tried on the real write path
 * and compared with a table written by hand from the plan and the decisions, not from the pack.
 *
 * The trick that keeps it free of side effects: an act on a revision nobody has seen is refused as changed when the right
 * is there, and as forbidden when it is not; a filing without a level is refused for its content, or as forbidden.
 */
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportCase } from '../../src/cases/index.ts';
import { pack } from '../../src/directory/test-world.ts';
import { ACTS, type Act } from '../../src/mechanism/vocabulary.ts';
import { type Doing, openStory, refusalOf, type Story } from './harness.ts';

const OPEN = ['suspected', 'reported', 'returned', 'registered', 'handling', 'recovered'];
const REPORTED = OPEN.slice(1);
const ENDED = ['released', 'dismissed', 'withdrawn'];
const ANY = [...OPEN, ...ENDED, 'merged'];
/** States the stories reach only after the level was confirmed, so that the deputies have been told. */
const GRADED = ['handling', 'recovered', ...ENDED, 'merged'];

/** Viewer → person of the stories. */
const VIEWERS = {
  own: 'teacher',
  team: 'teammate',
  desk: 'officer',
  authority: 'inspector',
  superior: 'county-contact',
  subgroup: 'moe-officer',
  affected: 'motc-officer',
  deputy: 'deputy',
  convenor: 'convenor',
  serviceCentre: 'tsc-engineer',
  workingGroup: 'crime-officer',
  auditor: 'auditor',
  observer: 'observer',
  administrator: 'admin',
  otherAgency: 'teacher2',
  otherSubgroup: 'mof-officer',
  defence: 'mnd-officer',
} as const;
type Viewer = keyof typeof VIEWERS;

/** Who sees the case at all, in which states. */
const SEES: Record<Viewer, readonly string[]> = {
  own: ANY,
  team: ANY,
  desk: ANY,
  authority: ANY,
  superior: ANY,
  subgroup: ANY,
  affected: ANY,
  deputy: GRADED,
  // Nothing told him of a level C; that his post is lent by the Yuan above all bodies shows him nothing (decision 10).
  convenor: [],
  serviceCentre: [],
  workingGroup: [],
  auditor: ANY,
  observer: ANY,
  administrator: [],
  otherAgency: [],
  otherSubgroup: [],
  defence: [],
};

type Row = Partial<Record<Viewer, readonly string[]>>;
const DESK_ONLY: Row = { desk: OPEN };
const RELEASED_TOO: readonly string[] = [...OPEN, 'released'];
const PROCEDURE = ['returned', 'registered', 'handling', 'recovered', 'released'];
const STEPS: Row = {
  own: PROCEDURE,
  team: PROCEDURE,
  desk: PROCEDURE,
  authority: PROCEDURE,
  subgroup: PROCEDURE,
  affected: PROCEDURE,
  deputy: ['handling', 'recovered', 'released'],
};

/** Act → who may, in which states. What is not here is forbidden. */
const TABLE: Record<Act, Row> = {
  'file-initial': { own: ['-'], team: ['-'], desk: ['-'], superior: ['-'], authority: ['-'] },
  'file-follow-up': { own: OPEN, team: OPEN, desk: OPEN, superior: OPEN, authority: OPEN },
  'file-recovery': { own: REPORTED, team: REPORTED, desk: REPORTED },
  take: DESK_ONLY,
  'hand-over': DESK_ONLY,
  register: DESK_ONLY,
  'ask-back': DESK_ONLY,
  'confirm-level': DESK_ONLY,
  'change-level': DESK_ONLY,
  promote: { desk: OPEN, own: ['suspected'], team: ['suspected'] },
  'send-back': DESK_ONLY,
  release: { desk: ['recovered'] },
  dismiss: DESK_ONLY,
  'request-withdrawal': { own: OPEN },
  'approve-withdrawal': DESK_ONLY,
  'refuse-withdrawal': DESK_ONLY,
  merge: DESK_ONLY,
  unmerge: { desk: ['merged'] },
  'link-case': { desk: [...OPEN, ...ENDED] },
  'unlink-case': { desk: [...OPEN, ...ENDED] },
  reopen: { desk: ENDED },
  message: {
    own: [...OPEN, ...ENDED],
    team: [...OPEN, ...ENDED],
    desk: ANY,
    authority: ANY,
    superior: ANY,
    subgroup: ANY,
    affected: ANY,
    deputy: GRADED,
  },
  'correct-awareness': DESK_ONLY,
  'report-convenor-told': { deputy: GRADED },
  acknowledge: { authority: ANY },
  'record-acknowledgement': { desk: ANY },
  read: SEES,
  'approve-act': { desk: ANY, deputy: GRADED, convenor: [] },
  'decline-act': { desk: ANY, deputy: GRADED },
  'withdraw-act': { desk: ANY },
  hold: { desk: [...OPEN, ...ENDED, 'merged'] },
  'lift-hold': { desk: [...OPEN, ...ENDED, 'merged'] },
  export: { auditor: ANY },
  'leave-to-agency': { deputy: ['handling', 'recovered'] },
  'call-meeting': { deputy: ['handling', 'recovered'] },
  'order-stationing': { deputy: ['handling', 'recovered'] },
  // Procedure, support and referral: rights alone; what the case must have for it is asked later.
  'tick-item': STEPS,
  'skip-item': STEPS,
  'reopen-item': STEPS,
  'request-support': { own: OPEN, team: OPEN, desk: OPEN, subgroup: OPEN },
  'assign-support': DESK_ONLY,
  'accept-support': DESK_ONLY,
  'decline-support': DESK_ONLY,
  'recall-support': DESK_ONLY,
  'support-progress': { desk: RELEASED_TOO },
  'support-done': { desk: RELEASED_TOO },
  'cancel-support': { own: RELEASED_TOO, team: RELEASED_TOO, desk: RELEASED_TOO },
  'support-feedback': { own: RELEASED_TOO, team: RELEASED_TOO, desk: RELEASED_TOO },
  'open-referral': { desk: RELEASED_TOO },
  'send-referral': { desk: RELEASED_TOO },
  'record-referral-receipt': { desk: [...OPEN, ...ENDED] },
  'record-referral-reply': { desk: [...OPEN, ...ENDED] },
  'close-referral': { desk: [...OPEN, ...ENDED] },
};

const CONTENT = { impactLevel: '' } as const;

describe('rights', () => {
  let story: Story;
  const cases: Record<string, string> = {};
  beforeAll(async () => {
    story = await openStory('2026-03-04T10:00:00+08:00');
    const recovery = { cause: '原因。', solution: '辦法。', resolvedAt: '2026-03-04T09:30:00+08:00' };
    const target = (await story.files('teacher', 'school', { impactLevel: 'C' })).caseId;
    for (const state of ANY) {
      const { caseId } = await story.files(
        'teacher',
        'school',
        { impactLevel: 'C', affectedSectors: ['telecom'] },
        { suspected: state === 'suspected' },
      );
      cases[state] = caseId;
      const does = (doing: Doing) => story.does('officer', caseId, doing);
      if (['registered', 'returned'].includes(state)) await does({ act: 'register' });
      if (state === 'returned') await does({ act: 'ask-back', text: '請補充' });
      if (GRADED.includes(state)) await does({ act: 'confirm-level', level: 'C', reason: '' });
      if (['recovered', 'released'].includes(state)) {
        await story.files(
          'teacher',
          'school',
          { impactLevel: 'C', ...recovery },
          { kind: 'recovery', caseId },
        );
      }
      if (state === 'released') await does({ act: 'release', reason: '' });
      if (state === 'dismissed') await does({ act: 'dismiss', reason: '誤報' });
      if (state === 'withdrawn') {
        await story.does('teacher', caseId, { act: 'request-withdrawal', reason: '重複' });
        await does({ act: 'approve-withdrawal', reason: '' });
      }
      if (state === 'merged') await does({ act: 'merge', intoCase: target, reason: '' });
      expect((await story.sees('officer', caseId)).case.state).toBe(state);
    }
  });
  afterAll(() => story.close());

  /** Tries an act without doing it: `allowed`, `forbidden`, or `unseen`. */
  async function tryOut(act: Act, viewer: Viewer, state: string): Promise<string> {
    const code = VIEWERS[viewer];
    const id = cases[state] ?? '';
    const at = '2030-01-01T00:00:00+08:00';
    const reason = '？';
    const extras: Partial<Record<Act, object>> = {
      take: {},
      register: {},
      'hand-over': { toPerson: uuid(), reason },
      'ask-back': { text: reason },
      message: { text: reason },
      'confirm-level': { level: 'C', reason },
      'change-level': { level: 'B', reason },
      merge: { intoCase: cases['reported'], reason },
      'link-case': { withCase: cases['reported'], reason },
      'correct-awareness': { at, reason },
      'report-convenor-told': { at, how: 'telephone', reason },
      'call-meeting': { startsAt: at, place: '應變中心', reason },
      'approve-act': { proposal: 1 },
      'decline-act': { proposal: 1, reason },
      'withdraw-act': { proposal: 1, reason },
      hold: { authority: '某檢察署', reference: '115 偵 1', until: null, reason },
      'tick-item': { item: 'contain' },
      'skip-item': { item: 'contain', reason },
      'reopen-item': { item: 'contain', reason },
      'request-support': { item: null, text: reason },
      'assign-support': { request: 1, group: 'service-centre' },
      'accept-support': { request: 1 },
      'decline-support': { request: 1, reason },
      'recall-support': { request: 1, group: 'service-centre', reason },
      'support-progress': { request: 1, text: reason },
      'support-done': { request: 1, text: reason },
      'cancel-support': { request: 1, reason },
      'support-feedback': { request: 1, helped: 'yes', text: reason },
      'open-referral': { target: 'prosecutors', reason },
      'send-referral': { target: 'prosecutors', to: reason, channel: 'telephone', at },
      'record-referral-receipt': { target: 'prosecutors', at, officer: reason },
      'record-referral-reply': { target: 'prosecutors', at, outcome: 'taken-up', text: reason },
      'close-referral': { target: 'prosecutors', reason },
    };
    const attempt = async (): Promise<unknown> => {
      switch (act) {
        case 'file-initial':
          return story.files(code, 'school', CONTENT);
        case 'file-follow-up':
        case 'file-recovery':
          return story.files(code, 'school', CONTENT, {
            kind: act === 'file-recovery' ? 'recovery' : 'follow-up',
            caseId: id,
          });
        case 'export':
          return exportCase(story.ctx, await story.person(code), id, 'zh-Hant');
        case 'read':
          return story.sees(code, id);
        case 'acknowledge':
        case 'record-acknowledgement': {
          const notice = (await story.notices(id)).find((one) => one.capacities.includes('authority'));
          return act === 'acknowledge'
            ? story.acknowledgesNotice(code, notice?.id ?? '')
            : story.recordsTelephone(code, notice?.id ?? '', { at, name: '某人' });
        }
        default:
          return story.does(code, id, { act, revision: 1_000_000, ...(extras[act] ?? { reason }) } as Doing);
      }
    };
    const outcome = await attempt().then(
      () => 'allowed',
      async (error: unknown) => (await refusalOf(Promise.reject(error))).split(' ')[0] ?? '',
    );
    if (['allowed', 'case-changed', 'invalid-input'].includes(outcome)) return 'allowed';
    if (outcome === 'not-found') return 'unseen';
    expect(['forbidden-act', 'already-final']).toContain(outcome);
    return 'forbidden';
  }

  test('every act has a row, and the pack knows no act beside them', () => {
    expect(Object.keys(TABLE).sort()).toEqual([...ACTS].sort());
    const used = [...pack.rights.flatMap((right) => right.acts), ...pack.transitions.map((one) => one.act)];
    expect(ACTS).toEqual(expect.arrayContaining([...new Set(used)]));
  });

  test.each(ACTS.map((act) => [act]))(
    'rule 7, S7.10.3d, DEC-14: %s is done by those who may, where they may, and by nobody else',
    async (act) => {
      const viewers = Object.keys(VIEWERS) as Viewer[];
      const wrong: string[] = [];
      for (const state of act === 'file-initial' ? ['-'] : ANY) {
        await Promise.all(
          viewers.map(async (viewer) => {
            const allowed = TABLE[act][viewer]?.includes(state) ?? false;
            const seen = state === '-' || SEES[viewer].includes(state);
            const expected = allowed ? 'allowed' : seen && act !== 'acknowledge' ? 'forbidden' : 'unseen';
            const found = await tryOut(act, viewer, state);
            if (found !== expected) wrong.push(`${viewer} in ${state}: ${found}, not ${expected}`);
          }),
        );
      }
      expect(wrong).toEqual([]);
    },
    40_000,
  );
});
