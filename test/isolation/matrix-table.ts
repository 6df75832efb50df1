/**
 * One row per route. A row about one object has a line for what is one's own body's, another's, and behind the wall of
 * defence, and in each line a letter for everybody, in the order of `PERSONAS` (house.ts):
 *
 *   +  done        .  answered as an id nobody has (404)     !  sign in first (401)
 *   x  forbidden   ,  answered as an id nobody has, otherwise (a list's emptiness, a refused field, nothing to delete)
 *   ?  refused for a field of the request    ~  in conflict with how it stands
 *
 * Three lines instead of one: reported, handling, released. Other rows have one line for all. Requests are made so that
 * whoever may act is still refused at the last moment where the act would change the nation under the test's feet.
 */
export const STATES = ['reported', 'handling', 'released'] as const;

/** Ids of one body's objects. */
export interface Objects {
  readonly case: string;
  readonly attachment: string;
  readonly draft: string;
  readonly notice: string;
  readonly organisation: string;
  readonly post: string;
  readonly person: string;
  readonly session: string;
  readonly passkey: string;
  readonly oidc: string;
  readonly recovery: string;
  readonly code: string;
  readonly activation: string;
  readonly meeting: string;
}

export interface Row {
  /** Another address than the route's own, as with a query or a chosen part. */
  readonly path?: string;
  /** Which object a part of the address names, where the route calls it `id`. */
  readonly ids?: Readonly<Record<string, keyof Objects>>;
  readonly body?: (ids: Objects) => object;
  /** Said to the database before each request, by its owner. */
  readonly before?: string;
  /** Tried in each of the three states. */
  readonly states?: true;
  readonly own?: string | readonly string[];
  readonly other?: string | readonly string[];
  readonly defence?: string | readonly string[];
  readonly all?: string;
  /** Why the route is not tried here, and where it is. */
  readonly skip?: string;
}

const anId = { id: 'case' } as const;
/** Who forms the nation's centre or watches it; defence's own is its subgroup's alone. */
const CENTRE = '...+++++++++.+..!';
const DEFENCE_CENTRE = '.............+..!';
/** Everybody tried here has an account that works. */
const ACCOUNTS = `insert into accounts (person_id, login, password_hash) select id, code, 'x' from persons where code like 'spare-%'
      on conflict (person_id) do update set disabled_at = null`;
/** An id nobody has. */
const NONE = '00000000-0000-4000-8000-000000000000';
const FAR = '2099-01-01T00:00:00Z';
const FORM = { impactLevel: 'D', description: 'x', scope: 'x', measures: 'x', contactPhone: '02-0000-1234' };

