/** Rosters: planned, swapped, left, handed over; by those who may, seen by those who may, on a real database. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endHolding, hold, onDuty, saveOrganisation } from '../../src/directory/index.ts';
import type {
  HandoverPage,
  MyDuty,
  Planned,
  RosterRow,
  RosterView,
} from '../../src/directory/roster-contract.ts';
import { pack } from '../../src/directory/test-world.ts';
import { SYSTEM } from '../../src/platform/actor.ts';
import { read } from '../../src/platform/transaction.ts';
import { type Answer, type Door, openDoor } from '../isolation/house.ts';
import { openStory, type Story } from './harness.ts';
import { threeOfficers } from './nation.ts';

let story: Story;
let door: Door;
let desk: string;
let guard: string;
const ids: Record<string, string> = {};

beforeAll(async () => {
  story = await openStory('2026-03-05T09:00:00+08:00', threeOfficers);
  door = await openDoor(story.ctx);
  await door.admit();
  const directory = await story.world.snapshot();
  desk = directory.postByCode('duty-officer')!.id;
  guard = directory.postByCode('subgroup-defence')!.id;
  for (const code of ['officer', 'officer2', 'officer3', 'mnd-officer', 'mnd-officer2', 'teacher'])
    ids[code] = (await story.person(code)).personId;
}, 120_000);
afterAll(async () => {
  await door.close();
  await story.close();
});

const ask = <T>(
  who: string,
  method: string,
  path: string,
  body?: object,
): Promise<Omit<Answer, 'json'> & { json: T }> =>
  door.ask(who, method, path, body) as unknown as Promise<Omit<Answer, 'json'> & { json: T }>;
const view = async (who: string, from = '2026-03-05', days = 7, post = desk): Promise<RosterView> =>
  (await ask<RosterView>(who, 'GET', `/rosters/${post}?from=${from}&days=${days}`)).json;
/** What a request is refused with. */
const refused = async (who: string, method: string, path: string, body?: object): Promise<string> => {
  const { status, json } = await ask<{ code: string; fields?: { path: string; code: string }[] }>(
    who,
    method,
    path,
    body,
  );
  expect(status, path).toBeGreaterThanOrEqual(400);
  return [json.code, ...(json.fields ?? []).map((field) => `${field.path}:${field.code}`)].join(' ');
};
const name = (id: string) => Object.keys(ids).find((code) => ids[code] === id) ?? id;
/** `05 08:00–20:00 officer`, in Taipei. */
const local = (iso: string) => new Date(new Date(iso).getTime() + 8 * 3_600_000).toISOString();
const lines = (list: readonly { from: string; to: string; person: { id: string } | null; why?: string }[]) =>
  list.map(
    (one) =>
      `${local(one.from).slice(8, 16).replace('T', ' ')}–${local(one.to).slice(11, 16)} ${one.person ? name(one.person.id) : '—'}${one.why ? ` ${one.why}` : ''}`,
  );
const serving = async () => {
  const directory = await story.world.snapshot();
  return onDuty(directory, desk, story.clock.now()).map((one) => `${name(one.personId)} ${one.place}`);
};
const plan = (more: object = {}) => ({
  persons: [ids['officer'], ids['officer2'], ids['officer3']],
  from: '2026-03-05',
  to: '2026-03-07',
  slots: [
    { from: '08:00', to: '20:00' },
    { from: '20:00', to: '08:00' },
  ],
  turn: 'shift',
  second: true,
  days: 'every',
  ...more,
});

