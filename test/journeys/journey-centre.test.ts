/** A B case in a browser: one deputy convenor orders stationing, the centre comes together, and nobody below may undo it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ActivationView, CentreView } from '../../src/centre/contract.ts';
import { centrePeople } from '../stories/centre-harness.ts';
import { axe, scrollsSideways } from '../support/browser.ts';
import { until } from '../support/wait.ts';
import { type House, openHouse, type Person } from './house.ts';
import { doAct } from './steps.ts';
import { say } from './words.ts';

const t = say();
type Name = 'officer' | 'deputy' | 'moe' | 'wg' | 'tsc' | 'edpc';

describe('a B case that calls the centre out', () => {
  let house: House;
  let people: Record<Name, Person>;
  let caseId = '';
  let id = '';

  beforeAll(async () => {
    house = await openHouse({ rows: centrePeople });
    people = await house.openAll({
      officer: ['officer'],
      deputy: ['deputy', { width: 390, scheme: 'dark' }],
      moe: ['moe-officer', { width: 390 }],
      wg: ['wg-officer'],
      tsc: ['tsc-engineer'],
      edpc: ['deputy-edpc', { width: 390 }],
    });
    const teacher = await house.open('teacher', { signedIn: 'by-call' });
    const filed = await teacher.call<{ caseId: string }>(
      'POST',
      '/reports',
      {
        kind: 'initial',
        organisationId: house.organisation('school'),
        content: {
          description: '校務系統遭加密，全校停擺。',
          scope: '全部校務系統。',
          measures: '已斷網。',
          contactPhone: '02-0000-1234',
          impactLevel: 'B',
        },
      },
      { 'idempotency-key': crypto.randomUUID() },
    );
    expect(filed.status, filed.text).toBe(201);
    caseId = filed.body.caseId;
  }, 180_000);
  afterAll(() => house?.close());

  /** What the page shows is as wide as the window, and axe finds nothing. */
  async function looksRight(person: Person): Promise<void> {
    expect(await scrollsSideways(person.page), person.code).toBe(false);
    expect(await axe(person.page), person.code).toEqual([]);
  }
  const view = async (person: Person) => (await person.get<ActivationView>(`/activations/${id}`)).body;

  test('S7.10.4a: with the level confirmed as B, it is the deputy convenors’ to choose', async () => {
    const { officer, deputy } = people;
    await officer.goto(`/cases/${caseId}`);
    await doAct(officer, 'confirm-level', { level: 'B' });
    await deputy.goto('/centre');
    await deputy.page.getByText(t.centre.quiet, { exact: true }).waitFor();
    await looksRight(deputy);
  }, 60_000);

  test('S7.10.4c: one of them orders stationing on his telephone; the page says first who will be woken', async () => {
    const { deputy } = people;
    await deputy.goto(`/cases/${caseId}`);
    await doAct(deputy, 'order-stationing', { reason: '須跨機關處理' });
    const centre = await deputy.get<CentreView>('/centre');
    id = centre.body.activations[0]?.id ?? '';
    expect(centre.body.activations).toMatchObject([{ active: true, level: 'B', coordination: 'emergency' }]);
  }, 60_000);

  test('S7.10.3c: whoever is summoned answers in two taps: the mail’s page, then the button', async () => {
    const { moe } = people;
    // Where the mail's link leads.
    await moe.goto('/inbox');
    await moe.page.getByRole('button', { name: t.centre.answers.coming, exact: true }).click();
    await until(async () => (await view(moe)).summons.some((one) => one.answer !== null), {
      describe: 'the summons is answered',
    });
    const answered = (await view(moe)).summons.filter((one) => one.answer !== null);
    expect(answered.map((one) => one.answer?.answer)).toEqual(['coming']);
    // The notice of the summons is confirmed with it.
    const open = await moe.get<{ items: { caseId: string | null }[] }>('/inbox?waiting=yes');
    expect(open.body.items.filter((one) => one.caseId === caseId)).toEqual([]);
    await moe.goto(`/centre/${id}`);
    await moe.page.getByText(t.centre.mine.answered, { exact: false }).waitFor();
    await moe.page.getByRole('button', { name: t.centre.mine.checkIn, exact: true }).click();
    await moe.page.getByText(t.centre.mine.here, { exact: true }).waitFor();
    await looksRight(moe);
  }, 60_000);

  test('S7.10.4e: who has not answered stands first, and the working group writes down what it is told by telephone', async () => {
    const { wg } = people;
    await wg.goto(`/centre/${id}`);
    const list = wg.page.getByRole('region', { name: t.centre.summons.title });
    await list.getByText(t.centre.answers.none, { exact: true }).first().waitFor();
    const marks = await list.locator('.centre-answer-mark').allInnerTexts();
    expect(marks.at(-1)).toBe(t.centre.answers.coming);
    expect(new Set(marks.slice(0, -1))).toEqual(new Set([t.centre.answers.none]));
    await looksRight(wg);
    await list
      .getByRole('button', { name: new RegExp(`^${t.centre.summons.record}`) })
      .first()
      .click();
    const dialog = wg.page.getByRole('dialog');
    await dialog.getByLabel(t.centre.answers.remote, { exact: true }).check();
    await dialog.getByRole('button', { name: t.centre.summons.record, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await list.getByText(t.centre.summons.recorded, { exact: false }).waitFor();
  }, 60_000);

  test('S7.11.0b: the service centre drafts a situation report from the record; the working group approves it', async () => {
    const { tsc, wg } = people;
    await tsc.goto(`/centre/${id}`);
    await tsc.page.getByRole('button', { name: t.centre.reports.draft, exact: true }).click();
    const dialog = tsc.page.getByRole('dialog');
    const whole = dialog.locator('textarea').first();
    await whole.fill(`${await whole.inputValue()}先恢復備份。`);
    await dialog.getByRole('button', { name: t.centre.reports.submit, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await tsc.page.getByText(t.centre.reports.mine, { exact: true }).waitFor();
    await looksRight(tsc);
    // It comes to whoever has the page open, without reading it anew.
    await wg.page.getByRole('button', { name: t.centre.reports.approve, exact: true }).click();
    await until(async () => (await view(wg)).reports[0]?.approved !== null, {
      describe: 'the report is approved',
    });
    expect((await view(tsc)).reports[0]?.paragraphs[0]?.text).toContain('先恢復備份。');
  }, 60_000);

  test('S7.10.4c DEC-15: nobody below may undo it, on no screen and by no call; another deputy stands it down with his reason', async () => {
    const { officer, moe, wg, tsc, edpc } = people;
    for (const person of [officer, moe, wg, tsc]) {
      await person.goto(`/centre/${id}`);
      await person.page.getByRole('heading', { level: 1 }).waitFor();
      expect(await person.page.getByRole('button', { name: t.centre.standDown.act }).count()).toBe(0);
      const answer = await person.call<{ code: string }>('POST', `/activations/${id}/acts`, {
        act: 'stand-down',
        reason: '不必了',
      });
      expect([person.code, answer.status, answer.body.code]).toEqual([person.code, 403, 'forbidden-act']);
    }
    // Grading it down stands nothing down.
    await officer.goto(`/cases/${caseId}`);
    await doAct(officer, 'change-level', { level: 'D', reason: '僅影響一校' });
    expect((await view(officer)).active).toBe(true);
    await edpc.goto(`/centre/${id}`);
    await edpc.page.getByRole('button', { name: t.centre.standDown.act, exact: true }).click();
    const dialog = edpc.page.getByRole('dialog', { name: t.centre.standDown.act });
    await dialog.locator('textarea').fill('已自備份恢復。');
    await dialog.getByRole('button', { name: t.centre.standDown.act, exact: true }).click();
    await edpc.page.getByText(t.centre.standDown.done, { exact: false }).first().waitFor();
    expect(await view(edpc)).toMatchObject({ active: false, standDown: { note: '已自備份恢復。' } });
    await edpc.goto(`/centre/${id}/review`);
    await edpc.page.getByText(t.centre.review.firstAnswer, { exact: true }).waitFor();
    await looksRight(edpc);
  }, 120_000);
});
