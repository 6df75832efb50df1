/** The agency's laptop dies in the middle of the form; the line breaks; the server is started again: nothing is lost. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/wait.ts';
import { type House, openHouse, type Person } from './house.ts';
import { beginReport, fillNow, reviewAndSend, savedAtServer } from './steps.ts';
import { say } from './words.ts';

const t = say();
const STORY = {
  description: '掛號系統自今晨起無法登入，畫面停在讀取。',
  scope: '門診掛號全部受影響，急診改以人工。',
  measures: '已切換備援主機，尚未恢復。',
  level: 'C',
  phone: '02-0000-4321',
} as const;
/** What a broken line makes the browser say. */
const BROKEN = /net::ERR_|Failed to load resource|Failed to fetch/;

describe('the laptop of the agency', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse();
  }, 120_000);
  afterAll(() => house?.close());

  const draftOf = (person: Person): string => new URL(person.page.url()).pathname.split('/').at(-1) as string;
  const casesOf = async (person: Person, words: string) =>
    (await person.get<{ items: { summary: string; id: string }[] }>('/cases?limit=100')).body.items.filter(
      (row) => row.summary.includes(words),
    );

  test('S8.3.4 FLT-16: it dies without a word; another one goes on where it stopped, to the last saved key', async () => {
    const first = await house.open('nurse');
    await first.goto('/');
    const draft = await beginReport(first);
    await fillNow(first, STORY);
    await first.page.getByText(t.form.groups.cause, { exact: true }).click();
    await first.page.locator('#f-cause').fill('疑似資料庫主機硬碟故障。');
    await savedAtServer(first, draft, (content) => content.includes('硬碟故障'));
    // No farewell: the process behind the window is gone.
    await first.window.context.close();

    const second = await house.open('nurse', { width: 390 });
    await second.goto('/');
    await second.page.getByText('掛號系統自今晨起', { exact: false }).first().waitFor();
    await second.goto(`/report/${draft}`);
    await second.page.locator('#f-description').waitFor();
    for (const key of ['description', 'scope', 'measures'] as const)
      expect(await second.page.locator(`#f-${key}`).inputValue()).toBe(STORY[key]);
    expect(await second.page.locator('#f-contactPhone').inputValue()).toBe(STORY.phone);
    expect(await second.page.locator('input[type=radio][value="C"]').first().isChecked()).toBe(true);
    await second.page.getByText(t.form.groups.cause, { exact: true }).click();
    expect(await second.page.locator('#f-cause').inputValue()).toBe('疑似資料庫主機硬碟故障。');
    await reviewAndSend(second);
    expect(await casesOf(second, '掛號系統')).toHaveLength(1);
    expect((await second.get<unknown[]>('/drafts')).body).toEqual([]);
    await second.window.close();
  }, 120_000);

  test('S8.3.4: without a line one writes on; it is saved when the line is back', async () => {
    const nurse = await house.open('nurse', { signedIn: 'by-call' });
    const draft = await beginReport(nurse);
    await fillNow(nurse, { ...STORY, description: '離線測試：印表機伺服器異常。' });
    await savedAtServer(nurse, draft, (content) => content.includes('離線測試'));
    await nurse.window.context.setOffline(true);
    await nurse.page.locator('#f-scope').fill('離線時寫下的範圍。');
    await nurse.page.getByText(t.common.live.offline).first().waitFor();
    await nurse.window.context.setOffline(false);
    await savedAtServer(nurse, draft, (content) => content.includes('離線時寫下的範圍。'));
    nurse.window.expectComplaints(BROKEN);
    await nurse.window.close();
  }, 60_000);

  test('FLT-2: the server is started again under the open form; nothing typed meanwhile is lost', async () => {
    const nurse = await house.open('nurse', { signedIn: 'by-call' });
    const draft = await beginReport(nurse);
    await fillNow(nurse, { ...STORY, description: '重啟測試：內部網站異常。' });
    await savedAtServer(nurse, draft, (content) => content.includes('重啟測試'));
    await house.stopService();
    await nurse.page.locator('#f-measures').fill('伺服器停止時寫下的措施。');
    await nurse.page.getByRole('status').or(nurse.page.locator('.save-line')).first().waitFor();
    await house.startService();
    await savedAtServer(nurse, draft, (content) => content.includes('伺服器停止時寫下的措施。'));
    await reviewAndSend(nurse);
    expect(await casesOf(nurse, '重啟測試')).toHaveLength(1);
    nurse.window.expectComplaints(BROKEN);
    await nurse.window.close();
  }, 120_000);

  test('H21 INV-1: the answer is lost, the same is sent again: one case, one number, one receipt', async () => {
    const nurse = await house.open('nurse', { signedIn: 'by-call' });
    await house.mailed();
    const before = house.sink.mailTo(nurse.email).length;
    await beginReport(nurse);
    const draft = draftOf(nurse);
    await fillNow(nurse, { ...STORY, description: '重送測試：網站遭阻斷。' });
    let sent = 0;
    await nurse.page.route('**/api/v1/reports', async (route) => {
      sent += 1;
      if (sent > 2) return route.continue();
      // Filed at the server, unknown to the browser.
      await route.fetch();
      await route.abort('connectionreset');
    });
    const caseId = await reviewAndSend(nurse);
    expect(sent).toBe(3);
    expect((await casesOf(nurse, '重送測試')).map((row) => row.id)).toEqual([caseId]);
    await house.mailed();
    expect(house.sink.mailTo(nurse.email).length).toBe(before + 1);
    // Under the same key something else is refused, and changes nothing.
    const other = await nurse.call<{ code: string }>(
      'POST',
      '/reports',
      {
        kind: 'initial',
        organisationId: house.organisation('hospital'),
        content: {
          impactLevel: 'D',
          description: '另一件事',
          unknown: ['scope', 'measures', 'contactPhone'],
        },
      },
      { 'idempotency-key': draft },
    );
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
    nurse.window.expectComplaints(BROKEN);
    await nurse.window.close();
  }, 60_000);

  test('H21: it dies between sending and the answer; whoever comes back finds the case, not the draft', async () => {
    const nurse = await house.open('nurse', { signedIn: 'by-call' });
    const draft = await beginReport(nurse);
    await fillNow(nurse, { ...STORY, description: '斷電測試：檔案伺服器遭加密。' });
    await savedAtServer(nurse, draft, (content) => content.includes('斷電測試'));
    let filed = false;
    await nurse.page.route('**/api/v1/reports', async (route) => {
      await route.fetch();
      filed = true;
      await route.abort('connectionreset');
    });
    await nurse.page.getByRole('button', { name: t.form.review, exact: true }).click();
    await nurse.page.getByRole('button', { name: t.form.step.send, exact: true }).click();
    await until(() => filed, { describe: 'the server has it' });
    await nurse.window.context.close();
    nurse.window.expectComplaints(BROKEN);
    const again = await house.open('nurse', { signedIn: 'by-call' });
    expect(await casesOf(again, '斷電測試')).toHaveLength(1);
    await again.goto(`/report/${draft}`);
    await again.page.getByText(t.form.gone.noneTitle).waitFor();
    await again.window.close();
  }, 60_000);
});
