/** A roster in a browser: made by the subgroup's officer, a shift swapped by two, the desk handed over. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RosterView } from '../../src/directory/roster-contract.ts';
import { roster as t } from '../../src/locales/zh-Hant/roster.ts';
import { axe, scrollsSideways } from '../support/browser.ts';
import { until } from '../support/wait.ts';
import { type House, openHouse, type Person } from './house.ts';

describe('a roster in the browser', () => {
  let house: House;
  let people: Record<'planner' | 'officer' | 'officer2', Person>;
  let desk = '';
  const seen = async () => (await people.officer.get<RosterView>(`/rosters/${desk}`)).body;
  const names = (view: RosterView) => view.onDuty.map((one) => one.name.zh);

  beforeAll(async () => {
    house = await openHouse();
    people = await house.openAll({
      planner: ['crisis-officer'],
      officer: ['officer', { width: 390 }],
      officer2: ['officer2', { scheme: 'dark' }],
    });
    const list = await people.planner.get<{ items: { post: { id: string }; role: string }[] }>('/rosters');
    desk = list.body.items.find((one) => one.role === 'duty-officer')?.post.id ?? '';
  }, 240_000);
  afterAll(async () => {
    await house?.close();
  }, 60_000);

  test('S7.5.1 H40: the subgroup’s officer plans days and nights, having looked at the result first', async () => {
    const { page } = people.planner;
    await people.planner.goto(`/roster?post=${desk}`);
    await page.getByRole('button', { name: t.act.plan }).click();
    // From yesterday on: whatever the hour, somebody's shift has begun.
    const yesterday = new Date(Date.now() - 16 * 3_600_000).toISOString().slice(0, 10);
    await page.getByLabel(t.plan.from).fill(yesterday);
    await page.getByRole('button', { name: t.plan.look }).click();
    await page.getByText(t.plan.noGap).waitFor();
    expect((await seen()).kept).toBe(false);
    await page.getByRole('button', { name: t.plan.save }).click();
    await page.getByText(t.plan.done).first().waitFor();
    await until(async () => (await seen()).onDuty.length > 0, { describe: () => 'somebody on duty' });
    expect(await axe(page)).toEqual([]);
    // Who is on duty stands on the desk as well, and on a telephone nothing moves sideways.
    await people.officer.goto('/desk');
    await people.officer.page.getByRole('link', { name: t.now }).first().waitFor();
    await people.officer.goto(`/roster?post=${desk}`);
    await people.officer.page.getByRole('heading', { level: 3 }).first().waitFor();
    expect(await scrollsSideways(people.officer.page)).toBe(false);
  }, 180_000);

  test('H41: a shift is offered to a colleague, who agrees on his first page or on the roster', async () => {
    const before = await seen();
    const first = names(before)[0];
    const mine = first === '林值勤' ? people.officer : people.officer2;
    const other = mine === people.officer ? people.officer2 : people.officer;
    const otherName = mine === people.officer ? '蔡值勤' : '林值勤';
    await mine.goto(`/roster?post=${desk}`);
    await mine.page.locator('.roster-mine > button').first().click();
    await mine.page.getByLabel(t.swap.give).selectOption({ label: otherName });
    await mine.page.getByRole('button', { name: t.swap.ask }).click();
    await mine.page.getByText(t.swap.askedSaid(otherName)).first().waitFor();
    expect(names(await seen())).toEqual(names(before));
    await other.goto(`/roster?post=${desk}`);
    await other.page.getByRole('button', { name: t.swap.agree }).click();
    await until(async () => names(await seen())[0] === otherName, { describe: () => 'the other on duty' });
  }, 180_000);

  test('H41: who serves hands over with the open cases, and the next confirms that he has read it', async () => {
    const first = names(await seen())[0];
    const serving = first === '林值勤' ? people.officer : people.officer2;
    const next = serving === people.officer ? people.officer2 : people.officer;
    await serving.goto(`/roster?post=${desk}`);
    await serving.page.getByText(t.handover.write, { exact: true }).click();
    await serving.page.getByLabel(t.handover.text).fill('夜間無新案；電力公司來電詢問演練時間。');
    await serving.page.getByRole('button', { name: t.handover.save }).click();
    await serving.page.getByText(t.handover.saved).first().waitFor();
    await next.goto(`/roster?post=${desk}`);
    await next.page.getByRole('button', { name: t.handover.confirm }).click();
    await next.page.getByText(t.handover.confirmed).first().waitFor();
  }, 180_000);
});
