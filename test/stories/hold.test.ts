/** A prosecutor orders silence (H28): the case leaves everybody's sight but a few, by one rule; lifting takes two. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyCases } from '../../src/cases/index.ts';
import { loadDirectory } from '../../src/directory/index.ts';
import { pack } from '../../src/directory/test-world.ts';
import { bare, openDoor } from '../isolation/house.ts';
import { openStory, readOf, refusalOf, type Story } from './harness.ts';

const ORDER = {
  authority: '青山地方檢察署',
  reference: '青檢115偵字第0123號',
  until: null,
  reason: '偵查不公開',
} as const;
/** Who saw the case before the order and must not see it under it. */
const SILENCED = [
  'colleague',
  'inspector',
  'county-contact',
  'moe-officer',
  'motc-officer',
  'auditor',
  'observer',
] as const;
/** Who goes on seeing it; the convenor and the deputies by their office. */
const KNOWING = ['teacher', 'officer', 'officer2', 'deputy', 'deputy-natsec', 'convenor'] as const;
const NOTHING = {
  cases: 0,
  facts: 0,
  reports: 0,
  report_persons: 0,
  clocks: 0,
  messages: 0,
  deliveries: 0,
  foreignNotices: 0,
};

describe('an order of silence', () => {
  let story: Story;
  let id: string;
  let number: string;
  const hold = async (extra: object = {}) =>
    story.does('officer', id, { act: 'hold', organisationId: null, ...ORDER, ...extra });
  beforeAll(async () => {
    story = await openStory('2026-03-10T09:00:00+08:00');
    await story.change((tx) =>
      loadDirectory(story.ctx, tx, pack, {
        persons: [
          {
            code: 'colleague',
            organisation: 'school',
            nameZh: '鄰座',
            nameEn: 'Colleague',
            email: 'colleague@school.example',
          },
        ],
        posts: [
          {
            code: 'second-school',
            organisation: 'school',
            role: 'contact',
            nameZh: '第二聯絡人',
            nameEn: 'Second contact',
          },
        ],
        holdings: [{ post: 'second-school', person: 'colleague' }],
      }),
    );
    const filed = await story.files('teacher', 'school', { impactLevel: 'C', affectedSectors: ['telecom'] });
    id = filed.caseId;
    number = filed.number;
    await story.does('officer', id, { act: 'confirm-level', level: 'C', reason: '' });
    await story.settle();
  });
  afterAll(async () => {
    expect((await verifyCases(story.ctx)).faults).toEqual([]);
    await story.close();
  });

  test('H28: before it, all of them see the case', async () => {
    for (const code of [...SILENCED, ...KNOWING.filter((one) => one !== 'convenor')])
      expect((await story.sees(code, id)).case.id, code).toBe(id);
    // An order can be proposed for no case one does not see, and by nobody but the desk.
    for (const code of ['teacher', 'inspector', 'deputy'])
      expect(await story.refuses(code, id, { act: 'hold', organisationId: null, ...ORDER })).toBe(
        'forbidden-act',
      );
    expect(await story.refuses('mof-officer', id, { act: 'hold', organisationId: null, ...ORDER })).toBe(
      'not-found',
    );
    expect(
      await story.refuses('officer', id, {
        act: 'hold',
        organisationId: null,
        ...ORDER,
        until: '2020-01-01T00:00:00Z',
      }),
    ).toBe('invalid-input until:in-the-past');
    expect(await story.refuses('officer', id, { act: 'lift-hold', reason: '無' })).toBe('not-held');
  });

  test('H28 ISO-1: recorded by one; from then on the case does not exist for the others, in any list, search, queue or row', async () => {
    const told = (await story.notices(id)).length;
    const answer = await hold();
    expect(answer.proposed).toBeUndefined();
    expect(answer.toldParties.map((party) => party.postName.zh)).toEqual([]);
    for (const code of SILENCED) {
      await expect(story.sees(code, id), code).rejects.toMatchObject({ code: 'not-found' });
      expect(
        (await story.list(code)).items.map((one) => one.number),
        code,
      ).not.toContain(number);
      expect((await story.list(code, { q: number })).items, code).toEqual([]);
      expect(
        (await story.queue(code)).items.map((one) => one.case.number),
        code,
      ).not.toContain(number);
      expect(await readOf(story, code, id), code).toEqual(NOTHING);
      expect(await story.refuses(code, id, { act: 'message', text: '？' }), code).toBe('not-found');
    }
    for (const code of KNOWING) {
      const view = await story.sees(code, id);
      expect(view.hold, code).toMatchObject({
        authority: ORDER.authority,
        reference: ORDER.reference,
        until: null,
      });
      expect(
        view.facts.map((fact) => fact.kind),
        code,
      ).toContain('held');
    }
    expect((await story.notices(id)).length).toBe(told);
    const [row] = await story.change((tx) =>
      tx.query<{ held: boolean }>('select held from cases where id = $1', [id]),
    );
    expect(row?.held).toBe(true);
  });

  test('H28: notices say nothing new; what was asked of the others is asked no more, without saying why', async () => {
    const asked = (await story.notices(id)).filter(
      (notice) => notice.expects !== 'none' && notice.acknowledgedAt === null,
    );
    const silenced = asked.filter(
      (notice) => !['duty-officer'].includes(notice.post) && !notice.post.startsWith('deputy'),
    );
    expect(silenced.length).toBeGreaterThan(0);
    expect(silenced.every((notice) => notice.closedWhy === 'no-longer-asked')).toBe(true);
    const before = (await story.notices(id)).length;
    const mails = story.sink.messages.length;
    await story.does('officer', id, { act: 'message', text: '請以電話聯絡。' });
    await story.does('officer', id, { act: 'change-level', level: 'A', reason: '擴大' });
    await story.settle();
    const fresh = (await story.notices(id)).slice(before);
    expect(new Set(fresh.map((notice) => notice.post))).toEqual(
      // The officer of the desk's own group is of the desk.
      new Set([
        ...['subgroup-crisis', 'convenor'],
        ...['deputy-convenor-stag', 'deputy-convenor-edpc', 'deputy-convenor-natsec'],
      ]),
    );
    const heard = story.sink.messages.slice(mails).flatMap((mail) => mail.to);
    for (const code of SILENCED) expect(heard.join(' ')).not.toContain(`${code}@`);
    expect(heard.join(' ')).not.toContain('teacher@');
    // Whoever filed goes on working under it.
    await story.files('teacher', 'school', { impactLevel: 'A' }, { kind: 'follow-up', caseId: id });
    expect(
      await story.refuses('officer', id, {
        act: 'merge',
        intoCase: (await story.files('teacher2', 'school2', { impactLevel: 'D' })).caseId,
        reason: '？',
      }),
    ).toBe('case-held');
    expect(await story.refuses('officer', id, { act: 'hold', organisationId: null, ...ORDER })).toBe(
      'already-held',
    );
  });

  test('H28 ISO-9: a mail that waited when the order came is withheld', async () => {
    await story.settle();
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'D' });
    const mails = story.sink.messages.length;
    await story.does('officer', caseId, { act: 'hold', organisationId: null, ...ORDER });
    await story.settle();
    const heard = story.sink.messages
      .slice(mails)
      .flatMap((mail) => mail.to)
      .join(' ');
    for (const code of ['inspector', 'moe-officer', 'colleague']) expect(heard).not.toContain(`${code}@`);
    const reasons = (await story.notices(caseId)).flatMap((notice) =>
      notice.deliveries.map((one) => one.reason),
    );
    expect(reasons.some((reason) => reason === 'no-right' || reason === 'closed')).toBe(true);
  });

  test('H28: the authority that ordered it, where the directory knows it, goes on seeing it', async () => {
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'D' });
    await expect(story.sees('crime-officer', caseId)).rejects.toMatchObject({ code: 'not-found' });
    // No body that has nothing to do with prosecution is let in by an order, least of all the one that is kept out.
    for (const other of ['school', 'county', 'mof', 'mnd']) {
      const wrong = await story.organisation(other);
      const order = { act: 'hold', ...ORDER, organisationId: wrong } as const;
      expect(await story.refuses('officer', caseId, order), other).toBe(
        'invalid-input organisationId:no-authority',
      );
    }
    const organisationId = await story.organisation('moj');
    await story.does('officer', caseId, { act: 'hold', ...ORDER, organisationId });
    expect((await story.sees('crime-officer', caseId)).hold?.organisation?.id).toBe(organisationId);
    await expect(story.sees('inspector', caseId)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('H28: the form of the order offers the bodies that may order silence, and no other', async () => {
    const door = await openDoor(story.ctx);
    try {
      await door.admit();
      const { json } = await door.ask('officer', 'GET', '/organisations?silence=yes&limit=100');
      const offered = (json as unknown as { items: { id: string; code: string }[] }).items;
      expect(offered.map((one) => one.code)).toContain('moj');
      for (const other of ['school', 'county', 'mof', 'mnd', 'ey'])
        expect(offered.map((one) => one.code)).not.toContain(other);
      // What is offered is not refused afterwards.
      for (const { id: organisationId } of offered) {
        const { caseId } = await story.files('teacher', 'school', { impactLevel: 'D' });
        await story.does('officer', caseId, { act: 'hold', ...ORDER, organisationId });
      }
    } finally {
      await door.close();
    }
  });

  test('H28 ISO-15: lifted by two; then everybody is back, and only those who knew are told that there was silence', async () => {
    expect(await story.does('officer', id, { act: 'lift-hold', reason: '偵結' })).toMatchObject({
      proposed: true,
    });
    await expect(story.sees('inspector', id)).rejects.toMatchObject({ code: 'not-found' });
    expect(
      await story.refuses('officer', id, { act: 'approve-act', proposal: await story.proposal(id) }),
    ).toBe('second-person-needed');
    await story.approves('deputy', id);
    for (const code of SILENCED) {
      const view = await story.sees(code, id);
      expect(view.hold).toBeNull();
      const kinds = view.facts.map((fact) => fact.kind);
      expect(kinds, code).not.toContain('held');
      expect(kinds, code).not.toContain('hold-lifted');
      expect(kinds, code).not.toContain('act-proposed');
      expect(kinds, code).not.toContain('act-approved');
      expect(JSON.stringify(view), code).not.toContain(ORDER.reference);
      expect(JSON.stringify(view), code).not.toContain('偵');
      expect(JSON.stringify(view.knows), code).not.toContain('知悉範圍');
      expect(view.knows.map((row) => row.asked.zh).join(), code).not.toContain('同意');
    }
    for (const code of KNOWING)
      expect(
        (await story.sees(code, id)).facts.map((fact) => fact.kind),
        code,
      ).toEqual(expect.arrayContaining(['held', 'hold-lifted']));
    // Nor does a refused act say what happened meanwhile.
    const stale = await story
      .does('inspector', id, { act: 'message', text: '？', revision: 2 })
      .catch((error) => error);
    expect(stale).toMatchObject({ code: 'case-changed' });
    expect(JSON.stringify(stale.params)).not.toMatch(/"held"|hold-lifted|"act-|杜副召/);
    expect(JSON.stringify((await story.sees('officer', id)).knows)).toContain('知悉範圍');
  });

  test('H28 DEC-19: in the compartment its own officers; the centre loses the stub, and nobody from outside is let in', async () => {
    const { caseId } = await story.files('captain', 'brigade', { impactLevel: 'C' });
    expect((await story.queue('officer')).stubs).toHaveLength(1);
    await story.does('mnd-officer', caseId, {
      act: 'hold',
      ...ORDER,
      organisationId: await story.organisation('moj'),
    });
    expect((await story.queue('officer')).stubs).toEqual([]);
    for (const code of ['crime-officer', 'deputy', 'convenor', 'officer', 'colonel'])
      await expect(story.sees(code, caseId), code).rejects.toMatchObject({ code: 'not-found' });
    for (const code of ['captain', 'mnd-officer', 'mnd-officer2'])
      expect((await story.sees(code, caseId)).hold).not.toBeNull();
    await story.does('mnd-officer', caseId, { act: 'lift-hold', reason: '偵結' });
    await story.approves('mnd-officer2', caseId);
    expect((await story.queue('officer')).stubs).toHaveLength(1);
    expect((await story.sees('colonel', caseId)).case.id).toBe(caseId);
  });

  test('H28 S8.3.7: whoever of the body sends a report on a case hidden from him is heard: number and time, and no sight of it', async () => {
    const { caseId, number: its } = await story.files('teacher', 'school', { impactLevel: 'D' });
    await story.does('officer', caseId, { act: 'confirm-level', level: 'D', reason: '' });
    await story.does('officer', caseId, { act: 'hold', organisationId: null, ...ORDER });
    const more = { kind: 'follow-up', caseId, key: '018f0000-0000-7000-8000-00000000f001' } as const;
    const answer = await story.files('colleague', 'school', { impactLevel: 'C' }, more);
    expect(answer).toEqual({
      ...{ caseId, number: its, kind: 'follow-up', receivedAt: answer.receivedAt, reportId: answer.reportId },
      // What he said himself, and what every case begins as.
      ...{ level: 'C', state: 'reported' },
      ...{ minutesFromAwareness: null, late: false, toldParties: [] },
    });
    expect(await story.files('colleague', 'school', { impactLevel: 'C' }, more)).toEqual(answer);
    await expect(story.sees('colleague', caseId)).rejects.toMatchObject({ code: 'not-found' });
    expect(await readOf(story, 'colleague', caseId)).toEqual(NOTHING);
    expect(await story.refuses('colleague', caseId, { act: 'message', text: '？' })).toBe('not-found');
    const view = await story.sees('officer', caseId);
    expect(view.reports.map((one) => one.kind)).toEqual(['initial', 'follow-up']);
    expect(view.reports[1]?.filedBy.name.zh).toBe('鄰座');
    // For others it is as if it were not there, as is one that never was for him.
    const one = { kind: 'follow-up', caseId } as const;
    for (const code of ['inspector', 'nurse'])
      expect(await refusalOf(story.files(code, 'school', { impactLevel: 'C' }, one)), code).toBe('not-found');
    const never = { kind: 'follow-up', caseId: '018f0000-0000-7000-8000-00000000abcd' } as const;
    expect(await refusalOf(story.files('colleague', 'school', { impactLevel: 'C' }, never))).toBe(
      'not-found',
    );
    const ended = { cause: '原因。', solution: '辦法。', resolvedAt: '2026-03-10T08:30:00+08:00' };
    const recovery = { kind: 'recovery', caseId } as const;
    await story.files('colleague', 'school', { impactLevel: 'C', ...ended }, recovery);
    expect((await story.sees('officer', caseId)).case.state).toBe('recovered');
    await expect(story.sees('colleague', caseId)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('H28 SI.2: once it is lifted, whoever was kept from it hears of the level in force, as it is by then, once', async () => {
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'D' });
    await story.does('officer', caseId, { act: 'confirm-level', level: 'D', reason: '' });
    const silence = { act: 'hold', organisationId: null, ...ORDER } as const;
    const levels = async () =>
      (await story.notices(caseId))
        .filter((notice) => notice.route === 'regraded')
        .map((notice) => `${notice.post} ${notice.data['level']}`)
        .sort();
    const lift = async () => {
      await story.does('officer', caseId, { act: 'lift-hold', reason: '偵結' });
      const shown = (await story.sees('officer2', caseId)).pending[0]?.toldParties.map(
        (one) => one.postName.zh,
      );
      await story.approves('officer2', caseId);
      return shown;
    };
    await story.does('officer', caseId, silence);
    await story.does('officer', caseId, { act: 'change-level', level: 'C', reason: '擴大' });
    await story.does('officer', caseId, { act: 'change-level', level: 'B', reason: '再擴大' });
    const inSilence = await levels();
    expect(inSilence.join()).not.toMatch(/school|county|academia/);
    const shown = await lift();
    const after = await levels();
    const late = after.filter((one) => !inSilence.includes(one));
    expect(late).toEqual(['contact-county-edu B', 'contact-school B', 'subgroup-academia B']);
    expect(after).toHaveLength(inSilence.length + late.length);
    expect(shown).toEqual(expect.arrayContaining(['school之職位', 'county-edu之職位']));
    // They are shown as told of the level, by a case that says nothing of silence.
    const view = await story.sees('inspector', caseId);
    const lateIds = (await story.notices(caseId))
      .filter((one) => one.route === 'regraded')
      .map((one) => one.id);
    expect(view.knows.filter((row) => lateIds.includes(row.noticeId)).length).toBeGreaterThanOrEqual(3);
    expect(view.facts.map((fact) => fact.kind)).not.toContain('hold-lifted');
    // Nothing became of the level in another silence: nobody is told again.
    await story.does('officer', caseId, silence);
    await lift();
    expect(await levels()).toEqual(after);
    // Nor when it came back to what they know.
    await story.does('officer', caseId, silence);
    await story.does('officer', caseId, { act: 'change-level', level: 'C', reason: '趨緩' });
    await story.does('officer', caseId, { act: 'change-level', level: 'B', reason: '再起' });
    await lift();
    expect((await levels()).filter((one) => one.includes('contact-school'))).toHaveLength(1);
    // First confirmed in silence: said as any confirmation.
    const fresh = (await story.files('teacher', 'school', { impactLevel: 'D' })).caseId;
    await story.does('officer', fresh, silence);
    await story.does('officer', fresh, { act: 'confirm-level', level: 'D', reason: '' });
    expect(await story.told(fresh, 'graded-reporter')).toEqual([]);
    await story.does('officer', fresh, { act: 'lift-hold', reason: '偵結' });
    await story.approves('officer2', fresh);
    expect(await story.told(fresh, 'graded-reporter')).toEqual(['contact-school']);
  });

  test('H28 H32: what was merged already can be held and shown again; not while what took it in is hidden, nor by another order', async () => {
    const lift = async (caseId: string) => {
      await story.does('officer', caseId, { act: 'lift-hold', reason: '偵結' });
      return story.approves('officer2', caseId);
    };
    const one = (await story.files('teacher', 'school', { impactLevel: 'D' })).caseId;
    const two = (await story.files('teacher2', 'school2', { impactLevel: 'D' })).caseId;
    await story.does('officer', one, { act: 'merge', intoCase: two, reason: '同一事件' });
    const silence = { act: 'hold', organisationId: null, ...ORDER } as const;
    // Alone: what took it in stays as it was.
    await story.does('officer', one, silence);
    await expect(story.sees('inspector', one)).rejects.toMatchObject({ code: 'not-found' });
    expect((await story.sees('teacher', one)).case.state).toBe('merged');
    expect((await story.sees('inspector', two)).case.id).toBe(two);
    expect(await story.refuses('officer', one, { act: 'unmerge', reason: '？' })).toBe('case-held');
    await lift(one);
    expect((await story.sees('inspector', one)).hold).toBeNull();
    // With it, and not shown again before it.
    await story.does('officer', two, silence);
    await expect(story.sees('inspector', one)).rejects.toMatchObject({ code: 'not-found' });
    expect(await refusalOf(lift(one))).toBe('case-held');
    await story.does('officer', one, {
      act: 'withdraw-act',
      proposal: await story.proposal(one),
      reason: '',
    });
    await lift(two);
    expect((await story.sees('inspector', one)).hold).toBeNull();
    // Under two orders, the end of one is not the end of the other.
    await story.does('officer', one, { ...silence, reference: '青檢115偵字第0456號' });
    await story.does('officer', two, silence);
    await lift(two);
    expect((await story.sees('inspector', two)).hold).toBeNull();
    await expect(story.sees('inspector', one)).rejects.toMatchObject({ code: 'not-found' });
    expect((await story.sees('officer', one)).hold?.reference).toBe('青檢115偵字第0456號');
    await lift(one);
    expect((await story.sees('inspector', one)).case.state).toBe('merged');
  });

  test('H28 ISO-7: over HTTP a held case is answered byte for byte as one that never was', async () => {
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'D' });
    await story.does('officer', caseId, { act: 'hold', organisationId: null, ...ORDER });
    const door = await openDoor(story.ctx);
    try {
      await door.admit();
      const unused = '018f0000-0000-7000-8000-00000000abcd';
      for (const code of SILENCED) {
        for (const [method, path, body] of [
          ['GET', '', undefined],
          ['POST', '/acts', { act: 'message', text: 'x', revision: 1 }],
          ['POST', '/looks', { what: 'printed' }],
        ] as const) {
          const held = bare(await door.ask(code, method, `/cases/${caseId}${path}`, body)).replaceAll(
            caseId,
            'ID',
          );
          const never = bare(await door.ask(code, method, `/cases/${unused}${path}`, body)).replaceAll(
            unused,
            'ID',
          );
          expect(held, `${code} ${method} ${path}`).toBe(never);
        }
      }
    } finally {
      await door.close();
    }
  });
});
