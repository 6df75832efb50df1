/** The pure rules of the centre: who is called, who may, what a text may speak of, and what a calendar reads. */
import { describe, expect, test } from 'vitest';
import { directory, NOW, plan } from '../cases/test-kit.ts';
import type { SnapshotPost } from '../directory/index.ts';
import { isRefusal } from '../platform/errors.ts';
import { escaped, folded, type Invitation, invitationFile } from './calendar-rules.ts';
import { type CentreState, evolve, rebuild, seenBy } from './evolve.ts';
import type { CentreFact, NewCentreFact } from './facts.ts';
import { stationedIn } from './now.ts';
import { review } from './report-rules.ts';
import {
  byAnswer,
  type Caller,
  calledOut,
  choosePost,
  decide,
  formationFor,
  mayInCentre,
  possibleNumbers,
} from './rules.ts';

const world = { pack: plan, directory, now: NOW };
const post = (id: string): SnapshotPost => {
  const found = directory.posts.get(id);
  if (!found) throw new Error(`no post ${id}`);
  return found;
};
const wg: SnapshotPost = { ...post('officer'), id: 'wg', role: 'group-officer', groupCode: 'wg-crisis' };
const TOLD = ['moe', 'motc', 'mnd', 'convenor', 'deputy-1', 'deputy-2'].map(post);
const caller = (changes: Partial<Caller> = {}): Caller => ({
  id: 'case',
  mode: 'live',
  compartment: null,
  pack: 'hash',
  level: 'A',
  desk: 'sg-crisis',
  ...changes,
});
/** Applies facts `minutes` after the beginning. */
function so(state: CentreState | null, facts: readonly NewCentreFact[], minutes = 0): CentreState {
  let next = state;
  for (const fact of facts) {
    next = evolve('centre', next, {
      ...fact,
      seq: (next?.revision ?? 0) + 1,
      at: new Date(NOW.getTime() + minutes * 60_000),
      person: 'p-officer',
      post: 'officer',
    } as CentreFact);
  }
  if (!next) throw new Error('nothing happened');
  return next;
}
const formed = (changes: Partial<Caller> = {}) =>
  so(null, calledOut(null, caller(changes), 'threshold', 1, TOLD, world));
const written = { id: 'text', hash: 'h' };
const doing = (who: SnapshotPost, person = `p-${who.id}`) => ({
  person,
  post: who,
  note: written,
  paragraphs: [written],
});
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isRefusal(error))
      return [error.code, ...error.fields.map((one) => `${one.path}:${one.code}`)].join(' ');
    throw error;
  }
  return 'not refused';
}

