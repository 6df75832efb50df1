/** Rosters: who is on duty, gaps and overlaps, swaps, and the weeks a pattern makes. Tables first, then properties. */
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Calendar, loadPack } from '../mechanism/index.ts';
import {
  daysBetween,
  momentOf,
  type Pattern,
  PLAIN_WEEK,
  planShifts,
  servesOn,
  spanOf,
} from './roster-plan.ts';
import {
  gapsOf,
  mayPlan,
  notesSeenBy,
  type OfPerson,
  onDuty,
  overlapsOf,
  type Period,
  rosterSeenBy,
  type Shift,
  served,
  shiftFault,
  swapFault,
  swapped,
  without,
} from './roster-rules.ts';
import { DirectorySnapshot } from './snapshot.ts';

const { pack } = loadPack(fileURLToPath(new URL('../../packs/tw-2002', import.meta.url)));
const TAIPEI = 'Asia/Taipei';
/** A time of 5 March 2026 (Thursday) in Taipei; `+` days later. */
const at = (time: string, plus = 0) =>
  new Date(momentOf('2026-03-05', time, TAIPEI).getTime() + plus * 86_400_000);
const period = (from: string, to: string, plus = 0): Period => ({ from: at(from, plus), to: at(to, plus) });
const shift = (
  id: string,
  personId: string,
  from: Date,
  to: Date,
  place: Shift['place'] = 'first',
): Shift => ({
  id,
  personId,
  place,
  from,
  to,
});
const always = (...persons: string[]): OfPerson[] =>
  persons.map((personId) => ({ personId, from: new Date(0), to: null }));
const shown = (list: readonly Period[]) =>
  list.map(({ from, to }) => `${from.toISOString().slice(11, 16)}–${to.toISOString().slice(11, 16)}`);

describe('who is on duty', () => {
  const POST = 'desk';
  const directory = (
    shifts: readonly Shift[],
    absent: readonly OfPerson[] = [],
    left: readonly string[] = [],
  ) =>
    new DirectorySnapshot({
      version: 1,
      organisations: [],
      groups: [],
      posts: [],
      persons: [],
      holdings: ['lin', 'tsai', 'wu'].map((personId) => ({
        postId: POST,
        personId,
        acting: false,
        from: new Date(0),
        to: left.includes(personId) ? at('00:00') : null,
      })),
      rosters: {
        version: 1,
        shifts: shifts.map((one) => ({ ...one, postId: POST })),
        absences: absent.map((one) => ({ ...one, to: one.to as Date, postId: POST })),
      },
    });
  const day = shift('d', 'lin', at('08:00'), at('20:00'));
  const second = shift('s', 'tsai', at('08:00'), at('20:00'), 'second');
  const night = shift('n', 'wu', at('20:00'), at('08:00', 1));
  const who = (here: DirectorySnapshot, when: Date) =>
    onDuty(here, POST, when).map((one) => `${one.personId} ${one.place}`);

  it.each([
    ['before the first shift nobody is named, so that all holders are told', at('07:59'), []],
    ['the first before the second', at('08:00'), ['lin first', 'tsai second']],
    ['a shift ends where the next begins', at('20:00'), ['wu first']],
    ['a night goes over midnight', at('24:00'), ['wu first']],
    ['and ends in the morning', at('08:00', 1), []],
  ] as const)('H40: %s', (_what, when, expected) => {
    expect(who(directory([second, night, day]), when)).toEqual(expected);
  });

  it('H40: whoever is away is not named, and the second steps up', () => {
    const away = [{ personId: 'lin', ...period('10:00', '12:00') }];
    expect(who(directory([day, second], away), at('09:59'))).toEqual(['lin first', 'tsai second']);
    expect(who(directory([day, second], away), at('10:00'))).toEqual(['tsai second']);
    expect(who(directory([day, second], away), at('12:00'))).toEqual(['lin first', 'tsai second']);
  });

  it('H41: nobody is on duty in a post he does not hold, whatever the roster says', () => {
    expect(who(directory([day, second], [], ['lin']), at('09:00'))).toEqual(['tsai second']);
    expect(who(directory([day], [], ['lin']), at('09:00'))).toEqual([]);
  });

  it('rosters are renewed without the directory, which stays as it is', () => {
    const before = directory([day]);
    const after = before.withRosters({ version: 2, shifts: [{ ...night, postId: POST }], absences: [] });
    expect([before.rosterVersion, after.rosterVersion, after.version]).toEqual([1, 2, 1]);
    expect(who(before, at('21:00'))).toEqual([]);
    expect(who(after, at('21:00'))).toEqual(['wu first']);
    expect(after.organisations).toBe(before.organisations);
    expect(after.holders(POST, at('21:00'))).toEqual(before.holders(POST, at('21:00')));
  });
});