describe('the desk’s roster', () => {
  test('S7.5.1: the group’s officer and the centre’s administrators plan it; holders, command and strangers do not', async () => {
    const path = `/rosters/${desk}/plan`;
    const preview = plan({ preview: true });
    for (const who of ['officer', 'deputy', 'auditor', 'tsc-engineer'])
      expect(await refused(who, 'POST', path, preview), who).toMatch(/forbidden-act|not-found/);
    expect(await refused('officer', 'POST', path, preview)).toBe('forbidden-act');
    expect(await refused('teacher', 'POST', path, preview)).toBe('not-found');
    for (const who of ['crisis-officer', 'admin'])
      expect((await ask<Planned>(who, 'POST', path, preview)).status, who).toBe(200);
    // Only looked at: nothing was written.
    expect((await view('officer')).kept).toBe(false);
    expect(await serving()).toEqual([]);
  });

  test('H40 H41: three people in twelve hours; who is on duty is known at once in every process’s copy', async () => {
    const { json } = await ask<Planned>('crisis-officer', 'POST', `/rosters/${desk}/plan`, plan());
    expect(json.shifts.length).toBe(12);
    expect(await serving()).toEqual(['officer first', 'officer2 second']);
    const shown = await view('officer');
    expect(lines(shown.shifts.filter((one) => one.place === 'first'))).toEqual([
      '05 09:00–20:00 officer',
      '05 20:00–08:00 officer2',
      '06 08:00–20:00 officer3',
      '06 20:00–08:00 officer',
      '07 08:00–20:00 officer2',
      '07 20:00–08:00 officer3',
    ]);
    // The rest of the week is in red, and so it says in the list.
    expect(lines(shown.gaps)).toEqual(['08 08:00–00:00 — empty']);
    const list = (await ask<{ items: RosterRow[] }>('deputy', 'GET', '/rosters')).json.items;
    const row = list.find((one) => one.post.id === desk);
    expect(row?.onDuty.map((one) => name(one.personId))).toEqual(['officer', 'officer2']);
    expect(row?.nextGap?.from).toBe('2026-03-08T00:00:00.000Z');
    expect([row?.may.plan, row?.may.hold]).toEqual([false, false]);
  });

  test('H41: only holders are put on a shift, nobody on two at once, and nothing in the past', async () => {
    const shift = {
      personId: ids['teacher'],
      place: 'first',
      from: '2026-03-08T00:00:00Z',
      to: '2026-03-08T04:00:00Z',
    };
    const add = (more: object) => refused('admin', 'POST', `/rosters/${desk}/shifts`, { ...shift, ...more });
    expect(await add({})).toBe('invalid-input personId:not-a-holder');
    expect(await add({ personId: ids['officer3'], from: '2026-03-07T23:00:00Z' })).toBe(
      'invalid-input personId:serves-already',
    );
    expect(await add({ personId: ids['officer'], to: '2026-03-07T23:00:00Z' })).toBe(
      'invalid-input to:too-small',
    );
    expect(
      await add({ personId: ids['officer'], from: '2026-03-01T00:00:00Z', to: '2026-03-01T01:00:00Z' }),
    ).toBe('invalid-input to:in-the-past');
    expect(await add({ shiftId: 'x' })).toContain('shiftId:unknown-field');
    expect(await refused('admin', 'POST', `/rosters/${desk}/plan`, plan({ persons: [ids['teacher']] }))).toBe(
      'invalid-input persons.0:not-a-holder',
    );
    expect(await refused('admin', 'POST', `/rosters/${desk}/plan`, plan({ to: '2027-03-05' }))).toBe(
      'invalid-input to:too-large',
    );
  });

  test('H41: a swap is asked, agreed to by the other and by nobody else, and done once', async () => {
    const [, , , friday] = (await view('officer')).shifts.filter((one) => one.place === 'first');
    const saturday = (await view('officer')).shifts.find(
      (one) => one.place === 'second' && one.person.id === ids['officer3'] && one.from > friday!.from,
    )!;
    const give = { withPersonId: ids['officer3'], otherShiftId: saturday.id, note: '家中有事' };
    expect(await refused('officer2', 'POST', `/shifts/${friday!.id}/swaps`, give)).toBe('forbidden-act');
    expect(await refused('teacher', 'POST', `/shifts/${friday!.id}/swaps`, give)).toBe('not-found');
    const swap = (await ask<{ id: string }>('officer', 'POST', `/shifts/${friday!.id}/swaps`, give)).json.id;
    const mine = (await ask<MyDuty>('officer3', 'GET', '/me/duty')).json;
    expect(mine.swaps.map((one) => [one.id, one.mayAnswer, one.mayWithdraw])).toEqual([[swap, true, false]]);
    for (const who of ['officer', 'officer2', 'crisis-officer'])
      expect(await refused(who, 'POST', `/swaps/${swap}/answer`, { agree: true }), who).toBe('forbidden-act');
    expect((await ask('officer3', 'POST', `/swaps/${swap}/answer`, { agree: true })).status).toBe(204);
    expect(await refused('officer3', 'POST', `/swaps/${swap}/answer`, { agree: true })).toBe('swap-settled');
    const after = (await view('officer')).shifts.filter((one) => one.place === 'first');
    expect(lines(after).slice(3)).toEqual([
      '06 20:00–08:00 officer3',
      '07 08:00–20:00 officer2',
      '07 20:00–08:00 officer3',
    ]);
    expect(lines((await view('officer')).shifts.filter((one) => one.id === saturday.id))).toEqual([
      '07 08:00–20:00 officer',
    ]);
    // Taken back by who asked; lapsed when the shift changes otherwise.
    const again = await ask<{ id: string }>('officer', 'POST', `/shifts/${saturday.id}/swaps`, {
      withPersonId: ids['officer3'],
    });
    expect(await refused('officer3', 'DELETE', `/swaps/${again.json.id}`)).toBe('forbidden-act');
    expect((await ask('officer', 'DELETE', `/swaps/${again.json.id}`)).status).toBe(204);
    expect(await refused('officer3', 'POST', `/swaps/${again.json.id}/answer`, { agree: true })).toBe(
      'swap-settled',
    );
  });

  test('S7.5.1: the group’s officer orders a shift taken over, and what has begun is cut at that moment', async () => {
    await story.at('12:00');
    const [now] = (await view('officer')).shifts.filter((one) => one.place === 'first');
    // The second cannot be first as well; the third can.
    const order = (withPersonId: string | undefined) => ({ withPersonId });
    expect(await refused('admin', 'POST', `/shifts/${now!.id}/swaps`, order(ids['officer2']))).toBe(
      'invalid-input withPersonId:serves-already',
    );
    expect((await ask('admin', 'POST', `/shifts/${now!.id}/swaps`, order(ids['officer3']))).status).toBe(201);
    expect(await serving()).toEqual(['officer3 first', 'officer2 second']);
    expect(lines((await view('officer')).shifts.filter((one) => one.place === 'first')).slice(0, 2)).toEqual([
      '05 09:00–12:00 officer',
      '05 12:00–20:00 officer3',
    ]);
  });

  test('H40: an absence is said by oneself, shows as a gap, and the second is on duty alone', async () => {
    const away = { personId: ids['officer3'], from: '2026-03-05T06:00:00Z', to: '2026-03-05T08:00:00Z' };
    expect(await refused('officer', 'POST', `/rosters/${desk}/absences`, away)).toBe('forbidden-act');
    const made = await ask<{ id: string }>('officer3', 'POST', `/rosters/${desk}/absences`, away);
    await story.at('15:00');
    expect(await serving()).toEqual(['officer2 second']);
    await ask('officer2', 'POST', `/rosters/${desk}/absences`, { ...away, personId: ids['officer2'] });
    expect(lines((await view('deputy')).gaps)[0]).toBe('05 14:00–16:00 officer3 absent');
    expect(await serving()).toEqual([]);
    expect((await ask('crisis-officer', 'DELETE', `/absences/${made.json.id}`)).status).toBe(204);
    expect(await serving()).toEqual(['officer3 first']);
  });

  test('H41: the hand-over lists the open cases, is written by who serves, and confirmed by another holder', async () => {
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'C' });
    const hidden = await story.files('captain', 'brigade', { impactLevel: 'A' });
    const page = (await ask<HandoverPage>('officer3', 'GET', `/rosters/${desk}/handovers`)).json;
    expect([page.mayWrite, page.cases.map((one) => one.id)]).toEqual([true, [caseId]]);
    const words = { text: '學校案待補範圍，已電話聯繫。' };
    expect(await refused('officer', 'POST', `/rosters/${desk}/handovers`, words)).toBe('not-on-duty');
    expect(await refused('crisis-officer', 'POST', `/rosters/${desk}/handovers`, words)).toBe(
      'forbidden-act',
    );
    const note = await ask<{ id: string }>('officer3', 'POST', `/rosters/${desk}/handovers`, words);
    const duty = (await ask<MyDuty>('officer2', 'GET', '/me/duty')).json;
    expect(duty.handovers.map((one) => one.id)).toEqual([note.json.id]);
    expect(await refused('officer3', 'POST', `/handovers/${note.json.id}/confirm`)).toBe('forbidden-act');
    expect(await refused('deputy', 'POST', `/handovers/${note.json.id}/confirm`)).toBe('not-found');
    expect((await ask('officer2', 'POST', `/handovers/${note.json.id}/confirm`)).status).toBe(204);
    expect((await ask('officer2', 'POST', `/handovers/${note.json.id}/confirm`)).status).toBe(204);
    expect(await refused('officer', 'POST', `/handovers/${note.json.id}/confirm`)).toBe('conflict');
    const seen = (await ask<HandoverPage>('crisis-officer', 'GET', `/rosters/${desk}/handovers`)).json;
    expect(seen.items.map((one) => [one.text, one.confirmedBy?.id, one.cases.length])).toEqual([
      [words.text, ids['officer2'], 1],
    ]);
    // The notes are the desk's own: command and watchers read the roster, not them.
    for (const who of ['deputy', 'auditor', 'teacher'])
      expect(await refused(who, 'GET', `/rosters/${desk}/handovers`), who).toBe('not-found');
    expect(JSON.stringify(seen)).not.toContain(hidden.caseId);
  });

  test('H41: who leaves the post leaves its shifts, and the roster says in red what he leaves open', async () => {
    await story.at('16:00');
    await story.change((tx) => endHolding(story.ctx, tx, pack, { post: 'duty-officer', person: 'officer3' }));
    expect(await serving()).toEqual(['officer2 second']);
    const after = await view('deputy');
    expect(after.shifts.some((one) => one.person.id === ids['officer3'] && one.to > after.now)).toBe(false);
    const lost = lines(after.gaps).filter((one) => one.includes('left-post'));
    // Seconds still cover what they cover; only where nobody is left there is red.
    expect(lost.every((one) => one.includes('officer3'))).toBe(true);
    const cover = await ask('admin', 'POST', `/rosters/${desk}/shifts`, {
      personId: ids['officer'],
      place: 'first',
      from: '2026-03-05T08:00:00Z',
      to: '2026-03-05T12:00:00Z',
    });
    expect(cover.status).toBe(201);
    expect(await serving()).toEqual(['officer first', 'officer2 second']);
  });

  test('H41: a holding that is to end cuts the shift that would outlast it', async () => {
    await story.change((tx) =>
      hold(story.ctx, tx, pack, {
        post: 'duty-officer',
        person: 'officer2',
        from: '2026-01-01T00:00:00Z',
        to: '2026-03-05T18:00:00Z',
      }),
    );
    const after = await view('officer');
    expect(lines(after.shifts.filter((one) => one.person.id === ids['officer2'])).at(-1)).toBe(
      '05 20:00–02:00 officer2',
    );
    expect(lines(after.gaps).find((one) => one.includes('officer2 left'))).toBe(
      '06 02:00–08:00 officer2 left-post',
    );
  });

  test('every change is a fact with who made it, and none carries a word that is personal', async () => {
    const facts = await read(story.ctx.database, SYSTEM, story.ctx.clock, (tx) =>
      tx.query<{ kind: string; person: string | null; data: object }>(
        `select f.kind, f.person_id as person, f.data from facts f join rosters r on r.id = f.stream_id
          where r.post_id = $1 order by f.seq`,
        [desk],
      ),
    );
    expect(facts.map((one) => one.kind)).toEqual([
      'shifts-planned',
      'swap-asked',
      'swap-agreed',
      'swap-asked',
      'swap-withdrawn',
      'swap-ordered',
      'absence-added',
      'absence-added',
      'absence-ended',
      'handover-written',
      'handover-confirmed',
      'shifts-lost',
      'shift-added',
      'shifts-lost',
    ]);
    expect(JSON.stringify(facts)).not.toMatch(/家中有事|待補範圍/);
  });

  test('one’s own shifts as a calendar any device reads', async () => {
    const { text, headers } = await door.ask('officer', 'GET', '/me/duty.ics');
    expect(headers['content-type']).toBe('text/calendar; charset=utf-8');
    const plain = text.replaceAll('\r\n ', '');
    expect(plain).toContain('DTSTART:20260307T000000Z');
    expect(plain).toContain('SUMMARY:備勤 危機通報分組值勤員');
    expect(text.split('\r\n').every((line) => Buffer.byteLength(line) <= 75)).toBe(true);
  });

  test('a roster that is given up leaves nobody on duty, so that all holders are told, and no gap', async () => {
    expect(await refused('officer', 'DELETE', `/rosters/${desk}`)).toBe('forbidden-act');
    expect((await ask('admin', 'DELETE', `/rosters/${desk}`)).status).toBe(204);
    expect(await serving()).toEqual([]);
    const after = await view('officer', '2026-03-06');
    expect([after.kept, after.shifts, after.gaps]).toEqual([false, [], []]);
  });
});

