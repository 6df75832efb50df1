import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DirectorySnapshot, type SnapshotRows } from '../directory/index.ts';
import {
  backoff,
  classify,
  decide,
  GIVE_UP_AFTER,
  isExhausted,
  MOST_ATTEMPTS,
  noticeStatus,
  plainAddress,
  relayOf,
  relayRest,
  type SendFault,
} from './rules.ts';

const random01 = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

describe('backing off', () => {
  it('FLT-7 waits seconds first and never longer than ten minutes, with a spread', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), random01, (attempt, random) => {
        const wait = backoff(attempt, random);
        expect(wait).toBeGreaterThanOrEqual(2_000);
        expect(wait).toBeLessThanOrEqual(600_000);
        expect(backoff(attempt + 1, random)).toBeGreaterThanOrEqual(wait);
      }),
    );
    expect(backoff(1, 0)).not.toBe(backoff(1, 0.9));
  });

  it('FLT-7 a greylisting server is met again between five and fifteen minutes', () => {
    fc.assert(
      fc.property(fc.array(random01, { minLength: 12, maxLength: 12 }), (randoms) => {
        let at = 0;
        const tries = randoms.map((random, index) => {
          at += backoff(index + 1, random);
          return at;
        });
        expect(tries.some((time) => time >= 300_000 && time <= 900_000)).toBe(true);
      }),
    );
  });

  it('lets a relay rest at most half a minute, and gives up a delivery after a day', () => {
    expect(relayRest(1, 0)).toBe(500);
    expect(relayRest(99, 0.999)).toBeLessThanOrEqual(30_000);
    const made = new Date('2026-11-22T00:00:00Z');
    expect(isExhausted(3, made, new Date(made.getTime() + GIVE_UP_AFTER - 1))).toBe(false);
    expect(isExhausted(3, made, new Date(made.getTime() + GIVE_UP_AFTER))).toBe(true);
    expect(isExhausted(MOST_ATTEMPTS, made, made)).toBe(true);
    // A day of trying at the longest waits stays below the bound.
    expect(GIVE_UP_AFTER / 600_000).toBeLessThan(MOST_ATTEMPTS);
  });
});

describe('what a refusal means (FLT-7)', () => {
  const message = (responseCode: number | null, command = 'RCPT TO', code = ''): SendFault => ({
    stage: 'message',
    responseCode,
    command,
    code,
  });
  const table: [name: string, fault: SendFault, verdict: string, scope: string, reason: string][] = [
    ['451 greylisted', message(451), 'retry', 'mail', 'deferred'],
    ['452 for one recipient', message(452), 'retry', 'mail', 'deferred'],
    ['421 in the session', message(421, 'CONN'), 'retry', 'relay', 'relay-refuses'],
    ['503 out of step', message(503, 'DATA'), 'retry', 'mail', 'deferred'],
    ['550 unknown recipient', message(550), 'permanent', 'mail', 'refused'],
    ['552 too large after the data', message(552, 'DATA'), 'permanent', 'mail', 'refused'],
    ['552 too large at MAIL', message(552, 'MAIL FROM'), 'permanent', 'mail', 'refused'],
    ['550 our sender refused', message(550, 'MAIL FROM'), 'retry', 'relay', 'relay-refuses'],
    ['530 sign in first', message(530, 'RCPT TO'), 'retry', 'relay', 'relay-refuses'],
    [
      '535 wrong password',
      { ...message(535, 'AUTH PLAIN'), stage: 'connect' },
      'retry',
      'relay',
      'relay-refuses',
    ],
    ['554 at the greeting', { ...message(554, 'CONN'), stage: 'connect' }, 'retry', 'relay', 'relay-refuses'],
    [
      'refused connection',
      { ...message(null, 'CONN', 'ECONNREFUSED'), stage: 'connect' },
      'retry',
      'relay',
      'relay-unreachable',
    ],
    [
      'no such host',
      { ...message(null, 'CONN', 'EDNS'), stage: 'connect' },
      'retry',
      'relay',
      'relay-unreachable',
    ],
    [
      'TLS fails',
      { ...message(null, 'CONN', 'ETLS'), stage: 'connect' },
      'retry',
      'relay',
      'relay-unreachable',
    ],
    [
      'hangs at the greeting',
      { ...message(null, 'CONN', 'ETIMEDOUT'), stage: 'connect' },
      'retry',
      'relay',
      'relay-silent',
    ],
    ['hangs after the data', message(null, 'CONN', 'ETIMEDOUT'), 'retry', 'relay', 'relay-silent'],
    ['cut after the final dot', message(null, 'CONN', 'ECONNECTION'), 'retry', 'relay', 'cut-off'],
    ['envelope refused by ourselves', message(null, 'API', 'EENVELOPE'), 'permanent', 'mail', 'bad-address'],
  ];
  it.each(table)('%s', (_name, fault, verdict, scope, reason) => {
    expect(classify(fault)).toEqual({ verdict, scope, reason });
  });

  it('never loses for good what no server answered for', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('connect', 'message') as fc.Arbitrary<'connect' | 'message'>,
        fc.option(fc.integer({ min: 200, max: 499 })),
        fc.constantFrom('CONN', 'EHLO', 'MAIL FROM', 'RCPT TO', 'DATA'),
        fc.constantFrom('ETIMEDOUT', 'ECONNRESET', 'ESOCKET', 'EPROTOCOL', ''),
        (stage, responseCode, command, code) => {
          expect(classify({ stage, responseCode, command, code }).verdict).toBe('retry');
        },
      ),
    );
  });
});

