/** Before anything has happened: the centre calls for preparedness, every body answers, whoever is silent is seen (S7.9.7.5). */
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendDutyLetters } from '../../src/delivery/duty-letters.ts';
import type { Ways } from '../../src/delivery/ways.ts';
import { endHolding, hold } from '../../src/directory/index.ts';
import { pack } from '../../src/directory/test-world.ts';
import { SYSTEM } from '../../src/platform/actor.ts';
import { createMailTransport, type MailTransport } from '../../src/platform/mail.ts';
import { read } from '../../src/platform/transaction.ts';
import {
  acknowledgePart,
  callForPreparedness,
  endCall,
  extendCall,
  remindParts,
  settleTask,
} from '../../src/preparedness/commands.ts';
import {
  callForPreparedness as callSchema,
  settleTask as settleSchema,
} from '../../src/preparedness/contract.ts';
import { callsView, callView, choicesView, partsView, progressFile } from '../../src/preparedness/views.ts';
import { openStory, refusalOf, type Story } from './harness.ts';

const noWays: Ways = {
  lanes: [],
  connectionsOf: () => 1,
  send: () => Promise.reject(new Error('no way but mail')),
  stands: () => null,
  close: async () => undefined,
};

describe('preparedness', () => {
  let story: Story;
  let transport: MailTransport;
  beforeAll(async () => {
    story = await openStory('2026-03-16T09:00:00+08:00');
    transport = createMailTransport(story.ctx.config);
  }, 120_000);
  afterAll(async () => {
    transport?.close();
    await story.close();
  });

  const letters = async () => {
    const before = story.sink.messages.length;
    while ((await sendDutyLetters(story.ctx, transport, noWays)) > 0);
    return story.sink.messages
      .slice(before)
      .filter((one) => one.accepted)
      .flatMap((one) =>
        one.to.map((to) => ({ to: to.split('@')[0] ?? '', subject: one.subject, text: one.text })),
      );
  };
  const calls = async (who: string, what: object = {}) =>
    callForPreparedness(
      story.ctx,
      await story.person(who),
      callSchema.parse({
        id: uuid(),
        steps: ['contacts-ready', 'close-holes'],
        audience: { kind: 'subgroup', of: 'sg-academia' },
        dueAt: '2026-03-17T18:00:00+08:00',
        reason: '假期前有攻擊預告。',
        ...what,
      }),
    );
  const view = async (who: string, id: string) => callView(story.ctx, await story.person(who), id);
  const parts = async (who: string, id: string, show: 'all' | 'unacknowledged' | 'unsettled' = 'all') =>
    (await partsView(story.ctx, await story.person(who), id, { show, limit: 100 })).items;
  const mine = async (who: string, id: string) => {
    const [part] = (await view(who, id)).mine;
    if (!part) throw new Error(`${who} has no part`);
    return part;
  };
  const settles = async (who: string, id: string, step: string, act: object, part?: string) =>
    settleTask(
      story.ctx,
      await story.person(who),
      id,
      part ?? (await mine(who, id)).id,
      step,
      settleSchema.parse(act),
    );
  const rows = async (who: string, sql: string) =>
    read(
      story.ctx.database,
      await story.person(who),
      story.ctx.clock,
      async (tx) => (await tx.query(sql, [])).length,
    );

  const partOf = async (who: string, id: string, body: string) => {
    const found = (await parts(who, id)).find((part) => part.organisation.name.zh === body);
    if (!found) throw new Error(`${body} has no part`);
    return found;
  };
  const remindAgain = async (time: string) => {
    await story.at(time);
    await remindParts(story.ctx, await story.person('officer'), first, null);
  };
  const told = (sent: Awaited<ReturnType<typeof letters>>) => sent.map((one) => one.to).sort();

  let first: string;
  test('S7.9.7.5: a call goes to every body of a subgroup with its steps as tasks, and to their authorities for information', async () => {
    first = await calls('officer');
    const school = await partOf('officer', first, '光明國中');
    expect(school).toMatchObject({ acknowledgedAt: null, unreached: false, group: null, may: ['remind'] });
    expect(school.tasks.map((task) => [task.step, task.state])).toEqual([
      ['contacts-ready', 'open'],
      ['close-holes', 'open'],
    ]);
    const sent = await letters();
    expect(told(sent)).toEqual(['county-contact', 'inspector', 'moea-contact', 'teacher', 'teacher2']);
    const teacher = sent.find((one) => one.to === 'teacher');
    expect(teacher?.subject).toContain('事前整備：請於民國115年3月17日 18:00前辦理');
    expect(teacher?.text).toContain(`/preparedness/${first}`);
    // Why it is called for, and for whom else, is read behind the sign-in.
    expect(teacher?.text).not.toContain('攻擊預告');
    // The education office is called itself, and is the schools' authority; the county is told of its office.
    expect(sent.find((one) => one.to === 'county-contact')?.subject).toContain('所轄機關已受通知');
    expect(await view('officer', first)).toMatchObject({
      audience: { kind: 'subgroup', of: { id: 'sg-academia' } },
      progress: { acknowledged: 0, settled: 0, done: 0 },
      may: ['remind', 'extend', 'end'],
    });
  });

  test('S7.9.7.5 ISO-4: a body sees its own tasks, an authority those of its bodies, the subgroup its own, the centre all; others nothing', async () => {
    const names = async (who: string) => (await parts(who, first)).map((part) => part.organisation.name.zh);
    const all = await names('officer');
    expect(all).toContain('光明國中');
    for (const who of ['deputy', 'convenor', 'crisis-officer', 'auditor', 'moe-officer'])
      expect(await names(who), who).toEqual(all);
    expect(await names('teacher')).toEqual(['光明國中']);
    expect(await names('inspector')).toEqual(['光明國中', '明德國小', '青山縣政府教育處']);
    expect(await names('county-contact')).toEqual(['青山縣政府教育處']);
    expect((await view('teacher', first)).progress).toMatchObject({ parts: 1, open: 2 });
    expect((await view('teacher', first)).may).toEqual([]);
    for (const who of ['engineer', 'rdec-officer', 'mnd-officer', 'captain', 'nurse']) {
      expect(await refusalOf(view(who, first)), who).toBe('not-found');
      expect(await refusalOf(parts(who, first)), who).toBe('not-found');
      expect((await callsView(story.ctx, await story.person(who), { limit: 10 })).items, who).toEqual([]);
      for (const table of ['preparedness_calls', 'preparedness_parts', 'preparedness_tasks', 'duty_letters'])
        expect(await rows(who, `select 1 from ${table}`), `${who} ${table}`).toBe(0);
    }
    expect(await rows('teacher', 'select 1 from preparedness_tasks')).toBe(2);
    expect(await rows('teacher', `select 1 from facts where stream = 'preparedness'`)).toBe(0);
  });

  test('S7.9.7.5: a contact confirms, ticks, leaves out with a reason, and takes up again; the caller sees it', async () => {
    const { id } = await mine('teacher', first);
    await acknowledgePart(story.ctx, await story.person('teacher'), first, id);
    await acknowledgePart(story.ctx, await story.person('teacher'), first, id);
    expect(await partOf('officer', first, '光明國中')).toMatchObject({ acknowledgedBy: { zh: '莊組長' } });
    await settles('teacher', first, 'contacts-ready', { act: 'done' });
    expect(await refusalOf(settles('teacher', first, 'contacts-ready', { act: 'done' }))).toBe(
      'step-settled',
    );
    expect(await refusalOf(settles('teacher', first, 'close-holes', { act: 'skip' }))).toBe(
      'reason-required note:required',
    );
    await settles('teacher', first, 'close-holes', { act: 'skip', note: '設備由縣網代管。' });
    expect((await view('officer', first)).progress).toMatchObject({
      ...{ acknowledged: 1, settled: 1, done: 1, skipped: 1 },
    });
    await settles('teacher', first, 'contacts-ready', { act: 'reopen' });
    await settles('teacher', first, 'contacts-ready', { act: 'done', note: '已實測。' });
    // To tick without having confirmed is to confirm.
    await settles('teacher2', first, 'contacts-ready', { act: 'done' });
    expect((await view('officer', first)).progress).toMatchObject({ acknowledged: 2, settled: 1 });
    expect((await view('teacher', first)).asksMe).toBe(0);
    expect((await view('teacher2', first)).asksMe).toBe(1);
  });

  test('S7.9.7.5 ISO-2: nobody answers for another: not the authority, not the centre, not by another call’s address', async () => {
    const part = (await partOf('officer', first, '光明國中')).id;
    for (const who of ['inspector', 'officer', 'moe-officer', 'teammate'])
      expect(await refusalOf(settles(who, first, 'contacts-ready', { act: 'reopen' }, part)), who).toBe(
        'forbidden-act',
      );
    for (const who of ['teacher2', 'engineer', 'captain'])
      expect(await refusalOf(settles(who, first, 'contacts-ready', { act: 'reopen' }, part)), who).toBe(
        'not-found',
      );
    const other = await calls('deputy', {
      audience: { kind: 'named', bodies: [await story.organisation('school')] },
    });
    expect(await refusalOf(settles('teacher', other, 'contacts-ready', { act: 'done' }, part))).toBe(
      'not-found',
    );
    expect(await refusalOf(settles('teacher', first, 'no-such-step', { act: 'done' }))).toBe('not-found');
    await endCall(story.ctx, await story.person('officer'), other, '重複發動。');
    await letters();
  });

  test('S7.9.7.5: only who may call calls, reminds, changes the time or ends; a contact, an authority and a subgroup may not', async () => {
    for (const who of ['teacher', 'inspector', 'moe-officer', 'tsc-engineer', 'admin', 'auditor', 'captain'])
      expect(await refusalOf(calls(who)), who).toBe('forbidden-act');
    for (const who of ['teacher', 'inspector', 'moe-officer', 'auditor']) {
      const actor = await story.person(who);
      expect(await refusalOf(remindParts(story.ctx, actor, first, null)), who).toBe('forbidden-act');
      expect(await refusalOf(endCall(story.ctx, actor, first, 'x')), who).toBe('forbidden-act');
      const later = { dueAt: '2026-03-18T18:00:00.000Z', reason: 'x' };
      expect(await refusalOf(extendCall(story.ctx, actor, first, later)), who).toBe('forbidden-act');
    }
    expect(await refusalOf(endCall(story.ctx, await story.person('engineer'), first, 'x'))).toBe('not-found');
    expect(await refusalOf(choicesView(story.ctx, await story.person('teacher')))).toBe('forbidden-act');
  });

  test('S7.9.7.5: what cannot be called for is refused, naming the field', async () => {
    const refused = (what: object) => refusalOf(calls('officer', what));
    expect(await refused({ steps: ['contain'] })).toBe('invalid-input steps.0:bad-choice');
    expect(await refused({ steps: ['close-holes', 'close-holes'] })).toBe('invalid-input steps.1:bad-choice');
    expect(await refused({ dueAt: '2026-03-16T08:00:00+08:00' })).toBe('invalid-input dueAt:in-the-past');
    expect(await refused({ dueAt: '2027-03-16T08:00:00+08:00' })).toBe('invalid-input dueAt:bad-date');
    expect(await refused({ audience: { kind: 'system', of: 'none' } })).toBe(
      'invalid-input audience.of:bad-choice',
    );
    expect(await refused({ caseNumber: '115-9999' })).toBe('invalid-input caseNumber:bad-choice');
  });

  test('S7.9.7.5 DEC-19: defence cannot be called from outside its walls, by subgroup or by name, no more than a body nobody knows; nor is it among all', async () => {
    const refused = (audience: object) => refusalOf(calls('officer', { audience }));
    expect(await refused({ kind: 'subgroup', of: 'sg-defence' })).toBe(
      'invalid-input audience.of:bad-choice',
    );
    const behind = await refused({ kind: 'named', bodies: [await story.organisation('brigade')] });
    expect(behind).toBe('invalid-input audience.bodies.0:bad-choice');
    expect(await refused({ kind: 'named', bodies: [uuid()] })).toBe(behind);
    const id = await calls('officer', { audience: { kind: 'all' }, mode: 'exercise' });
    const names = (await parts('officer', id)).map((part) => part.organisation.name.zh);
    expect(names).toContain('縣立醫院');
    expect(names).not.toContain('通信大隊');
    const sent = await letters();
    expect(told(sent)).not.toContain('captain');
    expect(sent.every((one) => one.subject.startsWith('【演練】'))).toBe(true);
    const choices = await choicesView(story.ctx, await story.person('deputy'));
    expect(choices.subgroups.map((one) => one.id)).not.toContain('sg-defence');
    expect(choices.steps.map((step) => step.id)).toContain('backups-safe');
    expect((await view('officer', id)).progress.parts).toBe(choices.all);
    await endCall(story.ctx, await story.person('deputy'), id, '演練完畢。');
    await letters();
  });

  test('S7.9.7.5: whose part a step is gets it: the body, its authority, its subgroup, the desk or a group', async () => {
    const id = await calls('crisis-officer', {
      steps: ['warn-peers', 'warn-nation', 'reach-everyone', 'backups-safe'],
      audience: {
        kind: 'named',
        bodies: [await story.organisation('school'), await story.organisation('power')],
      },
    });
    const shown = (await parts('officer', id)).map((part) => [
      part.group?.id ?? part.organisation.name.zh,
      ...part.tasks.map((task) => task.step),
    ]);
    expect(shown.sort()).toEqual(
      [
        ['光明國中', 'backups-safe'],
        ['某電力公司', 'backups-safe'],
        ['sg-academia', 'warn-peers'],
        ['sg-enterprise-1', 'warn-peers'],
        ['sg-crisis', 'reach-everyone'],
        ['wg-information', 'warn-nation'],
      ].sort(),
    );
    await settles('moea-officer', id, 'warn-peers', { act: 'done' });
    await settles('officer2', id, 'reach-everyone', { act: 'done' });
    expect(
      await refusalOf(
        settles('moe-officer', id, 'warn-peers', { act: 'done' }, (await mine('moea-officer', id)).id),
      ),
    ).toBe('not-found');
    // The subgroup sees how its own body is, and its own part.
    expect(
      (await parts('moea-officer', id)).map((part) => part.group?.id ?? part.organisation.name.zh).sort(),
    ).toEqual(['sg-enterprise-1', '某電力公司'].sort());
    // Nobody works in that group: it is seen that nobody could be told.
    expect((await parts('officer', id)).find((part) => part.group?.id === 'wg-information')?.unreached).toBe(
      true,
    );
    await endCall(story.ctx, await story.person('officer'), id, '已改以電話辦理。');
    await letters();
  });

  test('S7.9.7.5: a call names the case that is its occasion, to those who see the case alone', async () => {
    const { caseId, number } = await story.files('nurse', 'hospital', { impactLevel: 'C' });
    await story.settle();
    const id = await calls('officer', { caseNumber: number });
    expect((await view('officer', id)).case).toEqual({ id: caseId, number });
    expect((await view('teacher', id)).case).toBeNull();
    const secret = await story.files('captain', 'brigade', { impactLevel: 'C' });
    expect(await refusalOf(calls('officer', { caseNumber: secret.number }))).toBe(
      await refusalOf(calls('officer', { caseNumber: '115-9999' })),
    );
    await endCall(story.ctx, await story.person('officer'), id, '併入前案。');
    await letters();
  });

  test('S7.9.7.5: whoever is silent is reminded, all or one, and not twice within ten minutes; whoever has answered is left alone', async () => {
    await story.at('15:00');
    const remind = async (part: string | null = null) =>
      remindParts(story.ctx, await story.person('officer'), first, part);
    const silent = (await parts('officer', first, 'unsettled')).map((part) => part.organisation.name.zh);
    expect(silent).not.toContain('光明國中');
    const one = (await partOf('officer', first, '明德國小')).id;
    // The part of another call, or of none, is nobody's to remind by this one's address (ISO-2).
    const [elsewhere] = (await callsView(story.ctx, await story.person('officer'), { limit: 10 })).items;
    expect(elsewhere?.id).not.toBe(first);
    const foreign = (await parts('officer', elsewhere?.id ?? ''))[0]?.id ?? '';
    expect([await remind(foreign), await remind(uuid())]).toEqual([0, 0]);
    expect(await remind(one)).toBe(1);
    expect(told(await letters())).toEqual(['teacher2']);
    expect(await remind(one)).toBe(0);
    expect(await remind()).toBe(silent.length - 1);
    expect(told(await letters())).toEqual(['inspector']);
    expect(await remind()).toBe(0);
    await story.at('15:11');
    expect(await remind()).toBe(silent.length);
    expect(told(await letters())).toEqual(['inspector', 'teacher2']);
    expect(await partOf('officer', first, '明德國小')).toMatchObject({ reminders: 2 });
  });

  test('S7.9.7.5 INV-6: whoever has left his post before the letter goes is not told; whoever holds it now is, once', async () => {
    await remindAgain('16:00');
    await story.change(async (tx) => {
      await endHolding(story.ctx, tx, pack, { post: 'contact-school2', person: 'teacher2' });
      await hold(story.ctx, tx, pack, { post: 'contact-school2', person: 'teacher' });
    });
    expect(told(await letters())).toEqual(['inspector', 'teacher']);
    await remindAgain('16:30');
    expect(told(await letters())).toEqual(['inspector', 'teacher']);
  });

  test('S7.9.7.5: more time is given with a reason, and everybody is told', async () => {
    const later = { dueAt: '2026-03-18T04:00:00.000Z', reason: '颱風停班。' };
    await extendCall(story.ctx, await story.person('deputy'), first, later);
    expect((await view('teacher', first)).dueAt).toBe(later.dueAt);
    const sent = await letters();
    expect(sent[0]?.subject).toContain('期限改為民國115年3月18日 12:00');
    expect(new Set(told(sent))).toEqual(new Set(['inspector', 'teacher']));
  });

  test('S7.9.7.5 WEB-3: progress is taken away as a table, each reader’s own, and nothing in it runs', async () => {
    await settles('inspector', first, 'close-holes', { act: 'skip', note: '=1+1' });
    const file = async (who: string) => progressFile(story.ctx, await story.person(who), first, 'zh-Hant');
    const all = await file('officer');
    expect(all.name).toBe('事前整備-2026-03-16.csv');
    expect(all.text).toContain('"光明國中"');
    expect(all.text).toContain(`"'=1+1"`);
    const own = await file('teacher');
    expect(own.text).not.toContain('教育處');
    expect(own.text.split('\r\n').length - 2).toBe(
      (await parts('teacher', first)).flatMap((part) => part.tasks).length,
    );
  });

  test('S7.9.7.5: the end is told to everybody, and the record is closed', async () => {
    await endCall(story.ctx, await story.person('officer'), first, '威脅已解除。');
    const sent = await letters();
    expect(new Set(told(sent))).toEqual(new Set(['county-contact', 'inspector', 'moea-contact', 'teacher']));
    expect(sent.every((one) => one.subject.includes('已結束'))).toBe(true);
    expect(await view('teacher', first)).toMatchObject({ ended: { reason: '威脅已解除。' }, asksMe: 0 });
    expect(await refusalOf(settles('inspector', first, 'contacts-ready', { act: 'done' }))).toBe(
      'preparedness-ended',
    );
    expect(await refusalOf(remindParts(story.ctx, await story.person('officer'), first, null))).toBe(
      'preparedness-ended',
    );
    expect(await refusalOf(endCall(story.ctx, await story.person('officer'), first, 'x'))).toBe(
      'preparedness-ended',
    );
  });

  test('S7.9.7.5: a letter that has not gone when the call ends asks nobody for what is over', async () => {
    const id = await calls('officer');
    await endCall(story.ctx, await story.person('officer'), id, '誤發。');
    expect((await letters()).every((one) => one.subject.includes('已結束'))).toBe(true);
  });

  test('S7.9.7.5: what is sent twice is called once; another’s id is refused', async () => {
    const id = uuid();
    const small = { id, audience: { kind: 'named', bodies: [await story.organisation('hospital')] } };
    expect(await calls('officer', small)).toBe(id);
    expect(await calls('officer', small)).toBe(id);
    expect(told(await letters())).toEqual(['nurse']);
    expect(await refusalOf(calls('deputy', small))).toBe('conflict');
  });

  test('S7.9.7.5 ISO-4: every act is a fact of its stream; no row is rewritten but by its own columns', async () => {
    const kinds = await read(story.ctx.database, SYSTEM, story.ctx.clock, (tx) =>
      tx.query<{ kind: string; n: number }>(
        `select kind, count(*)::int as n from facts where stream like 'preparedness%'
           and stream_id in (select $1::uuid union select id from preparedness_parts where call_id = $1) group by 1 order by 1`,
        [first],
      ),
    );
    expect(Object.fromEntries(kinds.map(({ kind, n }) => [kind, n]))).toEqual({
      'preparedness-called': 1,
      'preparedness-acknowledged': 3,
      'preparedness-done': 3,
      'preparedness-skipped': 2,
      'preparedness-reopened': 1,
      'preparedness-reminded': 5,
      'preparedness-extended': 1,
      'preparedness-ended': 1,
    });
    for (const column of ['reason', 'steps', 'seen_by', 'called_by'])
      await expect(
        story.change((tx) => tx.query(`update preparedness_calls set ${column} = ${column}`, [])),
      ).rejects.toThrow(/permission denied/);
    await expect(story.change((tx) => tx.query('delete from preparedness_calls', []))).rejects.toThrow(
      /permission denied/,
    );
  });
});