describe('forming up', () => {
  test('S8.2.1: each level has its formation; the coordinator of an emergency is the crisis notification working group', () => {
    expect(plan.levels.map((level) => formationFor(plan, level.id)?.level)).toEqual(
      plan.levels.map((level) => level.id),
    );
    expect(plan.formations.map((one) => one.coordinator)).toEqual(Array(4).fill('wg-crisis'));
    expect(plan.formations.filter((one) => one.meetingWithin !== undefined).map((one) => one.level)).toEqual([
      'A',
    ]);
  });

  test('S7.10.4e S7.10.3b: it is active, in emergency mode, and everybody told is summoned once', () => {
    const state = formed();
    expect(state).toMatchObject({ active: true, level: 'A', top: true, coordination: 'emergency' });
    expect(state.summons.map((one) => [one.post, one.part])).toEqual([
      ['moe', 'subgroup'],
      ['motc', 'subgroup'],
      ['mnd', 'subgroup'],
      ['convenor', 'command'],
      ['deputy-1', 'command'],
      ['deputy-2', 'command'],
    ]);
    const again = so(state, calledOut(state, caller({ id: 'other' }), 'threshold', 1, TOLD, world));
    expect(again.summons).toHaveLength(6);
    expect(again.cases.map((one) => one.id)).toEqual(['case', 'other']);
  });

  test('S7.10.4f: reached again by the same case it is one more fact, not one more activation', () => {
    const state = formed();
    const facts = calledOut(state, caller(), 'threshold', 2, TOLD, world);
    expect(facts.map((one) => one.kind)).toEqual(['case-crossed']);
    expect(so(state, facts).cases).toMatchObject([{ crossing: 2 }]);
  });

  test('DEC-15: a B case alone is a deputy’s to end; once an A has joined it is the convenor’s, and stays so', () => {
    const b = so(null, calledOut(null, caller({ level: 'B' }), 'ordered', 0, TOLD, world));
    expect(b).toMatchObject({ level: 'B', top: false });
    expect(mayInCentre('stand-down', post('deputy-1'), b, plan)).toBe(true);
    const a = so(b, calledOut(b, caller({ id: 'a' }), 'threshold', 1, TOLD, world));
    expect(a).toMatchObject({ level: 'A', top: true });
    const later = so(a, calledOut(a, caller({ id: 'c', level: 'C' }), 'ordered', 0, TOLD, world));
    expect(later).toMatchObject({ level: 'A', top: true });
    expect(mayInCentre('stand-down', post('deputy-1'), later, plan)).toBe(false);
    expect(mayInCentre('stand-down', post('convenor'), later, plan)).toBe(true);
    for (const who of [wg, post('officer'), post('moe')])
      expect(mayInCentre('stand-down', who, later, plan)).toBe(false);
  });

  test('DEC-19: a compartment’s centre summons and shows nobody outside its own group', () => {
    const state = formed({ compartment: 'defence', desk: 'sg-defence' });
    expect(state.summons.map((one) => one.post)).toEqual(['mnd']);
    expect(seenBy(state)).toEqual(['group:sg-defence', 'system']);
    expect(mayInCentre('stand-down', post('mnd'), state, plan)).toBe(true);
    for (const who of ['convenor', 'deputy-1', 'officer', 'moe'])
      expect(mayInCentre('stand-down', post(who), state, plan)).toBe(false);
  });
});

describe('rights', () => {
  test('S7.10.3a S7.10.3b: who runs it is whoever coordinates at the moment', () => {
    const emergency = formed();
    expect(mayInCentre('run-centre', wg, emergency, plan)).toBe(true);
    expect(mayInCentre('run-centre', post('officer'), emergency, plan)).toBe(false);
    const normal = so(emergency, [{ kind: 'mode-switched', data: { to: 'normal', note: written } }]);
    expect(mayInCentre('run-centre', wg, normal, plan)).toBe(false);
    expect(mayInCentre('run-centre', post('officer'), normal, plan)).toBe(true);
  });

  test('S7.10.4e: a post answers for itself; for another only whoever runs it', () => {
    const state = formed();
    const answer = { act: 'answer-summons', post: 'moe', answer: 'coming', eta: null, note: '' } as const;
    expect(choosePost(answer, [post('moe')], state, plan).id).toBe('moe');
    expect(refusal(() => choosePost(answer, [post('motc')], state, plan))).toBe('forbidden-act');
    expect(choosePost(answer, [wg], state, plan).id).toBe('wg');
    const facts = decide(state, answer, doing(wg), world);
    expect(facts).toMatchObject([{ data: { recorded: true } }]);
  });

  test('once stood down nothing is done any more; whoever might not anyway is told that and nothing else', () => {
    const state = so(formed(), [{ kind: 'stood-down', data: { note: written } }]);
    const log = { act: 'log', id: 'l', text: 'x' } as const;
    expect(refusal(() => choosePost(log, [post('moe')], state, plan))).toBe('centre-stood-down');
    expect(refusal(() => choosePost(log, [post('contact')], state, plan))).toBe('forbidden-act');
    expect(state.presence.every((one) => one.out !== null)).toBe(true);
  });

  test('ISO-15: nobody approves his own situation report, and none is decided twice', () => {
    const draft = { act: 'draft-situation-report', id: 'r', paragraphs: [] } as const;
    const state = so(formed(), decide(formed(), { ...draft, paragraphs: [] }, doing(wg), world));
    const approve = { act: 'approve-situation-report', report: 'r' } as const;
    expect(refusal(() => decide(state, approve, doing(post('deputy-1'), 'p-officer'), world))).toBe(
      'second-person-needed',
    );
    const approved = so(state, decide(state, approve, doing(post('deputy-1')), world));
    expect(refusal(() => decide(approved, approve, doing(post('deputy-2')), world))).toBe('conflict');
  });

  test('S7.10.3c: whoever arrives has answered; nobody arrives twice or leaves without having come', () => {
    const state = formed();
    const come = { act: 'check-in', remote: false } as const;
    const facts = decide(state, come, doing(post('moe')), world);
    expect(facts.map((one) => one.kind)).toEqual(['summons-answered', 'checked-in']);
    const here = so(state, facts, 5);
    expect(refusal(() => decide(here, come, doing(post('moe')), world))).toBe('conflict');
    expect(refusal(() => decide(state, { act: 'check-out' }, doing(post('moe')), world))).toBe('conflict');
    const gone = so(here, decide(here, { act: 'check-out' }, doing(post('moe')), world), 65);
    expect(review(gone, [], new Date(NOW.getTime() + 90 * 60_000))).toMatchObject({
      firstArrival: 5,
      hours: 1,
      answered: 1,
      inTime: 1,
      people: 1,
      allAnswered: null,
      lasted: 90,
    });
  });

  test('an estimated arrival in the past is refused', () => {
    const command = { act: 'answer-summons', post: 'moe', answer: 'coming', note: '' } as const;
    const eta = new Date(NOW.getTime() - 3_600_000).toISOString();
    expect(refusal(() => decide(formed(), { ...command, eta }, doing(post('moe')), world))).toBe(
      'invalid-input eta:in-the-past',
    );
  });
});

