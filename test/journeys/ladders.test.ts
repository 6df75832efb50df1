/** The ladders on the screen: rehearsed by the desk, and in motion beside a case nobody answers (H40, H41). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { common as zhCommon } from '../../src/locales/zh-Hant/common.ts';
import { ladders as zh } from '../../src/locales/zh-Hant/ladders.ts';
import { axe } from '../support/browser.ts';
import { type House, openHouse } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
}, 120_000);
afterAll(() => house?.close());

/** Kept only when somebody wants to look. */
const picture = (name: string) => {
  const folder = process.env['TOCSIN_PICTURES'];
  return folder ? { path: `${folder}/${name}.png`, fullPage: true } : null;
};

test('H40 H41: the duty officer rehearses an A at the school and sees who sleeps where, and what is missing', async () => {
  for (const [width, scheme, lang] of [
    [1440, 'light', 'zh-TW'],
    [390, 'dark', 'en'],
  ] as const) {
    const officer = await house.open('officer', { signedIn: 'by-call', width, scheme, lang });
    const { page } = officer;
    await officer.goto('/ladders');
    await page.getByRole('combobox').first().fill('光明');
    await page.getByRole('option').first().click();
    await page.locator('input[type=radio][value="A"]').check();
    await page.locator('.ladder-card').first().waitFor();
    const text = await page.locator('main').innerText();
    expect(text).toContain(lang === 'en' ? 'Inspector Wang' : '王督學');
    if (lang === 'zh-TW') {
      expect(text).toContain(zh.stages.unconfirmed);
      expect(text).toContain(zh.gaps.noAddress.sms);
    }
    expect(await axe(page)).toEqual([]);
    const shot = picture(`rehearsal-${width}-${scheme}-${lang}`);
    if (shot) await page.screenshot(shot);
    await officer.window.close();
  }
}, 240_000);

test('H40: beside a case nobody answers stands which rung was told, and when whom next', async () => {
  const teacher = await house.open('teacher', { signedIn: 'by-call' });
  const school = (await teacher.get<{ posts: { organisation: { id: string } }[] }>('/session')).body.posts[0];
  const filed = await teacher.call<{ caseId: string }>(
    'POST',
    '/reports',
    {
      kind: 'initial',
      organisationId: school?.organisation.id,
      content: {
        impactLevel: 'A',
        description: '校務系統遭加密。',
        scope: '全校',
        measures: '已離線',
        contactPhone: '02-0000-1234',
      },
    },
    { 'idempotency-key': crypto.randomUUID() },
  );
  expect(filed.status).toBe(201);
  house.clock.advance(4 * 60_000);
  const officer = await house.open('officer', { signedIn: 'by-call' });
  await officer.goto(`/cases/${filed.body.caseId}`);
  const line = officer.page.locator('.who-ladder.who-climbing').first();
  await line.waitFor();
  expect(await line.innerText()).toContain(zhCommon.whoKnows.ladder.at(2, 4).slice(0, 7));
  expect(await axe(officer.page)).toEqual([]);
  const shot = picture('case-ladder-1440-light-zh');
  if (shot) await officer.page.screenshot(shot);
}, 120_000);