describe('behind the wall', () => {
  test('DEC-19 ISO-1: a compartment’s roster is planned and read inside it, and is not there for anybody else', async () => {
    const own = plan({ persons: [ids['mnd-officer'], ids['mnd-officer2']] });
    expect((await ask('mnd-officer', 'POST', `/rosters/${guard}/plan`, own)).status).toBe(200);
    expect((await view('colonel', '2026-03-05', 7, guard)).kept).toBe(true);
    for (const who of [
      'officer',
      'deputy',
      'convenor',
      'auditor',
      'observer',
      'admin',
      'crisis-officer',
      'teacher',
      'captain',
    ]) {
      const known = await ask(who, 'GET', `/rosters/${guard}`);
      const unknown = await ask(who, 'GET', '/rosters/018f0000-0000-7000-8000-000000000000');
      expect([who, known.status]).toEqual([who, 404]);
      const bare = ({ text, headers }: Omit<Answer, 'json'>) =>
        text.replaceAll(String(headers['x-request-id']), '');
      expect(bare(known)).toBe(bare(unknown));
      expect((await ask<{ items: RosterRow[] }>(who, 'GET', '/rosters')).text).not.toContain(guard);
      const actor = await story.person(who);
      const counted = await read(story.ctx.database, actor, story.ctx.clock, (tx) =>
        tx.query<{ n: number }>(
          `select (select count(*) from rosters where post_id = $1)::int + (select count(*) from shifts where post_id = $1)::int as n`,
          [guard],
        ),
      );
      expect([who, counted[0]?.n]).toEqual([who, 0]);
    }
    const inside = await ask<{ items: RosterRow[] }>('colonel', 'GET', '/rosters');
    expect(inside.json.items.map((one) => one.post.id)).toEqual([guard]);
  });

  test('DEC-19: a roster’s readers follow its body', async () => {
    const readers = async () =>
      (
        await story.world.owner.query<{ seen: string[] }>(
          'select seen_by as seen from rosters where post_id = $1',
          [guard],
        )
      ).rows[0]?.seen;
    const before = await readers();
    expect(before).toContain('group:sg-defence');
    await story.world.owner.query(`update rosters set seen_by = '{signed-in,system}' where post_id = $1`, [
      guard,
    ]);
    const saved = await story.change((tx) =>
      saveOrganisation(story.ctx, tx, pack, {
        code: 'school2',
        nameZh: '明德國民小學',
        superior: 'county-edu',
        sectors: ['academia'],
      }),
    );
    expect(saved.changes).toHaveLength(1);
    expect(await readers()).toEqual(before);
  });
});