describe('addresses and relays', () => {
  it.each([
    ['a.b+c@Gov.Example', 'a.b+c@gov.example'],
    ['x@例子.example', 'x@xn--fsqu00a.example'],
  ])('WEB-10 understands %s', (given, wire) => {
    expect(plainAddress(given)).toBe(wire);
  });

  it.each([
    '"a@evil.example x"@gov.example',
    'a@gov.example\r\nBcc: x@y.example',
    'a@gov.example, b@gov.example',
    'a@b@gov.example',
    '<a@gov.example>',
    'a(comment)@gov.example',
    'group: a@gov.example;',
    'a@gov．example',
    'ａ@gov.example',
    'a@ｇov.example',
    'a@localhost',
    'a@[127.0.0.1]',
    'a@127.0.0.1',
    '.a@gov.example',
    'a..b@gov.example',
    'a@-gov.example',
    'a@gov.example%0d%0aBcc',
    'a@gov.example/x',
    'a\u2028b@gov.example',
    `${'a'.repeat(65)}@gov.example`,
    '',
    '@gov.example',
  ])('WEB-10 refuses %j', (given) => {
    expect(plainAddress(given)).toBeNull();
  });

  it('WEB-10 whatever is given, what comes out is one plain ASCII address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: 'binary' }), fc.string()), (given) => {
        const wire = plainAddress(given);
        if (wire !== null)
          expect(wire).toMatch(/^[!#-'*+\-./0-9=?A-Z^_`a-z{|}~]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/);
      }),
    );
  });

  it('finds the relay of the nearest domain, and always one', () => {
    const routes = new Map([
      ['gov.example', 'gov'],
      ['mil.gov.example', 'mil'],
    ]);
    expect(relayOf(routes, 'a@mil.gov.example')).toBe('mil');
    expect(relayOf(routes, 'a@X.MIL.gov.example')).toBe('mil');
    expect(relayOf(routes, 'a@city.gov.example')).toBe('gov');
    expect(relayOf(routes, 'a@notgov.example')).toBe('default');
    fc.assert(
      fc.property(fc.string(), (any) => {
        expect(['gov', 'mil', 'default']).toContain(relayOf(routes, any));
      }),
    );
  });
});

