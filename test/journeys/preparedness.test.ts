/**
 * Before anything has happened, in a browser: the centre calls for preparedness, a school's contact comes by the mail's link
 * and answers on a phone, whoever is silent is reminded, and the end is told (S7.9.7.5).
 */
import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { preparedness as en } from '../../src/locales/en/preparedness.ts';
import { preparedness as t } from '../../src/locales/zh-Hant/preparedness.ts';
import type { CallsView, CallView } from '../../src/preparedness/contract.ts';
import { axe, scrollsSideways } from '../support/browser.ts';
import { until } from '../support/wait.ts';
import { type House, openHouse, type Person } from './house.ts';

/** Set to a folder, the screens are photographed there. */
const SHOTS = process.env['TOCSIN_SHOTS'];

describe('preparedness in the browser', () => {
  let house: House;
  let people: Record<'officer' | 'deputy' | 'teacher' | 'inspector' | 'subgroup' | 'convenor', Person>;
  const look = async (person: Person, name: string) => {
    expect(await axe(person.page), name).toEqual([]);
    expect(await scrollsSideways(person.page), name).toBe(false);
    if (!SHOTS) return;
    mkdirSync(SHOTS, { recursive: true });
    await person.page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
  };
  const mailed = async (code: string, what: RegExp) =>
    until(
      () =>
        house.sink.messages.findLast(
          (one) => one.to.some((to) => to.startsWith(`${code}@`)) && what.test(one.subject),
        ),
      {
        describe: `a mail to ${code}: ${what}`,
      },
    );

  beforeAll(async () => {
    house = await openHouse();
    people = await house.openAll({
      officer: ['officer'],
      deputy: ['deputy', { width: 390, scheme: 'dark' }],
      teacher: ['teacher', { width: 390 }],
      inspector: ['inspector', { scheme: 'dark' }],
      subgroup: ['moe-officer', { width: 390, lang: 'en' }],
      convenor: ['convenor', { lang: 'en', scheme: 'dark' }],
    });
  }, 240_000);
  afterAll(async () => {
    await house?.close();
  }, 60_000);

  test('S7.9.7.5: preparedness is called for on the screen; the contact comes by the mail, confirms, does and leaves out; the silent are reminded; the end is told', async () => {
    const { page } = people.officer;
    await people.officer.goto('/preparedness');
    await page.getByText(t.empty).waitFor();
    await look(people.officer, 'preparedness-empty');
    await page.getByRole('link', { name: t.call }).click();
    await page.getByRole('button', { name: t.form.sendPlain, exact: true }).click();
    await page.getByRole('alert').getByText(t.form.needSteps).waitFor();
    await page.getByLabel('確認聯絡人員、代理人與處理小組隨時找得到人').check();
    await page.getByLabel(/^將備份與網路隔離/).check();
    await page.getByRole('combobox', { name: new RegExp(`^${t.form.subgroup}`) }).selectOption('sg-academia');
    await page.getByRole('button', { name: t.form.inDays(3) }).click();
    await page.getByLabel(t.form.reason, { exact: false }).first().fill('假期前有攻擊預告，請先行準備。');
    await look(people.officer, 'preparedness-call');
    await page.getByRole('button', { name: /^發動，通知 \d+ 個機關$/ }).click();
    await page.getByRole('heading', { name: t.progress }).waitFor();
    await page.getByRole('heading', { name: '光明國中' }).waitFor();
    await look(people.officer, 'preparedness-progress');

    const mail = await mailed('teacher', /^事前整備：請於/);
    const link = new URL(/http\S+\/preparedness\/\S+/.exec(mail?.text ?? '')?.[0] ?? '').pathname;
    const phone = people.teacher.page;
    // It stands on his first page as well, for whoever has not read his mail.
    await people.teacher.goto('/');
    await phone.getByRole('link', { name: t.askedHome('假期前有攻擊預告，請先行準備。') }).waitFor();
    await look(people.teacher, 'preparedness-home-390');
    await people.teacher.goto(link);
    const mine = phone.getByRole('region', { name: t.yours });
    await look(people.teacher, 'preparedness-mine-390');
    await mine.getByRole('button', { name: t.acknowledge }).click();
    await mine.getByText(t.acknowledged).waitFor();
    await mine.getByRole('button', { name: new RegExp(`^${t.done}：確認聯絡人員`) }).click();
    const dialog = phone.getByRole('dialog');
    await dialog.getByRole('button', { name: t.done, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await mine.getByRole('button', { name: new RegExp(`^${t.skip}：將備份`) }).click();
    await dialog.getByRole('button', { name: t.skip, exact: true }).click();
    await dialog.getByText(t.needReason).waitFor();
    await dialog.getByLabel(t.skipReason).fill('備份由縣網中心代管。');
    await dialog.getByRole('button', { name: t.skip, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await mine.getByText(t.allSettled).waitFor();
    // He sees his own part, and nobody else's.
    expect(await phone.getByRole('heading', { name: t.parts }).count()).toBe(0);
    await look(people.teacher, 'preparedness-answered-390');
    // Done too early: it is taken up again.
    await mine.getByRole('button', { name: new RegExp(`^${t.reopen}：確認聯絡人員`) }).click();
    await dialog.getByRole('button', { name: t.reopen, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await mine.getByRole('button', { name: new RegExp(`^${t.done}：確認聯絡人員`) }).click();
    await dialog.getByLabel(t.note).fill('已實測。');
    await dialog.getByRole('button', { name: t.done, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });

    // The authority follows its own bodies.
    await people.inspector.goto('/preparedness');
    await people.inspector.page.getByRole('link', { name: /假期前有攻擊預告/ }).click();
    await people.inspector.page.getByRole('heading', { name: '光明國中' }).waitFor();
    await people.inspector.page.getByText('備份由縣網中心代管。').waitFor();
    expect(await people.inspector.page.getByRole('button', { name: t.remindAll }).count()).toBe(0);
    await look(people.inspector, 'preparedness-authority-dark');

    // So does the subgroup's officer, in English on a phone; the convenor is offered the same form.
    await people.subgroup.goto(link);
    await people.subgroup.page.getByRole('heading', { name: 'Guangming School' }).waitFor();
    await look(people.subgroup, 'preparedness-subgroup-en-390');
    await people.convenor.goto('/preparedness/new');
    await people.convenor.page.getByRole('radio', { name: en.audienceKinds.named }).check();
    const search = people.convenor.page.getByRole('combobox', { name: new RegExp(`^${en.form.add}`) });
    await search.fill('Guangming');
    await people.convenor.page.getByRole('option', { name: /Guangming School/ }).click();
    await people.convenor.page.getByRole('button', { name: en.form.remove('Guangming School') }).waitFor();
    await people.convenor.page.getByRole('button', { name: en.form.send(1) }).click();
    await people.convenor.page.getByRole('alert').getByText(en.form.needReason).waitFor();
    await look(people.convenor, 'preparedness-form-en-dark');
    await people.convenor.goto('/preparedness');
    await look(people.convenor, 'preparedness-list-en-dark');

    // A deputy convenor, on his phone, sees who is silent, reminds them, gives more time, and ends it.
    await people.deputy.goto(`${link}?show=unacknowledged`);
    const other = people.deputy.page;
    await other.getByRole('heading', { name: '明德國小' }).waitFor();
    expect(await other.getByRole('heading', { name: '光明國中' }).count()).toBe(0);
    await other.getByRole('button', { name: t.remindAll }).click();
    await other.getByText(/^已提醒 \d+ 個機關、組別。$/).waitFor();
    await mailed('teacher2', /^提醒：事前整備/);
    await look(people.deputy, 'preparedness-silent-dark-390');
    await other.getByRole('button', { name: t.extend }).click();
    const change = other.getByRole('dialog');
    await change.getByRole('button', { name: t.form.inDays(7) }).click();
    await change.getByLabel(t.extendReason).fill('颱風停班。');
    await look(people.deputy, 'preparedness-extend-dark-390');
    await change.getByRole('button', { name: t.extend, exact: true }).click();
    await change.waitFor({ state: 'detached' });
    await mailed('teacher', /期限改為/);
    const file = page.waitForEvent('download');
    await people.officer.goto(link);
    await page.getByText('已實測。').waitFor();
    await page.getByRole('link', { name: t.export }).click();
    expect((await file).suggestedFilename()).toMatch(/\.csv$/);
    await other.getByRole('button', { name: t.end }).click();
    await change.getByLabel(t.endReason).fill('威脅已解除。');
    await change.getByRole('button', { name: t.end, exact: true }).click();
    await other.getByText('威脅已解除。').waitFor();
    await mailed('teacher2', /已結束/);
    await look(people.deputy, 'preparedness-ended-dark-390');
    const ended = (await people.teacher.get<CallView>(link)).body;
    expect(ended.mine[0]).toMatchObject({
      may: [],
      tasks: [{ state: 'skipped' }, { state: 'done', note: '已實測。' }],
    });
    expect((await people.officer.get<CallsView>('/preparedness')).body.items).toHaveLength(1);
    await people.officer.goto('/preparedness');
    await look(people.officer, 'preparedness-list');
    // The same in the other language.
    await people.teacher.page.goto('/preparedness');
    expect((await people.teacher.get<CallView>(link)).status).toBe(200);
  }, 300_000);
});
