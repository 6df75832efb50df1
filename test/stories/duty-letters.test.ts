/** Swaps are told to those concerned: stored with the change, sent after it, tried again until taken (H40, FLT-7). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendDutyLetters } from '../../src/delivery/duty-letters.ts';
import type { Ways } from '../../src/delivery/ways.ts';
import type { RosterView } from '../../src/directory/roster-contract.ts';
import { createMailTransport, type MailTransport } from '../../src/platform/mail.ts';
import { type Door, openDoor } from '../isolation/house.ts';
import { openStory, type Story } from './harness.ts';
import { threeOfficers } from './nation.ts';

/** Nobody here has a device; nothing but mail is to be handed over. */
const noWays: Ways = {
  lanes: [],
  connectionsOf: () => 1,
  send: () => Promise.reject(new Error('no way but mail')),
  stands: () => null,
  close: async () => undefined,
};

describe('letters about duty', () => {
  let story: Story;
  let door: Door;
  let transport: MailTransport;
  let desk: string;
  let guard: string;
  const ids: Record<string, string> = {};
  const send = () => sendDutyLetters(story.ctx, transport, noWays);
  const mails = (code: string) =>
    story.sink.messages.filter(
      (one) => one.accepted && one.to.some((to) => to.startsWith(`${code}@`)) && /班/.test(one.subject),
    );
  const turnOf = async (post: string, code: string, place = 'first') => {
    const view = (await door.ask('crisis-officer', 'GET', `/rosters/${post}?from=2026-03-06&days=7`))
      .json as unknown as RosterView;
    const turn = view.shifts.find((one) => one.person.id === ids[code] && one.place === place);
    if (!turn) throw new Error(`${code} has no turn`);
    return turn;
  };

  beforeAll(async () => {
    story = await openStory('2026-03-05T09:00:00+08:00', threeOfficers);
    door = await openDoor(story.ctx);
    await door.admit();
    transport = createMailTransport(story.ctx.config);
    const directory = await story.world.snapshot();
    desk = directory.postByCode('duty-officer')?.id ?? '';
    guard = directory.postByCode('subgroup-defence')?.id ?? '';
    for (const code of ['officer', 'officer2', 'officer3', 'mnd-officer', 'mnd-officer2'])
      ids[code] = (await story.person(code)).personId;
    const planned = await door.ask('crisis-officer', 'POST', `/rosters/${desk}/plan`, {
      persons: [ids['officer'], ids['officer2'], ids['officer3']],
      from: '2026-03-06',
      to: '2026-03-08',
      slots: [{ from: '08:00', to: '08:00' }],
      turn: 'day',
      second: false,
      days: 'every',
    });
    expect(planned.status).toBe(200);
  }, 120_000);
  afterAll(async () => {
    transport.close();
    await door.close();
    await story.close();
  });

  test('H40: asked, the other is told which turn and where to answer; agreed, whoever asked is told; each once', async () => {
    const turn = await turnOf(desk, 'officer');
    const asked = await door.ask('officer', 'POST', `/shifts/${turn.id}/swaps`, {
      withPersonId: ids['officer2'],
      otherShiftId: (await turnOf(desk, 'officer2')).id,
    });
    expect(asked.status).toBe(201);
    const swap = (asked.json as { id: string }).id;
    await send();
    await send();
    const [mail, ...more] = mails('officer2');
    expect(more).toEqual([]);
    expect(mail?.subject).toContain('有人請您接班');
    expect(mail?.text).toContain('危機通報分組值勤員');
    expect(mail?.text).toContain('08:00');
    expect(mail?.text).toContain(`/roster?post=${desk}`);
    // Of nobody's name: the page says who asks to whoever signs in.
    expect(mail?.text).not.toMatch(/值勤台甲|林值勤|潘值勤/);
    expect((await door.ask('officer2', 'POST', `/swaps/${swap}/answer`, { agree: true })).status).toBe(204);
    await send();
    expect(mails('officer').map((one) => one.subject)).toEqual([expect.stringContaining('換班已獲同意')]);
    expect(mails('officer2')).toHaveLength(1);
  });

  test('H40: declined and taken back are told as well; a swap that was refused tells nobody', async () => {
    const turn = await turnOf(desk, 'officer3');
    const ask = async () =>
      (
        (await door.ask('officer3', 'POST', `/shifts/${turn.id}/swaps`, { withPersonId: ids['officer'] }))
          .json as {
          id: string;
        }
      ).id;
    const refused = await door.ask('officer3', 'POST', `/shifts/${turn.id}/swaps`, {
      withPersonId: ids['officer3'],
    });
    expect(refused.status).toBe(400);
    await door.ask('officer', 'POST', `/swaps/${await ask()}/answer`, { agree: false });
    await send();
    expect(mails('officer3').map((one) => one.subject)).toEqual([expect.stringContaining('婉拒')]);
    expect((await door.ask('officer3', 'DELETE', `/swaps/${await ask()}`)).status).toBe(204);
    await send();
    expect(mails('officer').at(-1)?.subject).toContain('已收回');
  });

  test('FLT-7: what no relay takes is tried again under the same id, and not before its time', async () => {
    const turn = await turnOf(desk, 'officer3');
    await door.ask('officer3', 'POST', `/shifts/${turn.id}/swaps`, { withPersonId: ids['officer'] });
    const seen: string[] = [];
    const down: MailTransport = {
      ...transport,
      send: async (_relay, mail) => {
        seen.push(mail.messageId);
        throw new Error('no relay');
      },
    };
    expect(await sendDutyLetters(story.ctx, down, noWays)).toBe(1);
    expect(await sendDutyLetters(story.ctx, down, noWays)).toBe(0);
    story.clock.set(new Date('2026-03-05T09:10:00+08:00'));
    const before = mails('officer').length;
    expect(await send()).toBe(1);
    expect(mails('officer').length).toBe(before + 1);
    expect(mails('officer').at(-1)?.messageId.replace(/[<>]/g, '')).toBe(seen[0]?.replace(/[<>]/g, ''));
    expect(await send()).toBe(0);
  });

  test('DEC-19: behind walls the mail says neither the post nor the time', async () => {
    const planned = await door.ask('mnd-officer', 'POST', `/rosters/${guard}/shifts`, {
      personId: ids['mnd-officer'],
      place: 'first',
      from: '2026-03-06T08:00:00+08:00',
      to: '2026-03-06T20:00:00+08:00',
    });
    expect(planned.status, JSON.stringify(planned.json)).toBe(201);
    const shift = (planned.json as { id: string }).id;
    const asked = await door.ask('mnd-officer', 'POST', `/shifts/${shift}/swaps`, {
      withPersonId: ids['mnd-officer2'],
    });
    expect(asked.status, JSON.stringify(asked.json)).toBe(201);
    await send();
    const mail = mails('mnd-officer2').at(-1);
    expect(mail?.subject).toMatch(/班/);
    expect(mail?.text).not.toMatch(/08:00|20:00|國防|值勤員/);
  });
});