describe('whom to tell, looked at again', () => {
  const now = new Date('2026-11-22T01:00:00Z');
  const person = (id: string, email: string) => ({ id, email }) as SnapshotRows['persons'][number];
  const holding = (personId: string, from: string, to: string | null) => ({
    postId: 'post',
    personId,
    acting: false,
    from: new Date(from),
    to: to === null ? null : new Date(to),
  });
  const directory = new DirectorySnapshot({
    version: 1,
    organisations: [],
    groups: [],
    posts: [],
    teamMembers: [],
    contacts: [],
    persons: [
      person('then', 'then@a.example'),
      person('now', 'now@a.example'),
      person('aside', 'aside@a.example'),
      person('mute', ' '),
    ],
    holdings: [
      holding('then', '2024-01-01', '2026-11-22T00:30:00Z'),
      holding('now', '2026-11-22T00:30:00Z', null),
      { ...holding('mute', '2024-01-01', null), postId: 'mute-post' },
      { ...holding('erased', '2024-01-01', null), postId: 'erased-post' },
    ],
  } as unknown as SnapshotRows);
  const ask = (question: Partial<Parameters<typeof decide>[0]>) =>
    decide(
      { personId: 'now', postId: 'post', closed: false, mayKnow: true, standIns: ['aside'], ...question },
      directory,
      now,
    );

  it.each([
    ['DEC-9 the holder of today is told', {}, { act: 'send', personId: 'now', address: 'now@a.example' }],
    [
      'DEC-9 the holder of then is not, today’s is',
      { personId: 'then' },
      { act: 'withhold', reason: 'not-holder', successors: ['now'] },
    ],
    [
      'H41 vacant when made, held now',
      { personId: null },
      { act: 'withhold', reason: 'not-holder', successors: ['now'] },
    ],
    [
      'H41 vacant now: stand-ins',
      { postId: 'vacant', personId: null },
      { act: 'withhold', reason: 'not-holder', successors: ['aside'] },
    ],
    [
      'H41 a stand-in is told while nobody holds it',
      { postId: 'vacant', personId: 'aside' },
      { act: 'send', personId: 'aside', address: 'aside@a.example' },
    ],
    [
      'H41 no longer when somebody does',
      { personId: 'aside' },
      { act: 'withhold', reason: 'not-holder', successors: ['now'] },
    ],
    [
      'H40 whom a rung reached need not hold the post',
      { personId: 'aside', reachable: new Set(['aside']) },
      { act: 'send', personId: 'aside', address: 'aside@a.example' },
    ],
    [
      'H40 nor is anybody told in his stead once the ladder may no longer reach him',
      { personId: 'aside', reachable: new Set(['now']) },
      { act: 'withhold', reason: 'not-holder', successors: [] },
    ],
    [
      'ISO-9 nor when he was shut out',
      { personId: 'aside', reachable: new Set(['aside']), shutOut: new Set(['aside']) },
      { act: 'withhold', reason: 'shut-out', successors: [] },
    ],
    [
      'INV-6 a rung is told nothing after the notice is closed',
      { personId: 'aside', reachable: new Set(['aside']), closed: true },
      { act: 'withhold', reason: 'closed', successors: [] },
    ],
    ['H41 nobody left', { postId: 'vacant', standIns: [] }, { act: 'fail', reason: 'nobody' }],
    [
      'a person who is forgotten holds nothing',
      { postId: 'erased-post', personId: 'erased', standIns: [] },
      { act: 'fail', reason: 'nobody' },
    ],
    [
      'INV-6 nothing after the notice is closed',
      { closed: true },
      { act: 'withhold', reason: 'closed', successors: [] },
    ],
    [
      'INV-6 nothing after the right is lost',
      { mayKnow: false },
      { act: 'withhold', reason: 'no-right', successors: [] },
    ],
    ['no address', { postId: 'mute-post', personId: 'mute' }, { act: 'fail', reason: 'no-address' }],
  ] as const)('%s', (_name, question, decision) => {
    expect(ask(question)).toEqual(decision);
  });
});

describe('how a notice stands', () => {
  const now = new Date('2026-11-22T01:00:00Z');
  const past = new Date('2026-11-22T00:00:00Z');
  const base = {
    expects: 'acknowledgement' as const,
    confirmBy: past,
    acknowledgedAt: null,
    openedAt: null,
    closedAt: null,
    deliveries: [{ state: 'handed-over', reason: null }],
  };
  it.each([
    ['handed over and late', {}, 'handed-over', true],
    ['not late at the very moment before', { confirmBy: new Date(now.getTime() + 1) }, 'handed-over', false],
    ['acknowledged', { acknowledgedAt: past }, 'acknowledged', false],
    ['closed', { closedAt: past }, 'closed', false],
    ['opened is not acknowledged', { openedAt: past }, 'opened', true],
    ['for information', { expects: 'none' as const }, 'not-asked', false],
    ['on its way', { deliveries: [{ state: 'queued', reason: 'deferred:451' }] }, 'queued', true],
    [
      'one of two arrived',
      {
        deliveries: [
          { state: 'failed', reason: 'refused:550' },
          { state: 'handed-over', reason: null },
        ],
      },
      'handed-over',
      true,
    ],
    [
      'all failed',
      {
        deliveries: [
          { state: 'failed', reason: 'refused:550' },
          { state: 'withheld', reason: 'not-holder' },
        ],
      },
      'failed',
      true,
    ],
    ['nobody', { deliveries: [{ state: 'failed', reason: 'nobody' }] }, 'nobody', true],
    [
      'failed but confirmed by telephone',
      { acknowledgedAt: past, deliveries: [{ state: 'failed', reason: 'refused:550' }] },
      'acknowledged',
      false,
    ],
  ] as const)('%s', (_name, change, status, late) => {
    expect(noticeStatus({ ...base, ...change }, now)).toEqual({ status, late });
  });
});
