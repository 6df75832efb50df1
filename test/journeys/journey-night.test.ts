/**
 * A night in a browser: an operator reports level A with lives in danger and a disaster on its way, and nobody answers. Rung
 * after rung is told, the centre forms up by itself, people wake, come, report, help, refer, recover, and decide to go home.
 */
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CaseActName } from '../../src/cases/contract.ts';
import type { ActivationView, CentreView } from '../../src/centre/contract.ts';
import type { DirectoryRows } from '../../src/directory/index.ts';
import type { SituationView } from '../../src/insight/contract.ts';
import { affairs } from '../../src/locales/zh-Hant/affairs.ts';
import { situation } from '../../src/locales/zh-Hant/situation.ts';
import { centrePeople } from '../stories/centre-harness.ts';
import { axe, scrollsSideways } from '../support/browser.ts';
import { until } from '../support/wait.ts';
import { type House, openHouse, type Person } from './house.ts';
import {
  approve,
  beginReport,
  doAct,
  fillNow,
  isThrough,
  linkIn,
  proveIfAsked,
  reviewAndSend,
  typed,
} from './steps.ts';
import { say } from './words.ts';

const t = say();
const MINUTE = 60_000;
const STORY = {
  description: '調度系統停止回應，變電所跳脫，醫院改用備用電源。',
  scope: '北部三縣市停電。',
  measures: '已切換至人工作業。',
  level: 'A',
  phone: '02-0000-8765',
} as const;
const DEPUTIES = ['deputy@stag.example', 'deputy-edpc@dgbas-edpc.example', 'deputy-natsec@natsec.example'];
/** Who is next where nobody answers: code, body, name, and the post stood in for. */
const NEXT: readonly (readonly [string, string, string, string, string | null])[] = [
  ['moea-second', 'moea', '戚聯絡', 'Contact Chi', null],
  ['moea-team', 'moea', '麥組員', 'Member Mai', null],
  ['stag-acting', 'stag', '岑代理', 'Acting Tsen', 'deputy-convenor-stag'],
  ['ey-acting', 'ey', '甘代理', 'Acting Kan', 'convenor'],
];
const nightNation: DirectoryRows = {
  ...centrePeople,
  persons: [
    ...(centrePeople.persons ?? []),
    ...NEXT.map(([code, organisation, nameZh, nameEn], index) => ({
      code,
      organisation,
      nameZh,
      nameEn,
      email: `${code}@${organisation}.example`,
      phone: `02-0000-${4000 + index}`,
    })),
  ],
  contacts: [
    { organisation: 'moea', person: 'moea-contact' },
    { organisation: 'moea', person: 'moea-second' },
  ],
  teamMembers: [
    ...(centrePeople.teamMembers ?? []),
    { organisation: 'moea', person: 'moea-team', function: 'crisis' },
  ],
  holdings: [
    ...(centrePeople.holdings ?? []),
    ...NEXT.flatMap(([person, , , , post]) => (post ? [{ post, person, acting: true }] : [])),
  ],
};

type Name = 'engineer' | 'officer' | 'convenor' | 'tu' | 'meng' | 'tsc' | 'wg' | 'crime';

