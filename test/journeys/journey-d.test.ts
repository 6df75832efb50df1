/** Figure 5 of the plan in a browser: a D case from filing to release, by eight people, each at a window of his own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/wait.ts';
import { type House, openHouse, type Person } from './house.ts';
import {
  beginReport,
  doAct,
  fillNow,
  knowsNothing,
  linkIn,
  readEveryMail,
  reviewAndSend,
  triesTheForbidden,
  typed,
} from './steps.ts';
import { say } from './words.ts';

const t = say();
const STORY = {
  description: '學校首頁遭置換，內容為不明文字。',
  scope: '僅首頁，無個人資料外洩。',
  measures: '已將網站下線。',
  level: 'D',
  phone: '02-0000-5678',
} as const;
const MINUTE = 60_000;

type Name = 'teacher' | 'officer' | 'officer2' | 'inspector' | 'moe' | 'tu' | 'fang' | 'meng';
/** What each may do with the case, beside reading and confirming, as the plan has it; the journey's own words. */
type Allowed = Record<Name, readonly string[] | null>;

const OWN = ['file-follow-up', 'file-recovery', 'message', 'request-withdrawal'];
const DESK = [
  'correct-awareness',
  'dismiss',
  'file-follow-up',
  'file-recovery',
  'hand-over',
  'hold',
  'merge',
  'message',
  'record-acknowledgement',
  'take',
];
const stage = (
  own: readonly string[],
  desk: readonly string[],
  superior: readonly string[],
  deputies: readonly string[] | null = ['call-meeting', 'leave-to-agency', 'message', 'order-stationing'],
): Allowed => ({
  teacher: own,
  officer: desk,
  officer2: desk,
  inspector: superior,
  moe: ['message'],
  tu: deputies,
  fang: deputies,
  meng: deputies,
});