test('INV-2: a stream with a gap, or begun otherwise, is no stream', () => {
  const facts = calledOut(null, caller(), 'threshold', 1, TOLD, world).map(
    (fact, at) => ({ ...fact, seq: at + 1, at: NOW, person: null, post: null }) as CentreFact,
  );
  expect(rebuild('c', facts)?.revision).toBe(3);
  expect(() => rebuild('c', facts.slice(1))).toThrow('first fact');
  expect(() => rebuild('c', [facts[0], facts[2]] as CentreFact[])).toThrow('follows');
});

test('H28: the numbers a text may speak of are found however they are written', () => {
  for (const body of [
    '案115-0421已下線',
    '１１５－０４２１',
    '115 – 0421',
    '見 115‑0421。',
    'x115-0421'.slice(1),
  ])
    expect([body, possibleNumbers(body)]).toEqual([body, expect.arrayContaining(['115-0421'])]);
  expect(possibleNumbers('def-115-0001')).toEqual(['DEF-115-0001']);
  expect(possibleNumbers('沒有編號的話')).toEqual([]);
});

test('S7.10.4e: who has not answered stands first, the longest waiting before the others', () => {
  const one = (id: string, answerBy: string, answer: string | null) => ({
    id,
    answerBy,
    answer: answer === null ? null : { answer },
  });
  const sorted = byAnswer([
    one('a', '1', 'coming'),
    one('b', '3', null),
    one('c', '1', 'cannot'),
    one('d', '2', null),
  ]);
  expect(sorted.map((row) => row.id)).toEqual(['d', 'b', 'c', 'a']);
});

