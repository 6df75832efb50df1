/** Figure 5 of the plan in a browser: an A case told by telephone, known to the convenor, re-graded, released. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/wait.ts';
import { type House, openHouse, type Person } from './house.ts';
import {
  approve,
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
const MINUTE = 60_000;
const STORY = {
  description: '調度系統停止回應，改以人工調度。',
  scope: '北部三縣市供電調度受影響。',
  measures: '已切換至人工作業。',
  level: 'A',
  phone: '02-0000-8765',
} as const;
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
/** What is open to a deputy convenor at level A (S7.10.4b, S7.10.4c). */
const DEPUTY = ['call-meeting', 'message', 'order-stationing'];
const DEPUTIES: ReadonlySet<string> = new Set(['tu', 'fang', 'meng']);
type Name = 'officer' | 'engineer' | 'moea' | 'contact' | 'tu' | 'fang' | 'meng' | 'convenor';

describe('an A case in the browser', () => {
  let house: House;
  let people: Record<Name, Person>;
  let stranger: Person;
  let caseId = '';
  let number = '';

  beforeAll(async () => {
    house = await openHouse();
    people = await house.openAll({
      officer: ['officer'],
      engineer: ['engineer'],
      moea: ['moea-officer'],
      contact: ['moea-contact'],
      tu: ['deputy', { width: 390 }],
      fang: ['deputy-edpc', { width: 390 }],
      meng: ['deputy-natsec', { width: 390 }],
      convenor: ['convenor', { width: 390, scheme: 'dark' }],
    });
    stranger = await house.open('nurse', { signedIn: 'by-call' });
  }, 180_000);
  afterAll(() => house?.close());

  async function everybodyTries(allowed: Partial<Record<Name, readonly string[] | null>>): Promise<void> {
    const colleague = house.persons.get('officer2')?.id ?? '';
    let tried = 0;
    for (const name of Object.keys(people) as Name[])
      tried += await triesTheForbidden(
        people[name],
        caseId,
        name in allowed ? (allowed[name] ?? null) : DEPUTIES.has(name) ? DEPUTY : ['message'],
        colleague,
      );
    expect(tried).toBeGreaterThan(8 * 8);
    await knowsNothing(stranger, caseId);
  }
  const mailsTo = (name: Name): string[] => house.sink.mailTo(people[name].email).map((mail) => mail.subject);

  test('S8.3.5 SI.4 SI.13 DEC-7: the desk keys in what it is told by telephone, both times kept', async () => {
    const { officer } = people;
    await officer.goto('/report/new?behalf=yes');
    await officer.page.getByRole('button', { name: t.form.behalf.for }).click();
    const body = officer.page.getByRole('combobox', { name: t.form.behalf.organisation });
    await body.fill('電力公司');
    await officer.page.getByRole('option', { name: '某電力公司' }).click();
    await officer.page.getByLabel('電話', { exact: true }).first().check();
    const told = new Date(house.clock.now().getTime() - 4 * MINUTE);
    await officer.page.locator('#f-toldAt').fill(typed(told));
    await fillNow(officer, STORY);
    // Who is told by the proposal, and who would be woken by its confirmation, in plain words.
    const notice = officer.page.locator('.told-notice');
    await notice.getByText('副召集人', { exact: false }).first().waitFor();
    expect(await notice.innerText()).toContain('召集人');
    caseId = await reviewAndSend(officer, t.form.step.sendA('A'));
    number = (await officer.page.locator('.filed-number').innerText()).trim();
    const view = await officer.sees(caseId);
    expect(view.reports[0]).toMatchObject({ channel: 'telephone', onBehalf: true });
    const [first] = view.reports;
    expect(Date.parse(first?.receivedAt ?? '') - Date.parse(first?.toldAt ?? '')).toBeGreaterThanOrEqual(
      4 * MINUTE,
    );
  }, 60_000);

  test('DEC-4 H26: a proposed A is told to the deputies and the affected groups, not yet to the convenor', async () => {
    await house.mailed();
    const view = await people.officer.sees(caseId);
    const capacities = view.knows.flatMap((row) => row.party.capacities);
    expect(capacities).toContain('affected');
    expect(capacities).not.toContain('convenor');
    for (const name of ['tu', 'fang', 'meng'] as const) expect(mailsTo(name)).toHaveLength(1);
    expect(mailsTo('tu')[0]).toMatch(/擬報|未確認|尚未/);
    expect(mailsTo('convenor')).toEqual([]);
    expect(house.sink.mailTo('motc-officer@motc.example')).toHaveLength(1);
    expect(house.sink.mailTo('mof-officer@mof.example')).toHaveLength(1);
    expect(house.sink.mailTo('rdec-officer@rdec.example')).toEqual([]);
    // The authority and the subgroup are the same body: one receipt for both (DEC-21).
    expect(view.knows.filter((row) => row.party.organisationName.zh === '經濟部')).toHaveLength(1);
  }, 30_000);

  test('DEC-20 S7.13.2.5: what nobody may do with a proposed A is refused', async () => {
    await everybodyTries({
      officer: [...DESK, 'ask-back', 'confirm-level', 'register'],
      engineer: ['file-follow-up', 'file-recovery', 'message', 'request-withdrawal'],
      convenor: null,
    });
  }, 120_000);

  test('S7.10.4d S7.10.4e DEC-20: confirming shows who will be woken, then wakes them', async () => {
    const { officer } = people;
    house.clock.advance(3 * MINUTE);
    await officer.goto(`/cases/${caseId}`);
    await doAct(officer, 'confirm-level', {
      reason: '影響公共安全、社會秩序。',
      before: async () => {
        const dialog = officer.page.getByRole('dialog');
        const told = await dialog.locator('.told').innerText();
        expect(told).toContain('召集人');
        expect(told.split('分組').length).toBeGreaterThan(5);
      },
    });
    await house.mailed();
    const view = await officer.sees(caseId);
    expect(view.crossings).toBe(1);
    expect(
      view.knows.filter((row) => row.party.capacities.includes('summoned')).length,
    ).toBeGreaterThanOrEqual(8);
    expect(mailsTo('convenor')).toHaveLength(1);
    for (const name of ['tu', 'fang', 'meng'] as const) expect(mailsTo(name)).toHaveLength(2);
  }, 60_000);

  test('DEC-20: a deputy may say the convenor was told, and nobody else', async () => {
    await everybodyTries({
      officer: [...DESK, 'change-level'],
      engineer: ['file-follow-up', 'file-recovery', 'message', 'request-withdrawal'],
      tu: [...DEPUTY, 'report-convenor-told'],
      fang: [...DEPUTY, 'report-convenor-told'],
      meng: [...DEPUTY, 'report-convenor-told'],
    });
  }, 120_000);

  test('DEC-20: one deputy reports “convenor told”; the others need not', async () => {
    const { tu, meng } = people;
    await tu.goto(`/cases/${caseId}`);
    await meng.goto(`/cases/${caseId}`);
    await meng.page.getByRole('button', { name: t.cases.phone.convenorTold }).first().waitFor();
    await doAct(tu, 'report-convenor-told', { when: typed(new Date()) });
    await meng.page
      .getByRole('button', { name: t.cases.phone.convenorTold })
      .first()
      .waitFor({ state: 'detached' });
    const view = await meng.sees(caseId);
    expect(view.may.map((one) => one.act)).not.toContain('report-convenor-told');
    expect(view.facts.find((fact) => fact.kind === 'convenor-told')).toMatchObject({
      person: { name: { zh: '杜副召' } },
    });
    await house.mailed();
    expect(mailsTo('meng')).toHaveLength(3);
  }, 60_000);

  test('S7.10.1d S7.10.4d: the convenor confirms in two taps on a telephone by night', async () => {
    const { convenor, officer } = people;
    const { page } = convenor;
    await page.goto(linkIn(house.sink.messages, convenor.email));
    await page.locator('.notice').getByRole('link').first().tap();
    await page.getByRole('button', { name: t.cases.phone.acknowledge }).tap();
    await until(
      async () =>
        (await officer.sees(caseId)).knows.find((row) => row.party.capacities.includes('convenor'))
          ?.status === 'acknowledged',
      { describe: 'the convenor knows' },
    );
  }, 30_000);

  test('H7 SI.2 DEC-15: down to B and up to A again: the second crossing wakes once more, once', async () => {
    const { officer, fang } = people;
    house.clock.advance(40 * MINUTE);
    await officer.goto(`/cases/${caseId}`);
    await doAct(officer, 'change-level', { level: 'B', reason: '區域已以人工恢復供電。', proposes: true });
    // It stays A until another has read what it means and agreed (ISO-15).
    expect((await officer.sees(caseId)).case.level).toBe('A');
    await officer.page.getByText(t.cases.pending.mine).waitFor();
    await fang.goto(`/cases/${caseId}`);
    await approve(fang);
    await house.mailed();
    const woken = mailsTo('convenor').length;
    expect((await officer.sees(caseId)).case).toMatchObject({ level: 'B', levelStatus: 'confirmed' });
    await doAct(officer, 'change-level', { level: 'A', reason: '再度停擺。' });
    await house.mailed();
    const view = await officer.sees(caseId);
    expect(view.crossings).toBe(2);
    expect(view.gradings.map((grading) => grading.level)).toEqual(['A', 'A', 'B', 'A']);
    expect(mailsTo('convenor').length).toBe(woken + 1);
  }, 90_000);

  test('S8.3.7 S8.3.8: the operator reports recovery on the web under the same number; the desk releases', async () => {
    const { engineer, officer, meng } = people;
    await engineer.goto(`/cases/${caseId}`);
    await engineer.page.getByRole('link', { name: t.cases.acts['file-recovery'] }).click();
    await engineer.page.locator('#f-solution').waitFor();
    await engineer.page.locator('#f-solution').fill('汰換故障之資料庫主機。');
    await engineer.page.locator('#f-resolvedAt').fill(typed(new Date()));
    await engineer.page.locator('#f-cause').fill('資料庫主機儲存設備故障。');
    await reviewAndSend(engineer, t.form.step.sendA('A'));
    expect(await engineer.page.locator('.filed-number').innerText()).toBe(number);
    await officer.goto(`/cases/${caseId}`);
    await doAct(officer, 'release', { proposes: true });
    await meng.goto(`/cases/${caseId}`);
    await approve(meng);
    expect((await officer.sees(caseId)).case).toMatchObject({ state: 'released', open: false });
    // Nobody has said yet that the convenor was told of the second crossing.
    const deputy = ['message', 'report-convenor-told'];
    await everybodyTries({
      officer: ['hold', 'message', 'record-acknowledgement', 'reopen'],
      tu: deputy,
      fang: deputy,
      meng: deputy,
    });
  }, 120_000);

  test('DEC-4: with a sleeping desk the convenor is told ten minutes after a proposed A, marked unconfirmed', async () => {
    const { engineer } = people;
    const before = mailsTo('convenor').length;
    const filed = await engineer.call<{ number: string; caseId: string }>(
      'POST',
      '/reports',
      {
        kind: 'initial',
        organisationId: house.organisation('power'),
        content: {
          description: STORY.description,
          scope: STORY.scope,
          measures: STORY.measures,
          contactPhone: STORY.phone,
          impactLevel: 'A',
        },
      },
      { 'idempotency-key': crypto.randomUUID() },
    );
    expect(filed.status, filed.text).toBe(201);
    house.clock.advance(9 * MINUTE);
    await house.mailed();
    expect(mailsTo('convenor')).toHaveLength(before);
    house.clock.advance(2 * MINUTE);
    await until(() => mailsTo('convenor').length > before, { describe: 'the convenor is told' });
    expect(mailsTo('convenor').at(-1)).toContain('未經確認');
    await house.mailed();
    readEveryMail(house.sink.messages, {
      url: house.url,
      numbers: [number, filed.body.number],
      secrets: ['調度', '三縣市', '人工', '公共安全', '停擺', '主機', STORY.phone, '廖工程師'],
    });
  }, 60_000);
});