export const ROWS: Readonly<Record<string, Row>> = {
  'POST /session': { skip: 'strangers’ own: AUTH-1, AUTH-2' },
  'DELETE /session': { skip: 'ends one’s own session' },
  'POST /setup': { skip: 'good once, before there is anybody: AUTH-7' },
  'GET /session': { all: '++++++++++++++++!' },
  'POST /accounts': {
    body: (ids) => ({ personId: ids.person, login: `spare.${ids.code}` }),
    before: `delete from accounts where login like 'spare%'`,
    own: '.+..........+...!',
    other: '............+...!',
    defence: '................!',
  },
  'DELETE /accounts/:personId': {
    ids: { personId: 'person' },
    before: ACCOUNTS,
    own: '.+..........+...!',
    other: '............+...!',
    defence: '................!',
  },
  'GET /mechanism': { all: '++++++++++++++++!' },
  'GET /mechanism/:hash': {
    path: '/mechanism/0000000000000000000000000000000000000000000000000000000000000000',
    all: '................!',
  },
  'GET /organisations': { all: '++++++++++++++++!' },
  'GET /organisations/:id': {
    ids: { id: 'organisation' },
    own: '++++++++++++++++!',
    other: '++++++++++++++++!',
    defence: '.............++.!',
  },
  'GET /posts/:id': {
    ids: { id: 'post' },
    own: '++++++++++++++++!',
    other: '++++++++++++++++!',
    defence: '.............++.!',
  },
  'GET /groups': { all: '++++++++++++++++!' },
  'GET /coverage': { all: '++++++++++++++++!' },
  'POST /organisations': {
    body: (ids) => ({ code: 'office', nameZh: '某所', sectors: ['alchemy'], superior: ids.code }),
    own: ',?,,,,,,,,,,?,,,!',
    other: ',,,,,,,,,,,,?,,,!',
    defence: ',,,,,,,,,,,,,,,,!',
  },
  'PATCH /organisations/:id': {
    ids: { id: 'organisation' },
    body: () => ({ sectors: ['alchemy'] }),
    own: ',?,,,,,,,,,,?,,,!',
    other: ',x,,,,,,,,,,?,,,!',
    defence: ',.,,,,,,,,,,.,,,!',
  },
  'POST /organisations/:id/posts': {
    ids: { id: 'organisation' },
    body: () => ({ code: 'p', nameZh: '職位', role: 'contact', group: 'no-such-group' }),
    own: ',x,,,,,,,,,,?,,,!',
    other: ',x,,,,,,,,,,?,,,!',
    defence: ',.,,,,,,,,,,.,,,!',
  },
  'PATCH /posts/:id': {
    ids: { id: 'post' },
    body: () => ({ validFrom: '2030-01-01', validTo: '2020-01-01' }),
    own: ',?,,,,,,,,,,?,,,!',
    other: ',x,,,,,,,,,,?,,,!',
    defence: ',.,,,,,,,,,,.,,,!',
  },
  'POST /posts/:id/holders': {
    ids: { id: 'post' },
    body: () => ({ personId: '018f0000-0000-7000-8000-000000000000' }),
    own: ',?,,,,,,,,,,?,,,!',
    other: ',x,,,,,,,,,,?,,,!',
    defence: ',.,,,,,,,,,,.,,,!',
  },
  'DELETE /posts/:id/holders/:personId': {
    ids: { id: 'post', personId: 'person' },
    own: ',.,,,,,,,,,,.,,,!',
    other: ',x,,,,,,,,,,.,,,!',
    defence: ',.,,,,,,,,,,.,,,!',
  },
  'POST /organisations/:id/persons': {
    ids: { id: 'organisation' },
    body: () => ({ code: 'q'.repeat(100), nameZh: '某人' }),
    own: ',?,,,,,,,,,,?,,,!',
    other: ',x,,,,,,,,,,?,,,!',
    defence: ',.,,,,,,,,,,.,,,!',
  },
  'PATCH /persons/:id': {
    ids: { id: 'person' },
    body: () => ({ title: '備' }),
    own: ',+,,,,,,,,,,+,,,!',
    other: ',.,,,,,,,,,,+,,,!',
    defence: ',.,,,,,,,,,,.,,,!',
  },
  'POST /organisations/:id/contacts': {
    ids: { id: 'organisation' },
    body: (ids) => ({ personId: ids.person }),
    own: ',+,,,,,,,,,,+,,,!',
    other: ',x,,,,,,,,,,+,,,!',
    defence: ',.,,,,,,,,,,.,,,!',
  },
  'POST /organisations/:id/team': {
    ids: { id: 'organisation' },
    body: (ids) => ({ personId: ids.person, function: 'both' }),
    own: ',+,,,,,,,,,,+,,,!',
    other: ',x,,,,,,,,,,+,,,!',
    defence: ',.,,,,,,,,,,.,,,!',
  },
  'POST /organisations/:id/systems': {
    ids: { id: 'organisation' },
    body: () => ({ nameZh: '系統', securityGrade: 'Z' }),
    own: ',?,,,,,,,,,,?,,,!',
    other: ',x,,,,,,,,,,?,,,!',
    defence: ',.,,,,,,,,,,.,,,!',
  },
  // Rosters: a post's by its id. What hangs on a shift, a swap, an absence or a note is tried in stories/rosters.test.ts.
  // Alarms of the auditor: each reader those of his own desk, most of them none.
  'GET /alarms': { all: '++++++++++++++++!' },
  'POST /alarms/:id/settle': { skip: 'by an alarm’s id: src/watch/auditor.test.ts (DEC-19)' },
  'GET /rosters': { all: '++++++++++++++++!' },
  'GET /me/duty': { all: '++++++++++++++++!' },
  'GET /me/duty.ics': { all: '++++++++++++++++!' },
  'GET /rosters/:postId': {
    ids: { postId: 'post' },
    own: '++.++.+++++.+...!',
    other: '..+..++++++.+...!',
    defence: '.............++.!',
  },
  'POST /rosters/:postId/plan': {
    ids: { postId: 'post' },
    body: (ids) => ({
      persons: [ids.person],
      from: '2020-01-01',
      to: '2020-01-02',
      slots: [{ from: '08:00', to: '20:00' }],
      turn: 'shift',
      second: false,
      days: 'every',
    }),
    own: 'x?.xx.xxxxx.?...!',
    other: '..x..xxxxxx.?...!',
    defence: '.............xx.!',
  },
  'POST /rosters/:postId/shifts': {
    ids: { postId: 'post' },
    body: (ids) => ({
      personId: ids.person,
      place: 'first',
      from: '2020-01-01T00:00:00Z',
      to: '2020-01-02T00:00:00Z',
    }),
    own: 'x?.xx.xxxxx.?...!',
    other: '..x..xxxxxx.?...!',
    defence: '.............xx.!',
  },
  'POST /rosters/:postId/absences': {
    ids: { postId: 'post' },
    body: (ids) => ({ personId: ids.person, from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' }),
    own: 'x?.xx.xxxxx.?...!',
    other: '..x..xxxxxx.?...!',
    defence: '.............xx.!',
  },
  'GET /rosters/:postId/handovers': {
    ids: { postId: 'post' },
    own: '+...............!',
    other: '..+.............!',
    defence: '..............+.!',
  },
  'POST /rosters/:postId/handovers': {
    ids: { postId: 'post' },
    // Whoever has a right to it is still refused: words are missing.
    body: () => ({ text: '' }),
    own: ',,,,,,,,,,,,,,,,!',
    other: ',,,,,,,,,,,,,,,,!',
    defence: ',,,,,,,,,,,,,,,,!',
  },
  'DELETE /rosters/:postId': {
    ids: { postId: 'post' },
    own: 'x..xx.xxxxx.....!',
    other: '..x..xxxxxx.....!',
    defence: '.............xx.!',
  },
  'PATCH /shifts/:id': { skip: 'by a shift’s id: stories/rosters.test.ts (H41)' },
  'DELETE /shifts/:id': { skip: 'by a shift’s id: stories/rosters.test.ts (H41)' },
  'POST /shifts/:id/swaps': { skip: 'by a shift’s id: stories/rosters.test.ts (H41)' },
  'POST /swaps/:id/answer': { skip: 'by a swap’s id: stories/rosters.test.ts (H41)' },
  'DELETE /swaps/:id': { skip: 'by a swap’s id: stories/rosters.test.ts (H41)' },
  'DELETE /absences/:id': { skip: 'by an absence’s id: stories/rosters.test.ts (H40)' },
  'POST /handovers/:id/confirm': { skip: 'by a note’s id: stories/rosters.test.ts (H41)' },
  'GET /inbox': { all: '++++++++++++++++!' },
  'POST /notices/:id/opened': {
    ids: { id: 'notice' },
    own: '......+.........!',
    other: '......+.........!',
    defence: '.............+..!',
  },
  'GET /drafts': { all: '++++++++++++++++!' },
  'GET /drafts/:id': {
    ids: { id: 'draft' },
    own: '+...............!',
    other: '..+.............!',
    defence: '..............+.!',
  },
  'PUT /drafts/:id': { skip: 'an unused id makes a draft: identifiers.test.ts (ISO-6)' },
  'DELETE /drafts/:id': {
    skip: 'takes away what the asker owns and nothing else: identifiers.test.ts (ISO-2)',
  },
  'POST /reports': {
    body: (ids) => ({
      kind: 'follow-up',
      organisationId: ids.organisation,
      caseId: ids.case,
      toldAt: FAR,
      content: FORM,
    }),
    states: true,
    own: ['?x.?x.?..xx.....!', '?x.?x.?x.xx.....!', '~~.~~.~~.~~.....!'],
    other: ['..?..x?..xx.....!', '..?..x?x.xx.....!', '..~..~~~.~~.....!'],
    defence: ['.............??.!', '.............??.!', '.............~~.!'],
  },
  'POST /reports/preview': {
    body: (ids) => ({ organisationId: ids.organisation, impactLevel: 'D' }),
    own: '+xx+xx+xxxxxxxxx!',
    other: 'xx+xxx+xxxxxxxxx!',
    defence: ',,,,,,,,,,,,,++,!',
  },
  'GET /cases': { all: '++++++++++++++++!' },
  'GET /cases.csv': { all: '++++++++++++++++!' },
  'GET /queue': { all: '++++++++++++++++!' },
  'GET /ladders/rehearsal': {
    path: '/ladders/rehearsal?level=A&organisationId=:organisation',
    own: 'x+xx+x+xxxxx+xxx!',
    other: 'xxxxx++xxxxx+xxx!',
    defence: '.............+x.!',
  },
  'GET /situation': { all: '++++++++++++++++!' },
  'GET /campaigns': { all: '++++++++++++++++!' },
  // Nothing but the case itself: whoever sees it is answered that nothing was to be done.
  'POST /campaigns/links': {
    body: (ids) => ({ into: ids.case, cases: [ids.case] }),
    own: '++.++.+..++.....!',
    other: '..+..++..++.....!',
    defence: '.............++.!',
  },
  'POST /campaigns/unlinks': { body: (ids) => ({ cases: [ids.case] }), all: '++++++++++++++++!' },
  'GET /cases/:id': {
    ids: anId,
    states: true,
    own: ['++.++.+..++.....!', '++.++.++.++.....!', '++.++.++.++.....!'],
    other: ['..+..++..++.....!', '..+..+++.++.....!', '..+..+++.++.....!'],
    defence: '.............++.!',
  },
  'GET /cases/:id/export': {
    ids: anId,
    own: 'xx.xx.x..+x.....!',
    other: '..x..xx..+x.....!',
    defence: '.............xx.!',
  },
  'GET /support': { all: '++++++++++++++++!' },
  'GET /preparedness': { all: '++++++++++++++++!' },
  'GET /preparedness/choices': { all: 'xxxxxx+++xxxxxxx!' },
  // No time that is still to come: whoever may call is told so.
  'POST /preparedness': {
    body: () => ({
      id: NONE,
      steps: ['close-holes'],
      audience: { kind: 'all' },
      dueAt: '2001-01-01T00:00:00Z',
      reason: 'x',
    }),
    all: 'xxxxxx???xxxxxxx!',
  },
  // Who sees whose part of a call, and who does what with it: test/stories/preparedness.test.ts; here, one nobody has.
  'GET /preparedness/:id': { path: `/preparedness/${NONE}`, all: '................!' },
  'GET /preparedness/:id/parts': { path: `/preparedness/${NONE}/parts`, all: '................!' },
  'GET /preparedness/:id/progress.csv': {
    path: `/preparedness/${NONE}/progress.csv`,
    all: '................!',
  },
  'POST /preparedness/:id/reminders': {
    path: `/preparedness/${NONE}/reminders`,
    body: () => ({}),
    all: '................!',
  },
  'POST /preparedness/:id/due': {
    path: `/preparedness/${NONE}/due`,
    body: () => ({ dueAt: FAR, reason: 'x' }),
    all: '................!',
  },
  'POST /preparedness/:id/end': {
    path: `/preparedness/${NONE}/end`,
    body: () => ({ reason: 'x' }),
    all: '................!',
  },
  'POST /preparedness/:id/parts/:part/acknowledgement': {
    path: `/preparedness/${NONE}/parts/${NONE}/acknowledgement`,
    all: '................!',
  },
  'POST /preparedness/:id/parts/:part/tasks/:step': {
    path: `/preparedness/${NONE}/parts/${NONE}/tasks/close-holes`,
    body: () => ({ act: 'done' }),
    all: '................!',
  },
  'GET /procedures': { all: 'xxxxxx+xx+xxxxxx!' },
  'POST /procedures/proposals': {
    body: () => ({ id: NONE, step: 'no-such-step', restores: 0, reason: 'x' }),
    all: 'xxxxxx.xxxxxxxxx!',
  },
  'POST /procedures/proposals/:id/decision': {
    path: `/procedures/proposals/${NONE}/decision`,
    body: () => ({ decision: 'approve' }),
    all: 'xxxxxx.xxxxxxxxx!',
  },
  'GET /analyses': { all: 'xxxx+++xx+xxx+xx!' },
  'GET /analyses/table.csv': { all: 'xxxx+++xx+xxx+xx!' },
  'GET /analyses/:id': { path: `/analyses/${NONE}`, all: '................!' },
  'PUT /analyses/drafts/:id': { skip: 'keeps a draft for its author alone: test/stories/analysis.test.ts' },
  // The last day lies before the first: whoever may send is told so.
  'POST /analyses': {
    body: () => ({ id: NONE, from: '2026-02-01', to: '2026-01-01', title: 'x', findings: 'x' }),
    all: 'xxxx??xxxxxxx?xx!',
  },
  'POST /cases/:id/referral-packages': {
    ids: anId,
    body: () => ({ target: 'prosecutors' }),
    own: 'xx.xx.x..xx.....!',
    other: '..x..xx..xx.....!',
    defence: '.............xx.!',
  },
  'GET /cases/:id/referral-packages/:packageId': {
    path: '/cases/:id/referral-packages/00000000-0000-7000-8000-000000000000',
    ids: anId,
    own: '................!',
    other: '................!',
    defence: '................!',
  },
  'POST /cases/:id/looks': {
    ids: anId,
    body: () => ({ what: 'printed' }),
    own: ',,,,,,,,,++,,,,,!',
    other: ',,,,,,,,,++,,,,,!',
    defence: ',,,,,,,,,..,,,,,!',
  },
  'GET /looks': { all: 'x+xxxxxxx+xx+xxx!' },
  'POST /cases/:id/acts': {
    ids: anId,
    states: true,
    body: () => ({ act: 'message', text: 'x', revision: 999_999 }),
    own: ['~x.~~.~..xx.....!', '~x.~~.~~.xx.....!', '~x.~~.~~.xx.....!'],
    other: ['..~..~~..xx.....!', '..~..~~~.xx.....!', '..~..~~~.xx.....!'],
    defence: '.............~~.!',
  },
  'POST /cases/:id/acts/preview': {
    ids: anId,
    states: true,
    body: () => ({ act: 'take', revision: 1 }),
    own: ['xx.xx.+..xx.....!', 'xx.xx.+x.xx.....!', '~~.~~.~~.~~.....!'],
    other: ['..x..x+..xx.....!', '..x..x+x.xx.....!', '..~..~~~.~~.....!'],
    defence: ['.............+x.!', '.............+x.!', '.............~~.!'],
  },
  'POST /notices/:id/acknowledgement': {
    ids: { id: 'notice' },
    own: '......+.........!',
    other: '......+.........!',
    defence: '.............+..!',
  },
  'POST /notices/:id/telephone-acknowledgement': {
    ids: { id: 'notice' },
    body: () => ({ at: FAR, name: '某人' }),
    own: 'xx.xx.?..xx.....!',
    other: '..x..x?..xx.....!',
    defence: '.............?x.!',
  },
  'POST /attachments': { skip: 'keeps a file for its sender alone: identifiers.test.ts (ISO-6)' },
  'DELETE /attachments/:id': {
    ids: { id: 'attachment' },
    own: ',,,,,,,,,,,,,,,,!',
    other: ',,,,,,,,,,,,,,,,!',
    defence: ',,,,,,,,,,,,,,,,!',
  },
  'GET /attachments/:id': {
    ids: { id: 'attachment' },
    states: true,
    own: ['++.++.+..++.....!', '++.++.++.++.....!', '++.++.++.++.....!'],
    other: ['..+..++..++.....!', '..+..+++.++.....!', '..+..+++.++.....!'],
    defence: '.............++.!',
  },
  'GET /events': { skip: 'a stream: streams.test.ts (ISO-7, ISO-9)' },
  'GET /cases/:id/reports/:ordinal/paper.pdf': {
    path: '/cases/:id/reports/1/paper.pdf',
    ids: anId,
    own: '++.++.+..++.....!',
    other: '..+..++..++.....!',
    defence: '.............++.!',
  },
  'GET /forms/incident.pdf': { skip: 'the blank form, for everybody: paper.test.ts (S8.3.5)' },
  // ── sign-in, one's own keys and sessions, other people's accounts ──
  'POST /session/code': { skip: 'strangers’ own: AUTH-3' },
  'POST /session/passkey/options': { skip: 'strangers’ own: AUTH-4' },
  'POST /session/passkey': { skip: 'strangers’ own: AUTH-4' },
  'GET /session/providers': { skip: 'names of the ministries’ own sign-ins, for everybody: AUTH-8' },
  'POST /session/oidc/:provider': { skip: 'strangers’ own: AUTH-8' },
  'GET /session/oidc/:provider/callback': { skip: 'strangers’ own: AUTH-8' },
  'POST /enrolment/oidc/:provider': { skip: 'by a one-time link' },
  'POST /me/oidc/:provider': { skip: 'one’s own' },
  'POST /session/step-up/options': { skip: 'one’s own session: AUTH-6' },
  'POST /session/step-up': { skip: 'one’s own session: AUTH-6' },
  'GET /me/security': { all: '++++++++++++++++!' },
  'GET /me/devices': { all: '++++++++++++++++!' },
  'POST /me/devices': { skip: 'one’s own: test/journeys/journey-push.test.ts' },
  'DELETE /me/devices/:id': { skip: 'one’s own: src/delivery/channel-routes.test.ts' },
  'GET /channels': { all: '......+.....+...!' },
  'POST /channels/:lane/test': { skip: 'sends to oneself: src/delivery/channel-routes.test.ts' },
  'POST /me/passkeys/options': { skip: 'one’s own' },
  'POST /me/passkeys': { skip: 'one’s own' },
  'PATCH /me/passkeys/:id': {
    ids: { id: 'passkey' },
    body: () => ({ name: 'x' }),
    own: '................!',
    other: '................!',
    defence: '................!',
  },
  'DELETE /me/passkeys/:id': {
    ids: { id: 'passkey' },
    own: '................!',
    other: '................!',
    defence: '................!',
  },
  'POST /me/totp': { skip: 'one’s own' },
  'POST /me/totp/confirm': { skip: 'one’s own' },
  'GET /centre': { all: '++++++++++++++++!' },
  'GET /activations/:id': { ids: { id: 'activation' }, own: CENTRE, other: CENTRE, defence: DEFENCE_CENTRE },
  'POST /activations/:id/acts': {
    ids: { id: 'activation' },
    body: () => ({ act: 'approve-situation-report', report: NONE }),
    own: '...xxxx??xxx.x..!',
    other: '...xxxx??xxx.x..!',
    defence: '.............?..!',
  },
  'GET /activations/:id/draft': {
    ids: { id: 'activation' },
    own: CENTRE,
    other: CENTRE,
    defence: DEFENCE_CENTRE,
  },
  'GET /activations/:id/review': {
    ids: { id: 'activation' },
    own: CENTRE,
    other: CENTRE,
    defence: DEFENCE_CENTRE,
  },
  'GET /meetings/:id': { ids: { id: 'meeting' }, own: CENTRE, other: CENTRE, defence: DEFENCE_CENTRE },
  'POST /meetings/:id/acts': {
    ids: { id: 'meeting' },
    body: () => ({ act: 'done', action: NONE, text: '' }),
    own: '...xxxx??xx?.x..!',
    other: '...xxxx??xx?.x..!',
    defence: '.............?..!',
  },
  'GET /meetings/:id/invitation.ics': {
    ids: { id: 'meeting' },
    own: CENTRE,
    other: CENTRE,
    defence: DEFENCE_CENTRE,
  },
  'DELETE /me/totp': { skip: 'one’s own' },
  'PUT /me/password': { skip: 'one’s own' },
  'DELETE /me/oidc/:id': {
    ids: { id: 'oidc' },
    own: '................!',
    other: '................!',
    defence: '................!',
  },
  'DELETE /me/sessions/:id': {
    ids: { id: 'session' },
    own: '................!',
    other: '................!',
    defence: '................!',
  },
  'DELETE /me/sessions': { skip: 'ends one’s own sessions' },
  'POST /enrolment': { skip: 'by a one-time link' },
  'POST /enrolment/passkey/options': { skip: 'by a one-time link' },
  'POST /enrolment/passkey': { skip: 'by a one-time link' },
  'POST /enrolment/totp': { skip: 'by a one-time link' },
  'POST /enrolment/password': { skip: 'by a one-time link' },
  'GET /accounts/:personId': {
    before: ACCOUNTS,
    ids: { personId: 'person' },
    own: '.+..........+...!',
    other: '............+...!',
    defence: '................!',
  },
  'DELETE /accounts/:personId/sessions': {
    before: ACCOUNTS,
    ids: { personId: 'person' },
    own: '.+..........+...!',
    other: '............+...!',
    defence: '................!',
  },
  'POST /accounts/:personId/recovery': {
    ids: { personId: 'person' },
    body: () => ({ reason: '遺失金鑰' }),
    // Shutting an account, tried before, has ended what waited for it.
    before: `delete from recoveries where reason <> 'matrix';
      update recoveries set state = 'waiting', settled_by = null, settled_at = null; ${ACCOUNTS}`,
    own: '.+..........+...!',
    other: '............+...!',
    defence: '................!',
  },
  'GET /recoveries': { all: '++++++++++++++++!' },
  'POST /recoveries/:id/approve': {
    ids: { id: 'recovery' },
    before: `update recoveries set state = 'waiting', settled_by = null, settled_at = null; ${ACCOUNTS}`,
    own: '.+..........+...!',
    other: '............~...!',
    defence: '................!',
  },
  'POST /recoveries/:id/refuse': {
    ids: { id: 'recovery' },
    before: `update recoveries set state = 'waiting', settled_by = null, settled_at = null; ${ACCOUNTS}`,
    own: '.+..........+...!',
    other: '............+...!',
    defence: '................!',
  },
};