describe('the invitation as a calendar reads it (RFC 5545)', () => {
  const invitation: Invitation = {
    uid: '0198@centre.example',
    sequence: 0,
    cancelled: false,
    startsAt: new Date('2026-03-04T19:47:00Z'),
    minutes: 60,
    changedAt: new Date('2026-03-04T18:47:00Z'),
    timeZone: 'Asia/Taipei',
    summary: '緊急應變會議',
    location: '台北市廣州街二號；線上, https://meet.example/7\n二樓',
    description: '內容請登入查看：https://centre.example/centre/meetings/0198，'.repeat(4),
    url: 'https://centre.example/centre/meetings/0198',
    organizer: { name: 'Centre "A"\r\nX-EVIL:1', email: 'desk@centre.example' },
  };
  const lines = (file: string) => file.replaceAll('\r\n ', '').split('\r\n');

  test('S7.10.4b: every line ends in CRLF, none is longer than 75 octets, none is cut within a character', () => {
    const file = invitationFile(invitation);
    expect(file.endsWith('\r\n')).toBe(true);
    expect(file.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    for (const line of file.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(lines(file).find((line) => line.startsWith('DESCRIPTION:內'))).toBe(
      `DESCRIPTION:${invitation.description}`,
    );
    expect(folded('a'.repeat(75))).toBe('a'.repeat(75));
    expect(folded('a'.repeat(76))).toBe(`${'a'.repeat(75)}\r\n a`);
  });

  test('S7.10.4b: text is escaped, and nobody’s words become a property', () => {
    expect(escaped('a;b,c\\d\ne')).toBe('a\\;b\\,c\\\\d\\ne');
    const found = lines(invitationFile(invitation));
    expect(found).toContain('LOCATION:台北市廣州街二號；線上\\, https://meet.example/7\\n二樓');
    expect(found.filter((line) => line.startsWith('X-EVIL'))).toEqual([]);
    expect(found).toContain('ORGANIZER;CN="Centre AX-EVIL:1":mailto:desk@centre.example');
  });

  test('S7.10.4b: the time stands in the mechanism’s zone, which the file spells out', () => {
    const found = lines(invitationFile(invitation));
    expect(found).toEqual(
      expect.arrayContaining([
        'TZID:Asia/Taipei',
        'TZOFFSETTO:+0800',
        'DTSTART;TZID=Asia/Taipei:20260305T034700',
        'DTEND;TZID=Asia/Taipei:20260305T044700',
        'DTSTAMP:20260304T184700Z',
      ]),
    );
    for (const [begin, end] of [
      ['BEGIN:VCALENDAR', 'END:VCALENDAR'],
      ['BEGIN:VTIMEZONE', 'END:VTIMEZONE'],
      ['BEGIN:VEVENT', 'END:VEVENT'],
      ['BEGIN:VALARM', 'END:VALARM'],
    ] as const)
      expect(found.indexOf(begin)).toBeLessThan(found.indexOf(end));
    const half = lines(invitationFile({ ...invitation, timeZone: 'Asia/Kolkata' }));
    expect(half).toContain('TZOFFSETTO:+0530');
  });

  test('S7.10.4b: a change keeps the id and raises the number; a cancelled one says so and rings no more', () => {
    const found = lines(invitationFile({ ...invitation, sequence: 2, cancelled: true }));
    expect(found).toEqual(
      expect.arrayContaining(['METHOD:CANCEL', 'STATUS:CANCELLED', 'SEQUENCE:2', 'UID:0198@centre.example']),
    );
    expect(found).not.toContain('BEGIN:VALARM');
  });
});

test('the wall lists every body that is stationed, the command and the subgroups also while nobody of theirs has come (S7.11)', () => {
  let state = formed();
  const line = (code: string) => stationedIn(state, directory).find((one) => one.code === code);
  const before = stationedIn(state, directory).map((one) => one.code);
  expect(before[0]).toBe('command');
  expect(before).toEqual(expect.arrayContaining([...state.subgroups]));
  expect(line('wg-crisis')).toBeUndefined();

  // A working group nobody had summoned, a deputy convenor, and a body that belongs to no group.
  const agency = post('contact-edu');
  const arrives = (who: { id: string; groupCode: string | null }, person: string): NewCentreFact => ({
    kind: 'checked-in',
    data: { person, post: who.id, group: who.groupCode, remote: false },
  });
  state = so(state, [arrives(wg, 'p-1'), arrives(post('deputy-1'), 'p-2'), arrives(agency, 'p-3')], 5);
  expect(line('wg-crisis')).toMatchObject({ present: 1 });
  expect(line('command')).toMatchObject({ present: 1, name: { zh: '指揮', en: 'Command' } });
  const body = directory.organisations.get(agency.organisationId);
  expect(line(agency.groupCode ?? agency.organisationId)).toMatchObject({ present: 1 });
  expect(stationedIn(state, directory).map((one) => one.name.zh)).toContain(body?.nameZh);

  state = so(state, [{ kind: 'checked-out', data: { person: 'p-1' } }], 9);
  expect(line('wg-crisis')).toBeUndefined();
});