describe('an A case at night, and nobody answers at first', () => {
  let house: House;
  let people: Record<Name, Person>;
  let wall: Person;
  let caseId = '';
  let number = '';
  let activation = '';

  beforeAll(async () => {
    house = await openHouse({ rows: nightNation });
    const phone = { width: 390, scheme: 'dark' } as const;
    const windows = {
      engineer: await house.open('engineer', { signedIn: 'by-call' }),
      officer: await house.open('officer', { signedIn: 'by-call' }),
      convenor: await house.open('convenor', { signedIn: 'by-call', ...phone }),
      tu: await house.open('deputy', { signedIn: 'by-call', ...phone }),
      meng: await house.open('deputy-natsec', { signedIn: 'by-call' }),
      tsc: await house.open('tsc-engineer', { signedIn: 'by-call' }),
      wg: await house.open('wg-officer', { signedIn: 'by-call' }),
      crime: await house.open('crime-officer', { signedIn: 'by-call', width: 390 }),
    };
    people = windows;
    // The screen on the wall goes on showing what the desk may see while the desk sleeps.
    wall = await house.open('officer', { signedIn: 'by-call', width: 1920 });
  }, 180_000);
  afterAll(() => house?.close());

  const mailsTo = (email: string): string[] => house.sink.mailTo(email).map((mail) => mail.subject);
  const lastFrom = (code: string, body: string): string[] => mailsTo(`${code}@${body}.example`);
  const centre = async (person: Person): Promise<ActivationView> =>
    (await person.get<ActivationView>(`/activations/${activation}`)).body;
  const factsOf = async (kind: string) =>
    (await people.officer.sees(caseId)).facts.filter((fact) => fact.kind === kind);
  const wallSays = async (): Promise<SituationView> =>
    (await wall.get<SituationView>('/situation?mode=live')).body;
  const panel = (heading: string): Locator =>
    wall.page.getByRole('region', { name: new RegExp(`^${heading}`) });

  /** An act of one of the case's panels: its button, what its dialog asks, and pressed until it is through. */
  async function affair(
    person: Person,
    tab: 'support' | 'referral',
    act: CaseActName,
    fill: (dialog: Locator) => Promise<void> = async () => undefined,
    about = '',
  ): Promise<void> {
    const { page } = person;
    await person.goto(`/cases/${caseId}?tab=${tab}`);
    const name = t.cases.acts[act];
    await page
      .getByRole('tabpanel')
      .getByRole('button', { name: new RegExp(`^${name}.*${about}`) })
      .first()
      .click();
    const dialog = page.getByRole('dialog', { name });
    await dialog.waitFor();
    await fill(dialog);
    const press = dialog.getByRole('button', { name, exact: true });
    await press.click();
    await proveIfAsked(person, () => isThrough(dialog, press));
  }

  test('S8.3.4 S8.4.1 S8.4.2 S8.5.1: the operator reports A on the web; the form opens two referrals and a request for support at once', async () => {
    const { engineer, officer } = people;
    const { page } = engineer;
    await beginReport(engineer);
    await fillNow(engineer, STORY);
    const group = async (name: string): Promise<void> => {
      await page.locator('.form-group summary').filter({ hasText: name }).click();
    };
    await group(t.form.groups.flags);
    await page.locator('#f-flag-life').check();
    await page.locator('#f-flag-disaster').check();
    await group(t.form.groups.support);
    await page.getByLabel('數位鑑識', { exact: true }).check();
    caseId = await reviewAndSend(engineer, t.form.step.sendA('A'));
    number = (await page.locator('.filed-number').innerText()).trim();
    const view = await officer.sees(caseId);
    expect(view.case).toMatchObject({ number, level: 'A', levelStatus: 'proposed' });
    expect(view.referrals.items.map((one) => [one.target, one.status])).toEqual([
      ['prosecutors', 'open'],
      ['disaster-system', 'open'],
    ]);
    expect(view.support.requests.map((one) => [one.item, one.by, one.status])).toEqual([
      ['forensics', 'form', 'open'],
    ]);
    const opened = await factsOf('referral-opened');
    const filed = await factsOf('filed');
    expect(new Set([...opened, ...filed].map((fact) => fact.at)).size).toBe(1);
    await house.mailed();
    for (const deputy of DEPUTIES) expect(mailsTo(deputy), deputy).toHaveLength(1);
    expect(lastFrom('convenor', 'ey')).toEqual([]);
  }, 240_000);

  test('H40 S7.10.4d: nobody answers, and rung by rung the next are told: second contact, handling team, who stands in, the desk’s subgroup', async () => {
    const told = (code: string, body: string) => () => lastFrom(code, body).length > 0;
    // The next are told in their time and not before it.
    expect(lastFrom('moea-second', 'moea')).toEqual([]);
    house.clock.advance(3 * MINUTE);
    await until(told('moea-second', 'moea'), { describe: 'the second contact of the ministry is told' });
    expect(lastFrom('moea-team', 'moea')).toEqual([]);
    house.clock.advance(2.5 * MINUTE);
    await until(told('stag-acting', 'stag'), { describe: 'who stands in for a deputy is told' });
    await until(() => lastFrom('crisis-officer', 'dgbas').some((subject) => subject.includes('未回應')), {
      describe: 'the subgroup of the sleeping desk is told',
    });
    house.clock.advance(MINUTE);
    await until(told('moea-team', 'moea'), { describe: 'the handling team of the ministry is told' });
    await house.mailed();
    // Until ten minutes have passed the convenor sleeps.
    expect(lastFrom('convenor', 'ey')).toEqual([]);
    expect((await factsOf('rung-reached')).length).toBeGreaterThanOrEqual(4);
    expect(await factsOf('acknowledged')).toEqual([]);
  }, 240_000);

  test('S4.5 H40: the wall shows the case at A, unconfirmed, and who has not answered', async () => {
    await wall.goto('/situation?wall=1');
    const { page } = wall;
    await page.locator('.situation-totals li').first().waitFor();
    expect(await page.locator('.situation-totals li').first().innerText()).toMatch(/A[\s\S]*1/);
    await page.getByText(situation.unconfirmed(1), { exact: true }).waitFor();
    const ladders = panel(situation.ladders);
    await ladders.getByText(number, { exact: true }).waitFor();
    const [shown] = (await wallSays()).ladders;
    expect(shown).toMatchObject({ case: { id: caseId, level: 'A' }, confirmed: 0 });
    const text = await ladders.innerText();
    expect(text).toContain(situation.confirmedOf(0, shown?.asked ?? 0));
    expect(text).toContain(shown?.waiting[0]?.organisation.zh);
    expect(text).toMatch(/第 [23] 階/);
  }, 240_000);

  test('DEC-4 S7.10.1c S7.10.4e: ten minutes after the report the convenor is told, unconfirmed, and the centre forms up in the same transaction', async () => {
    const { tu } = people;
    expect((await tu.get<CentreView>('/centre')).body.activations).toEqual([]);
    house.clock.advance(4 * MINUTE);
    await until(() => lastFrom('convenor', 'ey').length > 0, { describe: 'the convenor is told' });
    expect(lastFrom('convenor', 'ey')[0]).toContain('未經確認');
    const { activations } = (await tu.get<CentreView>('/centre')).body;
    expect(activations).toMatchObject([{ active: true, level: 'A', coordination: 'emergency' }]);
    activation = activations[0]?.id ?? '';
    const reached = await factsOf('threshold-reached');
    expect(reached).toHaveLength(1);
    const view = await centre(tu);
    expect(view.openedAt).toBe(reached[0]?.at);
    expect(view.summons.filter((one) => one.part === 'subgroup')).toHaveLength(8);
    expect(view.summons.every((one) => one.answer === null)).toBe(true);
    expect(view.meetings).toHaveLength(1);
  }, 240_000);

  test('S7.10.4d S7.10.4e: the duty officer wakes and confirms A: it is the same crossing and the same centre, and nobody is summoned twice', async () => {
    const { officer, tu } = people;
    const before = (await centre(tu)).summons.length;
    await officer.goto(`/cases/${caseId}`);
    await doAct(officer, 'confirm-level', { level: 'A', reason: '危及人員生命，影響公共安全。' });
    const view = await officer.sees(caseId);
    expect(view.case).toMatchObject({ level: 'A', levelStatus: 'confirmed' });
    expect(view.crossings).toBe(1);
    const after = await centre(tu);
    expect([after.id, after.summons.length, after.cases.length]).toEqual([activation, before, 1]);
    expect(after.cases[0]).toMatchObject({ id: caseId, levelStatus: 'confirmed' });
    // The wall reads it by itself.
    await panel(situation.centre).getByText(situation.centreEmergency, { exact: false }).waitFor();
    await wall.page.getByText(situation.unconfirmed(1), { exact: true }).waitFor({ state: 'detached' });
  }, 240_000);

  test('S7.10.4d: the convenor confirms in two taps on his telephone', async () => {
    const { convenor } = people;
    const { page } = convenor;
    await house.mailed();
    await page.goto(linkIn(house.sink.messages, convenor.email));
    await page.locator('.notice').getByRole('link').first().tap();
    await page.getByRole('button', { name: t.cases.phone.acknowledge }).tap();
    await until(
      async () =>
        (await people.officer.sees(caseId)).knows.find((row) => row.party.capacities.includes('convenor'))
          ?.status === 'acknowledged',
      { describe: 'the convenor knows' },
    );
    const clocks = (await people.officer.sees(caseId)).clocks;
    expect(clocks.find((clock) => clock.definition === 'convenor-told')?.state).toBe('met');
  }, 240_000);

  test('S7.10.3c S8.2.1: a deputy convenor answers the summons in two taps and arrives; who has not answered stands first', async () => {
    const { tu, wg } = people;
    await tu.page.goto(linkIn(house.sink.messages, tu.email));
    await tu.page.getByRole('button', { name: t.centre.answers.coming, exact: true }).tap();
    await until(async () => (await centre(tu)).summons.some((one) => one.mine && one.answer !== null), {
      describe: 'the summons is answered',
    });
    await tu.goto(`/centre/${activation}`);
    await tu.page.getByRole('button', { name: t.centre.mine.checkIn, exact: true }).tap();
    await tu.page.getByText(t.centre.mine.here, { exact: true }).waitFor();
    expect(await scrollsSideways(tu.page)).toBe(false);
    expect(await axe(tu.page)).toEqual([]);
    await wg.goto(`/centre/${activation}`);
    const list = wg.page.getByRole('region', { name: t.centre.summons.title });
    await list.getByText(t.centre.answers.coming, { exact: true }).first().waitFor();
    const marks = await list.locator('.centre-answer-mark').allInnerTexts();
    expect(marks.length).toBeGreaterThan(8);
    expect(marks.at(-1)).toBe(t.centre.answers.coming);
    expect(new Set(marks.slice(0, -1))).toEqual(new Set([t.centre.answers.none]));
  }, 240_000);

  test('S7.11.0b: the service centre drafts a situation report, and another person approves it', async () => {
    const { tsc, wg } = people;
    await tsc.goto(`/centre/${activation}`);
    await tsc.page.getByRole('button', { name: t.centre.reports.draft, exact: true }).click();
    const dialog = tsc.page.getByRole('dialog');
    const whole = dialog.locator('textarea').first();
    await whole.fill(`${await whole.inputValue()}優先恢復醫院供電。`);
    await dialog.getByRole('button', { name: t.centre.reports.submit, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await tsc.page.getByText(t.centre.reports.mine, { exact: true }).waitFor();
    expect(await tsc.page.getByRole('button', { name: t.centre.reports.approve, exact: true }).count()).toBe(
      0,
    );
    await wg.goto(`/centre/${activation}`);
    await wg.page.getByRole('button', { name: t.centre.reports.approve, exact: true }).click();
    await until(async () => (await centre(tsc)).reports[0]?.approved, {
      describe: 'the report is approved',
    });
    expect((await centre(tsc)).reports[0]).toMatchObject({
      approved: { person: { name: { zh: '丁召集' } } },
    });
  }, 240_000);

  test('S8.5.2: support is asked of a working group, which sees the case from now on, accepts, comes and is done; the agency says whether it helped', async () => {
    const { wg, crime, engineer } = people;
    expect((await crime.call('GET', `/cases/${caseId}`)).status).toBe(404);
    await affair(wg, 'support', 'assign-support', async (dialog) => {
      await dialog.getByLabel(affairs.support.whom).selectOption('wg-crime');
      await dialog.getByLabel(affairs.support.note).fill('請派員鑑識。');
    });
    await until(async () => (await crime.call('GET', `/cases/${caseId}`)).status === 200, {
      describe: 'the group that is asked sees the case',
    });
    await affair(crime, 'support', 'accept-support');
    await affair(crime, 'support', 'support-done', (dialog) =>
      dialog.getByLabel(affairs.support.what).fill('映像檔已交付。'),
    );
    await affair(engineer, 'support', 'support-feedback', async (dialog) => {
      await dialog.getByLabel(affairs.support.verdicts.yes, { exact: true }).check();
    });
    const [request] = (await engineer.sees(caseId)).support.requests;
    expect(request).toMatchObject({
      status: 'done',
      feedback: { helped: 'yes' },
      offers: [{ group: { id: 'wg-crime' }, status: 'done' }],
    });
  }, 240_000);

  test('S8.4.1 S8.4.2: both referrals are sent beside each other, each with its office, receiving officer and number', async () => {
    const { officer } = people;
    const targets = [
      ['prosecutors', 'investigation-bureau', '檢調單位', '湯檢察官', '115 他 31'],
      ['disaster-system', 'disaster-central', '災害防救體系', '水值日官', '災 115-7'],
    ] as const;
    for (const [, office, name] of targets)
      await affair(
        officer,
        'referral',
        'send-referral',
        async (dialog) => {
          await dialog.getByLabel(affairs.referral.office).selectOption(office);
          await dialog.getByLabel(affairs.referral.channels.fax, { exact: true }).check();
        },
        name,
      );
    for (const [, , name, person, said] of targets)
      await affair(
        officer,
        'referral',
        'record-referral-receipt',
        async (dialog) => {
          await dialog.getByLabel(affairs.referral.officer).fill(person);
          await dialog.getByLabel(affairs.referral.number, { exact: true }).fill(said);
        },
        name,
      );
    const { items } = (await officer.sees(caseId)).referrals;
    expect(
      items.map((one) => [one.target, one.status, one.receipts?.[0]?.officer, one.receipts?.[0]?.number]),
    ).toEqual(targets.map(([target, , , person, said]) => [target, 'received', person, said]));
    expect(items.map((one) => one.sends[0]?.channel)).toEqual(['fax', 'fax']);
    // The agency learns that it was handed over; the officer and the number stay with the desk.
    const agency = (await people.engineer.sees(caseId)).referrals.items;
    expect(agency.map((one) => [one.status, one.receipts])).toEqual([
      ['received', null],
      ['received', null],
    ]);
  }, 240_000);

  test('S8.3.7 S8.3.8 ISO-15 DEC-15: the operator reports recovery, two people release the case, and the centre stays formed up', async () => {
    const { engineer, officer, meng } = people;
    house.clock.advance(60 * MINUTE);
    await engineer.goto(`/cases/${caseId}`);
    await engineer.page.getByRole('link', { name: t.cases.acts['file-recovery'] }).click();
    await engineer.page.locator('#f-solution').waitFor();
    await engineer.page.locator('#f-solution').fill('汰換故障之資料庫主機，全區復電。');
    await engineer.page.locator('#f-resolvedAt').fill(typed(new Date()));
    await engineer.page.locator('#f-cause').fill('資料庫主機儲存設備故障。');
    await reviewAndSend(engineer, t.form.step.sendA('A'));
    expect((await officer.sees(caseId)).case.state).toBe('recovered');
    await officer.goto(`/cases/${caseId}`);
    await doAct(officer, 'release', { proposes: true });
    expect((await officer.sees(caseId)).case.open).toBe(true);
    await meng.goto(`/cases/${caseId}`);
    await approve(meng);
    expect((await officer.sees(caseId)).case).toMatchObject({ state: 'released', open: false });
    expect(await centre(people.tu)).toMatchObject({ active: true, standDown: null });
  }, 240_000);

  test('DEC-15: nobody but the convenor stands down what an A called out, by his decision and with his reason', async () => {
    const { convenor, tu, meng, wg, officer } = people;
    for (const person of [tu, meng, wg, officer]) {
      const answer = await person.call<{ code: string }>('POST', `/activations/${activation}/acts`, {
        act: 'stand-down',
        reason: '不必了',
      });
      expect([person.code, answer.status, answer.body.code]).toEqual([person.code, 403, 'forbidden-act']);
    }
    await convenor.goto(`/centre/${activation}`);
    await convenor.page.getByRole('button', { name: t.centre.standDown.act, exact: true }).tap();
    const dialog = convenor.page.getByRole('dialog', { name: t.centre.standDown.act });
    await dialog.locator('textarea').fill('全區復電，轉入平時。');
    await dialog.getByRole('button', { name: t.centre.standDown.act, exact: true }).click();
    await convenor.page.getByText(t.centre.standDown.done, { exact: false }).first().waitFor();
    expect(await centre(tu)).toMatchObject({ active: false, standDown: { note: '全區復電，轉入平時。' } });
    await panel(situation.centre).getByText(situation.centreNot, { exact: true }).waitFor();
  }, 240_000);
});
