/** The list of cases is taken along by the button below it, whatever somebody wrote into a report (WEB-3). */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exports as zh } from '../../src/locales/zh-Hant/export.ts';
import { axe } from '../support/browser.ts';
import { type House, openHouse } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
}, 120_000);
afterAll(() => house?.close());

test('WEB-3: the officer’s list lies on his disk as a table that runs nothing', async () => {
  const teacher = await house.open('teacher', { signedIn: 'by-call' });
  const school = (await teacher.get<{ posts: { organisation: { id: string } }[] }>('/session')).body.posts[0];
  const filed = await teacher.call(
    'POST',
    '/reports',
    {
      kind: 'initial',
      organisationId: school?.organisation.id,
      content: {
        impactLevel: 'D',
        description: '=HYPERLINK("http://evil.example")',
        scope: '首頁',
        measures: '已下線',
        contactPhone: '02-0000-1234',
      },
    },
    { 'idempotency-key': crypto.randomUUID() },
  );
  expect(filed.status).toBe(201);

  const officer = await house.open('officer', { signedIn: 'by-call' });
  await officer.goto('/cases?open=yes');
  const button = officer.page.getByRole('button', { name: zh.download, exact: true });
  await button.waitFor();
  expect(await axe(officer.page)).toEqual([]);
  const [download] = await Promise.all([officer.page.waitForEvent('download'), button.click()]);
  expect(download.suggestedFilename()).toMatch(/^案件清單-\d{4}-\d\d-\d\d\.csv$/);
  const bytes = readFileSync(await download.path());
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  const rows = parse(bytes, { bom: true, columns: true }) as Record<string, string>[];
  expect(rows).toHaveLength(1);
  expect(rows[0]?.['摘要']).toMatch(/^'=HYPERLINK/);
});