describe('gaps and overlaps', () => {
  const lin = always('lin', 'tsai');
  const day = shift('d', 'lin', at('08:00'), at('20:00'));

  it('H40: says from when to when nobody is on duty, and why', () => {
    const gaps = (absences: OfPerson[], holdings: OfPerson[], lost: Shift[] = []) =>
      gapsOf([day], absences, holdings, period('06:00', '24:00'), lost).map(
        (gap) => `${shown([gap])[0]} ${gap.why} ${gap.personId}`,
      );
    expect(gaps([], lin)).toEqual(['22:00–00:00 empty null', '12:00–16:00 empty null']);
    expect(gaps([{ personId: 'lin', ...period('10:00', '12:00') }], lin)).toEqual([
      '22:00–00:00 empty null',
      '02:00–04:00 absent lin',
      '12:00–16:00 empty null',
    ]);
    expect(gaps([], [{ personId: 'lin', from: new Date(0), to: at('12:00') }])).toEqual([
      '22:00–00:00 empty null',
      '04:00–12:00 left-post lin',
      '12:00–16:00 empty null',
    ]);
    expect(gaps([], lin, [shift('x', 'tsai', at('20:00'), at('22:00'))])).toEqual([
      '22:00–00:00 empty null',
      '12:00–14:00 left-post tsai',
      '14:00–16:00 empty null',
    ]);
  });

  it('a second alone is no gap, and shifts that only touch are no overlap', () => {
    const second = shift('s', 'tsai', at('08:00'), at('20:00'), 'second');
    expect(gapsOf([second], [], lin, period('08:00', '20:00'))).toEqual([]);
    expect(overlapsOf([day, second])).toEqual([]);
    expect(overlapsOf([day, shift('e', 'tsai', at('20:00'), at('24:00'))])).toEqual([]);
    const over = overlapsOf([day, shift('e', 'tsai', at('19:30'), at('24:00'))]);
    expect(over.map((one) => [shown([one])[0], one.shiftIds])).toEqual([['11:30–12:00', ['d', 'e']]]);
  });

  const minute = fc.integer({ min: 0, max: 2000 });
  const some = fc.array(
    fc.record({
      person: fc.constantFrom('lin', 'tsai', 'wu'),
      from: minute,
      length: fc.integer({ min: 1, max: 700 }),
      place: fc.constantFrom('first' as const, 'second' as const),
    }),
    { maxLength: 10 },
  );
  type Row = { person: string; from: number; length: number; place: Shift['place'] };
  const made = (rows: readonly Row[]): Shift[] =>
    rows.map((row, index) =>
      shift(
        `${index}`,
        row.person,
        new Date(row.from * 60_000),
        new Date((row.from + row.length) * 60_000),
        row.place,
      ),
    );

  it('H40 property: every minute is either served by somebody or in exactly one gap', () => {
    fc.assert(
      fc.property(some, some, (rows, absent) => {
        const shifts = made(rows);
        const absences = made(absent).slice(0, 3);
        const holdings: OfPerson[] = [
          ...always('lin', 'tsai'),
          { personId: 'wu', from: new Date(0), to: new Date(900 * 60_000) },
        ];
        const within = { from: new Date(0), to: new Date(2000 * 60_000) };
        const gaps = gapsOf(shifts, absences, holdings, within);
        for (let n = 0; n < 2000; n += 7) {
          const now = new Date(n * 60_000 + 1);
          const isIn = (one: Period) => one.from <= now && one.to > now;
          const isServed = shifts.some((one) => served(one, absences, holdings).some(isIn));
          expect(gaps.filter(isIn).length).toBe(isServed ? 0 : 1);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('property: what is taken out and what is left make up the whole', () => {
    const length = (list: readonly Period[]) =>
      list.reduce((sum, one) => sum + (one.to.getTime() - one.from.getTime()), 0);
    fc.assert(
      fc.property(some, (rows) => {
        const whole = { from: new Date(0), to: new Date(2700 * 60_000) };
        const left = without(whole, made(rows));
        const taken = without(whole, left);
        expect(length(left) + length(taken)).toBe(length([whole]));
        expect(without(whole, taken)).toEqual(left);
      }),
      { numRuns: 200 },
    );
  });
});

describe('shifts and swaps', () => {
  const day = shift('d', 'lin', at('08:00'), at('20:00'));
  const night = shift('n', 'tsai', at('20:00'), at('08:00', 1));
  const both = always('lin', 'tsai', 'wu');
  it.each([
    ['ends before it begins', shift('x', 'wu', at('09:00'), at('08:00')), 'ends-before-start'],
    ['lasts no time', shift('x', 'wu', at('09:00'), at('09:00')), 'ends-before-start'],
    ['lasts nine days', shift('x', 'wu', at('09:00'), at('09:00', 9)), 'too-long'],
    ['is not a holder’s', shift('x', 'someone', at('09:00'), at('10:00')), 'not-a-holder'],
    ['is beside another of his', shift('x', 'lin', at('19:59'), at('22:00'), 'second'), 'serves-already'],
    ['begins as his other ends', shift('x', 'lin', at('20:00'), at('22:00'), 'second'), null],
    ['is changed itself', { ...day, to: at('21:00') }, null],
  ])('H41: a shift that %s', (_what, one, fault) => {
    expect(shiftFault(one, [day, night], both)).toBe(fault);
  });

  it('H41: a shift may not outlast its person’s holding', () => {
    const leaving = [{ personId: 'wu', from: new Date(0), to: at('12:00') }];
    expect(shiftFault(shift('x', 'wu', at('10:00'), at('12:00')), [], leaving)).toBeNull();
    expect(shiftFault(shift('x', 'wu', at('10:00'), at('12:01')), [], leaving)).toBe('not-a-holder');
  });

  it.each([
    ['gives it away', { shiftId: 'd', otherPersonId: 'wu', otherShiftId: null }, '07:00', null],
    ['changes with another', { shiftId: 'd', otherPersonId: 'tsai', otherShiftId: 'n' }, '07:00', null],
    ['gives what has begun', { shiftId: 'd', otherPersonId: 'wu', otherShiftId: null }, '19:00', null],
    ['gives what is over', { shiftId: 'd', otherPersonId: 'wu', otherShiftId: null }, '20:00', 'over'],
    [
      'gives it to himself',
      { shiftId: 'd', otherPersonId: 'lin', otherShiftId: null },
      '07:00',
      'same-person',
    ],
    [
      'asks for a shift of a third',
      { shiftId: 'd', otherPersonId: 'wu', otherShiftId: 'n' },
      '07:00',
      'no-such-shift',
    ],
    [
      'gives it to an outsider',
      { shiftId: 'd', otherPersonId: 'x', otherShiftId: null },
      '07:00',
      'not-a-holder',
    ],
    ['gives none', { shiftId: 'z', otherPersonId: 'wu', otherShiftId: null }, '07:00', 'no-such-shift'],
  ])('H41: whoever %s', (_what, swap, now, fault) => {
    expect(swapFault([day, night], swap, both, at(now))).toBe(fault);
  });

  it('H41: nobody is swapped onto two shifts at once', () => {
    const standby = shift('s', 'wu', at('08:00'), at('20:00'), 'second');
    const give = { shiftId: 'd', otherPersonId: 'wu', otherShiftId: null };
    expect(swapFault([day, night, standby], give, both, at('07:00'))).toBe('serves-already');
    // Changing places within one shift is no second shift.
    const change = { ...give, otherShiftId: 's' };
    expect(swapFault([day, night, standby], change, both, at('07:00'))).toBeNull();
  });

  it('property: a swap undoes itself, is the same from both sides, and leaves the hours as they were', () => {
    const hours = fc.array(fc.constantFrom('lin', 'tsai', 'wu'), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(hours, fc.nat(), fc.nat(), (persons, a, b) => {
        const shifts = persons.map((one, n) =>
          shift(`${n}`, one, new Date(n * 3_600_000), new Date((n + 1) * 3_600_000)),
        );
        const one = shifts[a % shifts.length] as Shift;
        const other = shifts[b % shifts.length] as Shift;
        const swap = { shiftId: one.id, otherPersonId: other.personId, otherShiftId: other.id };
        const after = swapped(shifts, swap);
        const mirrored = { shiftId: other.id, otherPersonId: one.personId, otherShiftId: one.id };
        expect(swapped(shifts, mirrored)).toEqual(after);
        const back = { shiftId: one.id, otherPersonId: one.personId, otherShiftId: other.id };
        expect(swapped(after, back)).toEqual(shifts);
        expect(after.map(({ id, from, to }) => ({ id, from, to }))).toEqual(
          shifts.map(({ id, from, to }) => ({ id, from, to })),
        );
        expect(after.map((row) => row.personId).toSorted()).toEqual(
          shifts.map((row) => row.personId).toSorted(),
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe('the weeks a pattern makes', () => {
  const calendar: Calendar = { ...PLAIN_WEEK, holidays: ['2026-03-06'], extraWorkingDays: ['2026-03-07'] };
  let count = 0;
  const world = {
    calendar,
    timeZone: TAIPEI,
    absences: [] as OfPerson[],
    holdings: always('a', 'b', 'c'),
    others: [] as Shift[],
    now: new Date(0),
    newId: () => {
      count += 1;
      return String(count);
    },
  };
  const pattern: Pattern = {
    persons: ['a', 'b', 'c'],
    from: '2026-03-05',
    to: '2026-03-07',
    slots: [
      { from: '08:00', to: '20:00' },
      { from: '20:00', to: '08:00' },
    ],
    turn: 'shift',
    second: false,
    days: 'every',
  };
  const line = (shifts: readonly Shift[]) => shifts.map((one) => one.personId).join('');

  it('three people in twelve hours, days and nights in turn, without a gap', () => {
    const shifts = planShifts(pattern, world);
    expect(line(shifts)).toBe('abcabc');
    expect(gapsOf(shifts, [], world.holdings, { from: at('08:00'), to: at('08:00', 3) })).toEqual([]);
    expect(overlapsOf(shifts)).toEqual([]);
  });

  it.each([
    [{ turn: 'day' as const }, 'aabbcc'],
    [{ turn: 'week' as const, to: '2026-03-10' }, 'aaaaaaaabbbb'],
    [{ second: true }, 'abbccaabbcca'],
    [{ persons: ['a'], second: true, slots: [{ from: '00:00', to: '24:00' }] }, 'aaa'],
    [{ days: 'working' as const, turn: 'day' as const }, 'aabb'],
    [{ days: 'off' as const, turn: 'day' as const, to: '2026-03-08' }, 'aabb'],
  ])('%j gives %s', (change, expected) => {
    expect(line(planShifts({ ...pattern, ...change }, world))).toBe(expected);
  });

  it('H19: a holiday is a day off and a make-up Saturday a working day, as the calendar says', () => {
    expect(
      ['2026-03-05', '2026-03-06', '2026-03-07', '2026-03-08'].map((one) =>
        servesOn({ days: 'working' }, calendar, one),
      ),
    ).toEqual([true, false, true, false]);
  });

  it('a plan made in the middle of a shift begins now, and what is over uses up its turn', () => {
    const shifts = planShifts(pattern, { ...world, now: at('21:00') });
    expect(line(shifts)).toBe('bcabc');
    expect(shifts[0]?.from).toEqual(at('21:00'));
  });

  it('24:00 is the next day’s midnight, and a day of 24 hours ends where the next begins', () => {
    const shifts = planShifts({ ...pattern, slots: [{ from: '00:00', to: '24:00' }] }, world);
    expect(shifts[0]?.to).toEqual(shifts[1]?.from);
    expect(momentOf('2026-12-31', '24:00', TAIPEI)).toEqual(momentOf('2027-01-01', '00:00', TAIPEI));
  });

  it('H40: whoever is away is passed over, and what nobody can take stays open', () => {
    const away = [{ personId: 'b', ...period('20:00', '24:00') }];
    expect(line(planShifts(pattern, { ...world, absences: away }))).toBe('accabc');
    const nobody = ['a', 'b', 'c'].map((personId) => ({ personId, ...period('21:00', '22:00') }));
    const shifts = planShifts(pattern, { ...world, absences: nobody });
    expect(shifts).toHaveLength(5);
    expect(shown(gapsOf(shifts, [], world.holdings, { from: at('08:00'), to: at('08:00', 3) }))).toEqual([
      '12:00–00:00',
    ]);
  });

  it('property: in any zone, with or without summer time, a round-the-clock pattern leaves no gap and no overlap', () => {
    const zones = [
      'Asia/Taipei',
      'America/New_York',
      'Australia/Lord_Howe',
      'Europe/Berlin',
      'Asia/Kathmandu',
      'UTC',
    ];
    const starts = fc
      .uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 4 })
      .map((hours) => hours.toSorted((a, b) => a - b).map((hour) => `${String(hour).padStart(2, '0')}:00`));
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 360 }),
        starts,
        (timeZone, plus, hours) => {
          const from = new Date(Date.UTC(2026, 0, 1 + plus)).toISOString().slice(0, 10);
          const to = new Date(Date.UTC(2026, 0, 9 + plus)).toISOString().slice(0, 10);
          const slots = hours.map((hour, n) => ({ from: hour, to: hours[n + 1] ?? (hours[0] as string) }));
          const shifts = planShifts({ ...pattern, from, to, slots }, { ...world, timeZone });
          const first = shifts[0] as Shift;
          const last = shifts.at(-1) as Shift;
          expect(gapsOf(shifts, [], world.holdings, { from: first.from, to: last.to })).toEqual([]);
          expect(overlapsOf(shifts)).toEqual([]);
          expect(first.from).toEqual(momentOf(from, hours[0] as string, timeZone));
        },
      ),
      { numRuns: 80 },
    );
  });

  it('FLT-9: the night the clocks go forward is an hour shorter, and the day has 23 hours', () => {
    const zone = 'America/New_York';
    const [night] = planShifts(
      { ...pattern, from: '2026-03-07', to: '2026-03-07', slots: [{ from: '20:00', to: '08:00' }] },
      { ...world, timeZone: zone },
    );
    expect(((night?.to.getTime() ?? 0) - (night?.from.getTime() ?? 0)) / 3_600_000).toBe(11);
    const { from, to } = spanOf('2026-03-08', '2026-03-08', zone);
    expect((to.getTime() - from.getTime()) / 3_600_000).toBe(23);
    expect(daysBetween('2026-02-27', '2026-03-02')).toEqual([
      '2026-02-27',
      '2026-02-28',
      '2026-03-01',
      '2026-03-02',
    ]);
  });
});

describe('who plans and who reads a roster', () => {
  const body = (id: string, more: object = {}) => ({
    id,
    code: id,
    nameZh: id,
    nameEn: id,
    kind: 'agency',
    superiorId: null,
    authorityId: null,
    successorId: null,
    sectors: ['government'],
    compartment: null,
    county: null,
    phone: '',
    fax: '',
    email: '',
    validFrom: '2001-01-01',
    validTo: null,
    ...more,
  });
  const post = (id: string, role: string, organisationId: string, groupCode: string | null) => ({
    id,
    code: id,
    nameZh: id,
    nameEn: id,
    role: role as 'contact',
    organisationId,
    groupCode,
    press: false,
    max: 4,
  });
  const desk = post('duty', 'duty-officer', 'centre', pack.desk.group);
  const guard = post('guard', 'subgroup-officer', 'mnd', 'sg-defence');
  const posts = [
    desk,
    guard,
    post('crisis', 'subgroup-officer', 'dgbas', pack.desk.group),
    post('academia', 'subgroup-officer', 'moe', 'sg-academia'),
    post('own-admin', 'administrator', 'centre', null),
    post('root', 'administrator', 'edpc', 'centre'),
    post('mnd-admin', 'administrator', 'mnd', null),
  ];
  const here = new DirectorySnapshot({
    version: 1,
    organisations: [
      body('centre'),
      body('dgbas'),
      body('edpc'),
      body('moe'),
      body('mnd', { compartment: 'defence', sectors: ['defence'] }),
    ],
    groups: [
      { code: 'centre', kind: 'centre', nameZh: '', nameEn: '', conveningBody: null },
      { code: pack.desk.group, kind: 'subgroup', nameZh: '', nameEn: '', conveningBody: 'dgbas' },
    ],
    posts,
    holdings: [],
    persons: [],
  });
  const by = (id: string) => posts.filter((one) => one.id === id);

  it.each([
    ['the group’s officer', 'crisis', true, false],
    ['the body’s administrator', 'own-admin', true, false],
    ['an administrator of the centre', 'root', true, false],
    ['another group’s officer', 'academia', false, false],
    ['a duty officer himself', 'duty', false, false],
    ['the compartment’s own officer', 'guard', false, true],
    ['the compartment’s administrator', 'mnd-admin', false, true],
  ])('S7.5.1: %s', (_who, id, desks, defences) => {
    expect([mayPlan(here, pack, by(id), desk), mayPlan(here, pack, by(id), guard)]).toEqual([
      desks,
      defences,
    ]);
  });

  it('DEC-19: a compartment’s roster is read by those inside it only', () => {
    const open = rosterSeenBy(here, pack, desk, at('09:00'));
    for (const key of ['desk', 'command', 'watch', 'post:duty', `group:${pack.desk.group}`, 'admin:edpc'])
      expect(open).toContain(key);
    expect(rosterSeenBy(here, pack, guard, at('09:00'))).toEqual([
      'group:sg-defence',
      'org:mnd',
      'post:guard',
      'system',
    ]);
    expect(notesSeenBy(guard)).toEqual(['group:sg-defence', 'post:guard', 'system']);
  });
});
