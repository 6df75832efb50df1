/**
 * What the crisis subgroup keeps and gathers, in a browser: a step of the response procedures is changed by two, a subgroup
 * writes its analysis over a laptop that is closed, and all subgroups stand side by side (S7.11.0d, S7.11.0e).
 */
import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnalysesView } from '../../src/analysis/contract.ts';
import { analysis as a } from '../../src/locales/zh-Hant/analysis.ts';
import { procedures as t } from '../../src/locales/zh-Hant/procedures.ts';
import type { ProceduresView } from '../../src/procedures/contract.ts';
import { axe, scrollsSideways } from '../support/browser.ts';
import { until } from '../support/wait.ts';
import { type House, openHouse, type Person } from './house.ts';

/** Set to a folder, the screens are photographed there. */
const SHOTS = process.env['TOCSIN_SHOTS'];

describe('procedures and analyses in the browser', () => {
  let house: House;
  let people: Record<'officer' | 'second' | 'subgroup', Person>;
  const steps = async () => (await people.officer.get<ProceduresView>('/procedures')).body;
  const contain = async () => (await steps()).items.find((one) => one.id === 'contain');
  const look = async (person: Person, name: string) => {
    expect(await axe(person.page), name).toEqual([]);
    expect(await scrollsSideways(person.page), name).toBe(false);
    if (!SHOTS) return;
    mkdirSync(SHOTS, { recursive: true });
    await person.page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
  };

  beforeAll(async () => {
    house = await openHouse();
    people = await house.openAll({
      officer: ['officer'],
      second: ['crisis-officer', { width: 390, scheme: 'dark' }],
      subgroup: ['moe-officer'],
    });
  }, 240_000);
  afterAll(async () => {
    await house?.close();
  }, 60_000);

  test('S7.11.0d: a step is changed on the screen; nothing holds until a second person has read the difference and agreed', async () => {
    const { page } = people.officer;
    await people.officer.goto('/procedures?level=C&phase=during');
    const title = '隔離受影響的主機與帳號，遏止擴散';
    await page.getByRole('button', { name: `${t.change}：${title}` }).click();
    await page.getByRole('button', { name: t.send }).click();
    await page.getByRole('alert').getByText(t.needReason).waitFor();
    await page.getByLabel(t.titleZh).fill('隔離受影響的主機、帳號與雲端服務');
    await page.getByLabel(`C ${t.due}`).fill('90');
    await page.getByLabel(`C ${t.unit}`).selectOption('M');
    await page.getByLabel(t.reason).fill('三月演練：兩小時太久。');
    await look(people.officer, 'procedures-propose');
    await page.getByRole('button', { name: t.send }).click();
    await page.getByText(t.sent).waitFor();
    await page.getByText(t.ownWaits).waitFor();
    expect(await page.getByRole('button', { name: t.approve, exact: true }).count()).toBe(0);
    expect((await contain())?.content.title.zh).toBe(title);
    await look(people.officer, 'procedures-waiting');

    const other = people.second.page;
    await people.second.goto('/procedures');
    const waiting = other.getByRole('region', { name: t.waitingTitle });
    await waiting.getByText('三月演練：兩小時太久。').waitFor();
    await waiting.locator('del', { hasText: title }).waitFor();
    await waiting.locator('ins', { hasText: '雲端服務' }).waitFor();
    await look(people.second, 'procedures-agree-dark-390');
    await waiting.getByRole('button', { name: t.approve, exact: true }).click();
    await waiting.waitFor({ state: 'detached' });
    const now = await contain();
    expect(now).toMatchObject({ origin: 'changed', version: 1, content: { withinByLevel: { C: 'PT90M' } } });
  }, 240_000);

  test('S7.11.0d: the history is read on the screen, and the mechanism’s own version proposed anew', async () => {
    const { page } = people.second;
    await people.second.goto('/procedures?phase=during');
    await page.getByRole('button', { name: t.historyOf('隔離受影響的主機、帳號與雲端服務') }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('林值勤').waitFor();
    await look(people.second, 'procedures-history-dark-390');
    await dialog.getByRole('button', { name: t.restore }).click();
    await dialog.getByLabel(t.reason).fill('恢復原訂時限。');
    await dialog.getByRole('button', { name: t.send }).click();
    await page.getByText(t.restores(0)).waitFor();
    expect((await steps()).waiting).toBe(1);
    await page.getByRole('button', { name: t.withdraw }).click();
    await until(async () => (await steps()).waiting === 0, { describe: 'it is taken back' });
  }, 240_000);

  test('S7.11.0e: an analysis is written over a closed laptop and sent; the crisis subgroup sees it, and who has not sent', async () => {
    const { page } = people.subgroup;
    await people.subgroup.goto('/analyses');
    await look(people.subgroup, 'analyses-own-empty');
    await page.getByRole('link', { name: a.write }).click();
    await page.getByLabel(a.form.subject).fill('上月學術機構事件分析');
    await page.getByLabel(a.form.findings).fill('多為弱密碼；兩校使用同一套外掛。');
    await page.getByText(a.form.saved, { exact: true }).waitFor();
    // The laptop is closed: what was written is found on the list again.
    await people.subgroup.goto('/analyses');
    await page.getByRole('link', { name: '上月學術機構事件分析' }).click();
    await page.getByLabel(a.form.recommendations).fill('停用該外掛。');
    expect(await page.getByLabel(a.form.findings).inputValue()).toContain('外掛');
    await look(people.subgroup, 'analyses-write');
    await page.getByRole('button', { name: a.form.send }).click();
    await page.getByRole('heading', { name: '上月學術機構事件分析' }).waitFor();
    await page.getByText('停用該外掛。').waitFor();
    await look(people.subgroup, 'analyses-one');

    const month = (await people.officer.get<AnalysesView>('/analyses')).body.months.at(-2) ?? '';
    await people.officer.goto(`/analyses?until=${month}`);
    const desk = people.officer.page;
    const row = desk.getByRole('row', { name: /學術機構分組/ });
    await row.getByText(a.status.sent).waitFor();
    await desk
      .getByRole('row', { name: /行政機關分組/ })
      .getByText(a.status.missing)
      .waitFor();
    await desk.getByRole('link', { name: '上月學術機構事件分析' }).waitFor();
    await look(people.officer, 'analyses-all');
    const file = desk.waitForEvent('download');
    await desk.getByRole('link', { name: a.export }).click();
    expect((await file).suggestedFilename()).toMatch(/\.csv$/);
    await people.second.goto(`/analyses?until=${month}`);
    await people.second.page.getByText(a.missingCount(6)).waitFor();
    await look(people.second, 'analyses-all-dark-390');
  }, 240_000);
});