describe('a D case in the browser', () => {
  let house: House;
  let people: Record<Name, Person>;
  let stranger: Person;
  let caseId = '';
  let number = '';

  beforeAll(async () => {
    house = await openHouse();
    people = await house.openAll({
      teacher: ['teacher'],
      officer: ['officer'],
      officer2: ['officer2', { scheme: 'dark' }],
      inspector: ['inspector'],
      moe: ['moe-officer'],
      tu: ['deputy', { width: 390 }],
      fang: ['deputy-edpc', { width: 390, scheme: 'dark' }],
      meng: ['deputy-natsec', { width: 390 }],
    });
    stranger = await house.open('teacher2', { signedIn: 'by-call' });
  }, 180_000);
  afterAll(() => house?.close());

  /** Everybody tries what he must not do now; nothing of it happens. */
  async function everybodyTries(allowed: Allowed): Promise<void> {
    let tried = 0;
    for (const name of Object.keys(people) as Name[])
      tried += await triesTheForbidden(people[name], caseId, allowed[name], people.officer2.personId);
    expect(tried).toBeGreaterThan(8 * 8);
    await knowsNothing(stranger, caseId);
  }
  const who = (person: Person) => person.page.getByRole('region', { name: t.common.whoKnows.title });

  test('S8.3.4 S7.9.7.2: five fields are enough to file; the number stands on the screen', async () => {
    const { teacher, officer } = people;
    await officer.goto('/desk');
    await officer.page.getByText(t.desk.empty).waitFor();
    await beginReport(teacher);
    await fillNow(teacher, STORY);
    caseId = await reviewAndSend(teacher);
    const shown = teacher.page.locator('.filed-number');
    await shown.waitFor();
    number = (await shown.innerText()).trim();
    expect(number).toMatch(/^\d{3}-\d{4}$/);
  }, 60_000);

  test('S8.3.6 SI.1 DEC-21: the desk sees it without a reload; number by mail; three bodies, three receipts', async () => {
    await people.officer.page.getByText('光明國中').first().waitFor();
    await house.mailed();
    const view = await people.teacher.sees(caseId);
    expect(view.case).toMatchObject({ number, state: 'reported', level: 'D', levelStatus: 'proposed' });
    expect(view.knows.map((row) => row.party.capacities.join('+')).sort()).toEqual([
      'authority',
      'centre',
      'reporter',
      'subgroup',
    ]);
    expect(
      house.sink
        .mailTo(people.teacher.email)
        .map((mail) => mail.subject)
        .join(),
    ).toContain(number);
    expect(house.sink.mailTo(people.inspector.email)).toHaveLength(1);
    expect(house.sink.mailTo(people.moe.email)).toHaveLength(1);
  }, 30_000);

  test('S7.13.2.5 H31: every act nobody is entitled to is refused while the case is new', async () => {
    // The deputies are told when the level is confirmed; until then they know of nothing.
    await everybodyTries(
      stage(OWN, [...DESK, 'ask-back', 'confirm-level', 'register'], ['file-follow-up', 'message'], null),
    );
  }, 120_000);

  test('S8.3.6 WEB-10: following the mail’s link confirms nothing; a person’s act does', async () => {
    const { moe, inspector } = people;
    const link = linkIn(house.sink.messages, moe.email);
    // What a scanner of the mail system does.
    for (const method of ['GET', 'HEAD', 'POST'])
      await fetch(link, { method }).then((answer) => answer.text());
    const status = async (person: Person) =>
      (await person.sees(caseId)).knows.find((row) => row.party.capacities.includes('subgroup'))?.status;
    expect(await status(moe)).toBe('handed-over');
    await moe.page.goto(link);
    const notice = moe.page.locator('.notice').filter({ hasText: number });
    await notice.waitFor();
    await until(async () => (await status(moe)) === 'opened', {
      describe: 'shown is opened, not acknowledged',
    });
    await notice.getByRole('button', { name: t.inbox.acknowledge }).click();
    await until(async () => (await status(moe)) === 'acknowledged', { describe: 'acknowledged' });
    expect(await inspector.sees(caseId).then((view) => view.case.notices)).toMatchObject({ acknowledged: 1 });
  }, 30_000);

  test('S7.10.1a S7.11.0d: the desk takes and registers; the agency sees by whom, without a reload', async () => {
    const { officer, teacher } = people;
    await doAct(officer, 'take');
    await doAct(officer, 'register');
    await teacher.page
      .locator('.filed-told li')
      .filter({ hasText: '值勤員' })
      .getByRole('img', { name: t.common.whoKnows.confirmed })
      .waitFor();
    expect((await teacher.sees(caseId)).case).toMatchObject({
      state: 'registered',
      takenBy: { name: { zh: '林值勤' } },
    });
  }, 60_000);

  test('S7.10.4a DEC-4: the level is confirmed; what was written meanwhile is kept, and told so', async () => {
    const { officer, officer2, tu } = people;
    house.clock.advance(11 * MINUTE);
    // The second officer is in the middle of a sentence when the first confirms the level.
    await officer2.goto(`/cases/${caseId}`);
    await officer2.page.getByRole('region', { name: t.cases.actLabel }).waitFor();
    await officer2.page.keyboard.press('t');
    const dialog = officer2.page.getByRole('dialog', { name: t.cases.acts.message });
    await dialog.locator('textarea').fill('請保留存取紀錄。');
    await doAct(officer, 'confirm-level');
    await dialog.getByRole('button', { name: t.cases.acts.message, exact: true }).click();
    await dialog.getByText(t.common.problem.changedTitle).waitFor();
    expect(await dialog.locator('textarea').inputValue()).toBe('請保留存取紀錄。');
    await dialog.getByText('林值勤', { exact: false }).first().waitFor();
    expect((await officer.sees(caseId)).messages).toEqual([]);
    await dialog.getByRole('button', { name: t.cases.form.nowSend }).click();
    await dialog.waitFor({ state: 'detached' });
    const view = await officer.sees(caseId);
    expect(view.case).toMatchObject({ state: 'handling', levelStatus: 'confirmed', level: 'D' });
    expect(view.messages).toMatchObject([{ body: '請保留存取紀錄。', direction: 'to-agency' }]);
    const deputies = view.knows.filter((row) => row.party.capacities.includes('deputy-convenor'));
    expect(deputies).toHaveLength(3);
    await house.mailed();
    for (const person of [people.tu, people.fang, people.meng])
      expect(house.sink.mailTo(person.email)).toHaveLength(1);
    // Two taps on a telephone.
    await tu.page.goto(linkIn(house.sink.messages, tu.email));
    await tu.page.locator('.notice').getByRole('link').first().tap();
    await tu.page.getByRole('button', { name: t.cases.phone.acknowledge }).tap();
    await who(officer).locator('.who-confirmed').filter({ hasText: '科技顧問組' }).waitFor();
  }, 90_000);

  test('SI.7 H9: after thirty minutes the silent authority is on top with its number; the call is recorded', async () => {
    const { officer } = people;
    house.clock.advance(20 * MINUTE);
    await officer.goto('/desk');
    const calls = officer.page.getByRole('region', { name: t.desk.callNow });
    const call = calls.getByRole('listitem').filter({ hasText: '青山縣政府教育處' });
    await call.waitFor();
    expect(await call.locator('a[href^="tel:"]').innerText()).toMatch(/^0\d/);
    await call.getByRole('button', { name: t.desk.record }).click();
    const dialog = officer.page.getByRole('dialog');
    await dialog.getByRole('button', { name: t.cases.telephone.submit }).click();
    await dialog.waitFor({ state: 'detached' });
    const row = (await officer.sees(caseId)).knows.find((one) => one.party.capacities.includes('authority'));
    expect(row).toMatchObject({
      status: 'acknowledged',
      acknowledged: { how: 'telephone', recordedBy: { name: { zh: '林值勤' } } },
    });
    await call.waitFor({ state: 'detached' });
  }, 60_000);

  test('DEC-14 S7.13.2.5: while it is handled, every act nobody is entitled to is refused', async () => {
    await everybodyTries(stage(OWN, [...DESK, 'change-level'], ['file-follow-up', 'message']));
  }, 120_000);

  test('SI.3 S8.3.7: a follow-up begins where the last report ended; the desk sees what differs', async () => {
    const { teacher, officer } = people;
    await teacher.goto(`/cases/${caseId}`);
    await teacher.page.getByRole('link', { name: t.cases.acts['file-follow-up'] }).click();
    await teacher.page.locator('#f-description').waitFor();
    expect(await teacher.page.locator('#f-description').inputValue()).toBe(STORY.description);
    await teacher.page.locator('#f-description').fill(`${STORY.description}查得後台密碼過弱。`);
    await reviewAndSend(teacher);
    await officer.goto(`/cases/${caseId}?tab=reports`);
    await officer.page.getByText(t.cases.reports.changedFields(1)).first().waitFor();
    await officer.page.getByText('查得後台密碼過弱。', { exact: false }).first().waitFor();
    const view = await officer.sees(caseId);
    expect(view.reports.map((report) => report.kind)).toEqual(['initial', 'follow-up']);
    expect(view.reports[1]?.changed).toEqual(['description']);
  }, 60_000);

  async function filesRecovery(solution: string): Promise<void> {
    const { teacher } = people;
    await teacher.goto(`/report/new?case=${caseId}&kind=recovery`);
    await teacher.page.locator('#f-solution').waitFor();
    await teacher.page.locator('#f-solution').fill(solution);
    await teacher.page.locator('#f-resolvedAt').fill(typed(new Date()));
    await teacher.page.locator('#f-cause').fill('後台密碼過弱。');
    await reviewAndSend(teacher);
  }

  test('S8.3.7 DEC-14: recovered, checked, sent back once with a reason, recovered again', async () => {
    const { teacher, officer } = people;
    await filesRecovery('已處理。');
    await officer.goto(`/cases/${caseId}`);
    await doAct(officer, 'send-back', { reason: '請說明如何防止再發生。' });
    expect((await officer.sees(caseId)).case.state).toBe('handling');
    await house.mailed();
    await teacher.page.goto(linkIn(house.sink.messages, teacher.email));
    await teacher.page
      .locator('.notice')
      .filter({ hasText: number })
      .getByRole('button', { name: t.inbox.acknowledge })
      .first()
      .click();
    await filesRecovery('更換密碼、更新系統，並限制後台來源位址。');
    expect((await officer.sees(caseId)).case.state).toBe('recovered');
  }, 90_000);

  test('S8.3.8 DEC-14: nobody but the desk can release, whatever he tries', async () => {
    await everybodyTries(
      stage(OWN, [...DESK, 'change-level', 'release', 'send-back'], ['file-follow-up', 'message']),
    );
  }, 120_000);

  test('S8.3.8 S7.10.4a: released; everyone who was told is told, clocks end, both recovery reports stay', async () => {
    const { officer, teacher } = people;
    const before = await officer.sees(caseId);
    await officer.goto('/desk');
    await doAct(officer, 'release');
    const view = await officer.sees(caseId);
    expect(view.case).toMatchObject({ state: 'released', open: false });
    expect(view.clocks.filter((clock) => clock.state === 'running')).toEqual([]);
    expect(view.reports.map((report) => report.kind)).toEqual([
      'initial',
      'follow-up',
      'recovery',
      'recovery',
    ]);
    const told = view.knows.filter((row) => !before.knows.some((one) => one.noticeId === row.noticeId));
    const missing = before.knows
      .map((row) => row.party.postName.zh)
      .filter((name) => !told.some((row) => row.party.postName.zh === name));
    // Who releases need not be told of it.
    expect(new Set(missing)).toEqual(new Set(['危機通報分組值勤員']));
    await teacher.goto(`/cases/${caseId}`);
    await teacher.page
      .getByText(t.cases.next.released, { exact: false })
      .or(teacher.page.getByText('解除列管', { exact: false }))
      .first()
      .waitFor();
    const superior = ['message'];
    await everybodyTries(
      stage(['message'], ['hold', 'message', 'record-acknowledgement', 'reopen'], superior, ['message']),
    );
  }, 120_000);

  test('S8.3.6 DEC-19 WEB-10: every mail says number, level, what is asked and a link, and nothing of the story', async () => {
    await house.mailed();
    readEveryMail(house.sink.messages, {
      url: house.url,
      numbers: [number],
      secrets: ['首頁', '下線', '密碼', '存取紀錄', '防止再發生', STORY.phone, '莊組長', 'teacher@'],
    });
    const perPerson = Object.fromEntries(
      Object.values(people).map((person) => [person.code, house.sink.mailTo(person.email).length]),
    );
    expect(perPerson).toMatchInlineSnapshot(`
      {
        "deputy": 2,
        "deputy-edpc": 2,
        "deputy-natsec": 2,
        "inspector": 5,
        "moe-officer": 5,
        "officer": 4,
        "officer2": 4,
        "teacher": 7,
      }
    `);
  }, 30_000);
});
