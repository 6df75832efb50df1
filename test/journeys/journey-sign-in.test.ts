/**
 * Everything a person does to get in and to keep others out, in a browser with its own authenticator: first steps, two
 * taps, a lost key, an app's codes, a ministry's own sign-in, a grave act, a session ended under somebody's hands.
 */
import { createServer } from 'node:net';
import * as OTPAuth from 'otpauth';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { morePeople } from '../stories/nation.ts';
import { axe, type Face, scrollsSideways } from '../support/browser.ts';
import { until } from '../support/wait.ts';
import { countPresses, type Device, giveDevice } from './device.ts';
import { type House, openHouse, PASSWORD } from './house.ts';
import { type Ministry, startMinistry } from './ministry.ts';
import { fillNow, proveIfAsked, reviewAndSend } from './steps.ts';
import { say } from './words.ts';

const t = say();
const MINUTE = 60_000;
/** After this long a stream must be closed and the screen say so (ISO-9, ISO-10), with the browser's own time on top. */
const SOON = 5_000;
const PASSPHRASE = '一句好記的長話勝過一串符號';
const STORY = {
  description: '學校首頁遭置換，內容為不明文字。',
  scope: '僅首頁，無個人資料外洩。',
  measures: '已將網站下線。',
  level: 'D',
  phone: '02-0000-5678',
} as const;

const rows = {
  ...morePeople,
  persons: [
    ...(morePeople.persons ?? []),
    ...(['admin2', 'newcomer', 'clerk'] as const).map((code, index) => ({
      code,
      organisation: 'dgbas-edpc',
      nameZh: ['蘇管理', '尤值勤', '白值勤'][index] as string,
      nameEn: ['Administrator Su', 'Officer Yu', 'Officer Pai'][index] as string,
      email: `${code}@dgbas-edpc.example`,
      phone: '02-0000-4000',
    })),
  ],
  holdings: [
    ...(morePeople.holdings ?? []),
    { post: 'centre-administrator', person: 'admin2' },
    { post: 'duty-officer', person: 'newcomer' },
    { post: 'duty-officer', person: 'clerk' },
  ],
};

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
/** A refusal's words without the number of the request. */
const wordsOf = async (page: Page): Promise<string> =>
  (await page.locator('.problem').innerText())
    .replace(t.common.problem.reference(''), '')
    .replace(/\S+$/, '');
const inside = (page: Page) => page.waitForURL((url) => !/sign-in|enrol|second-factor/.test(url.pathname));

// Browsers starve on a busy machine: the bound only ends what hangs.
describe('signing in, in the browser', { timeout: 180_000 }, () => {
  let house: House;
  let ministry: Ministry;
  const at: Record<string, { page: Page; device?: Device }> = {};

  beforeAll(async () => {
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    ministry = await startMinistry(`${origin}/api/v1/session/oidc/1/callback`);
    house = await openHouse({
      rows,
      strangers: ['newcomer', 'clerk'],
      env: {
        PUBLIC_URL: origin,
        PORT: String(port),
        SECOND_FACTOR: 'required',
        OIDC_ISSUER: ministry.issuer,
        OIDC_CLIENT_ID: ministry.clientId,
        OIDC_CLIENT_SECRET: ministry.clientSecret,
        OIDC_NAME: '經濟部',
      },
    });
    // Whoever agrees to a recovery has been in his post for seven days.
    house.clock.advance(8 * 24 * 60 * MINUTE);
  }, 180_000);
  afterAll(async () => {
    await house?.close();
    await ministry?.close();
  });

  async function open(face: Partial<Face> = {}): Promise<Page> {
    const window = await house.browser.open({ ...face, baseURL: house.url });
    window.context.setDefaultTimeout(30_000);
    return window.page;
  }
  const emailOf = (code: string): string => house.persons.get(code)?.email ?? '';

  async function byPassword(page: Page, code: string, password = PASSWORD): Promise<void> {
    await page.goto('/sign-in');
    await page.getByLabel(t.signin.login, { exact: true }).fill(emailOf(code));
    await page.getByLabel(t.signin.password, { exact: true }).fill(password);
    await button(page, t.signin.submit).click();
  }
  async function byPasskey(page: Page): Promise<void> {
    await page.goto('/sign-in');
    await button(page, t.signin.passkey).click();
    await inside(page);
  }
  async function signOut(page: Page): Promise<void> {
    await page.locator('.person > summary').click();
    await button(page, t.shell.signOut).click();
    await page.waitForURL(/\/sign-in/);
  }
  /** Opens the administrator's page and an act on somebody's line. */
  async function actOn(page: Page, name: string, act: string) {
    await page.goto('/administration');
    const line = page.locator('.people-list > li').filter({ hasText: name });
    await line.getByRole('button', { name: act, exact: true }).click();
    return { line, dialog: page.getByRole('dialog').first() };
  }
  const linkShown = async (page: Page): Promise<string> => {
    const box = page.locator('.one-time-link');
    await box.waitFor();
    return box.inputValue();
  };
  /** The session answers the person's own question about himself. */
  const me = async (page: Page) => {
    const answer = await page.context().request.get('/api/v1/session');
    return { status: answer.status(), body: (await answer.json()) as { access?: string; how?: string } };
  };
  /** The page answers the dialog that asks for a passkey. */
  const confirmByPasskey = async (page: Page): Promise<void> => {
    const asked = page.getByRole('dialog', { name: t.security.stepUp.title });
    await asked.getByRole('button', { name: t.security.stepUp.passkey, exact: true }).click();
    await asked.waitFor({ state: 'detached' });
  };

  test('AUTH-4: a password alone leads to a second proof, and still files a report', async () => {
    const page = await open({ width: 390 });
    at['teacher'] = { page };
    await byPassword(page, 'teacher');
    await page.getByRole('heading', { name: t.security.first.enrolTitle }).waitFor();
    expect(await axe(page)).toEqual([]);
    expect((await me(page)).body.access).toBe('limited');
    // What is not for such a session is not shown by another address either.
    await page.goto('/cases');
    await page.waitForURL(/second-factor/);
    await page.getByRole('link', { name: t.security.first.report }).click();
    await button(page, t.form.start.newReport).click();
    await page.locator('#f-description').waitFor();
    await fillNow({ page } as never, STORY);
    await reviewAndSend({ page } as never);
    expect((await page.locator('.filed-number').innerText()).trim()).toMatch(/\d{3}-\d{4}/);
  });

  test('AUTH-4: the administrator makes a passkey at first sign-in and is let in', async () => {
    for (const code of ['admin', 'admin2']) {
      const page = await open();
      const device = await giveDevice(page);
      at[code] = { page, device };
      await byPassword(page, code);
      await page.waitForURL(/second-factor/);
      await page.locator('#key-name').fill('公務電腦');
      await button(page, t.security.first.makePasskey).click();
      await inside(page);
      expect(await device.count()).toBe(1);
      expect((await me(page)).body.access).toBe('full');
    }
  });

  test('S5: invited, a new officer chooses a passkey; from then on two taps let him in', async () => {
    const { page: admin } = at['admin']!;
    const { dialog } = await actOn(admin, '尤值勤', t.security.admin.invite);
    expect(await dialog.getByLabel(t.security.admin.login, { exact: true }).inputValue()).toBe(
      emailOf('newcomer'),
    );
    await dialog.getByRole('button', { name: t.security.admin.invite, exact: true }).click();
    const link = await linkShown(admin);
    expect(link).toContain(`${house.url}/enrol#token=`);
    await button(admin, t.common.close).first().click();

    const page = await open({ width: 390, scheme: 'dark' });
    const device = await giveDevice(page);
    at['newcomer'] = { page, device };
    await page.goto(link);
    await page.getByRole('heading', { name: t.security.first.title, exact: true }).waitFor();
    await page.getByText('尤值勤').first().waitFor();
    expect(await axe(page)).toEqual([]);
    await button(page, t.security.first.makePasskey).click();
    await inside(page);
    expect(await device.count()).toBe(1);
    await signOut(page);

    // The first tap is the page's largest button, the second the finger on the device.
    const presses = await countPresses(page);
    await button(page, t.signin.passkey).click();
    await inside(page);
    expect(await presses()).toBe(1);
    expect((await me(page)).body).toMatchObject({ access: 'full', how: 'passkey' });

    // The link was good once.
    const stranger = await open();
    await stranger.goto(link);
    await stranger.getByText(t.security.first.missing).waitFor();
  });

  test('AUTH-3: invited, an officer chooses a password and an app; the code is his second step', async () => {
    const { page: admin } = at['admin']!;
    const { dialog } = await actOn(admin, '白值勤', t.security.admin.invite);
    await dialog.getByRole('button', { name: t.security.admin.invite, exact: true }).click();
    const link = await linkShown(admin);
    const page = await open();
    await page.goto(link);
    await page.getByRole('radio', { name: t.security.first.password }).check();
    await page.locator('#new-password').fill(PASSPHRASE);
    await button(page, t.security.first.toCode).click();
    await page.getByRole('img', { name: t.security.app.qr }).waitFor();
    expect(await axe(page)).toEqual([]);
    const secret = (await page.locator('.secret-text').innerText()).replaceAll(/\s/g, '');
    const app = new OTPAuth.TOTP({ secret });
    const codeIn = (ms: number) => app.generate({ timestamp: house.clock.now().getTime() + ms });
    const first = codeIn(0);
    await page.locator('#code').fill(first);
    await button(page, t.security.first.finish).click();
    await inside(page);
    await signOut(page);

    await byPassword(page, 'clerk', PASSPHRASE);
    await page.getByRole('heading', { name: t.signin.second.title }).waitFor();
    expect(await axe(page)).toEqual([]);
    // The code that was used to set it up is spent; a wrong and a spent code are told apart by nobody.
    const refused = async (code: string): Promise<string> => {
      await page.locator('#code').fill(code);
      await button(page, t.signin.second.submit).click();
      await until(async () => (await page.locator('#code').inputValue()) === '', {
        describe: 'the code is refused',
      });
      return wordsOf(page);
    };
    const spent = await refused(first);
    const near = [-60_000, -30_000, 0, 30_000, 60_000].map(codeIn);
    const wrong = await refused(
      ['000000', '111111', '222222', '333333', '444444', '555555'].find((one) => !near.includes(one)) ?? '',
    );
    expect(wrong).toBe(spent);
    // A slip costs the next code, not the password again.
    house.clock.advance(MINUTE);
    await page.locator('#code').fill(codeIn(0));
    await button(page, t.signin.second.submit).click();
    await inside(page);
    expect((await me(page)).body).toMatchObject({ access: 'full', how: 'totp' });
  });

  test('AUTH-2: a wrong name and a wrong password are answered in the same words', async () => {
    const page = await open();
    const said: string[] = [];
    for (const [login, password] of [
      [emailOf('admin'), 'a-wrong-password-indeed'],
      ['nobody@nowhere.example', 'a-wrong-password-indeed'],
      [emailOf('newcomer'), PASSWORD],
    ] as const) {
      await page.goto('/sign-in');
      await page.getByLabel(t.signin.login, { exact: true }).fill(login);
      await page.getByLabel(t.signin.password, { exact: true }).fill(password);
      await button(page, t.signin.submit).click();
      said.push(await wordsOf(page));
    }
    expect(new Set(said).size).toBe(1);
  });

  test('AUTH-4 ISO-15: a lost key of a duty officer is renewed by two administrators, and what was lost is dead', async () => {
    const { page, device } = at['newcomer']!;
    await device?.lose();
    // From the sign-in page, without a name: whom to ring.
    const stranger = await open({ width: 390 });
    await stranger.goto('/sign-in');
    await stranger.getByRole('link', { name: t.signin.lost }).click();
    await stranger.getByRole('link', { name: house.pack.desk.phone }).first().waitFor();
    expect(await stranger.locator('main input[type=text], main input:not([type])').count()).toBe(0);
    expect(await axe(stranger)).toEqual([]);

    const { page: admin } = at['admin']!;
    const asking = await actOn(admin, '尤值勤', t.security.admin.recover);
    await asking.dialog.getByText(t.security.admin.recoverFourEyes).waitFor();
    await asking.dialog
      .getByLabel(t.security.admin.recoverReason)
      .fill('以登記之分機回撥，本人說明手機遺失。');
    await asking.dialog.getByRole('button', { name: t.security.admin.recover, exact: true }).click();
    await until(
      async () => {
        if (await admin.getByRole('dialog', { name: t.security.stepUp.title }).isVisible())
          await confirmByPasskey(admin);
        return asking.line.getByText(t.security.admin.recoverPending).isVisible();
      },
      { describe: 'the recovery waits for a second administrator' },
    );
    // Whoever asked cannot agree.
    expect(await button(admin, t.security.admin.approve).count()).toBe(0);

    const { page: second } = at['admin2']!;
    await second.goto('/administration');
    await second.getByText('以登記之分機回撥').waitFor();
    expect(await axe(second)).toEqual([]);
    await button(second, t.security.admin.approve).click();
    const agreeing = second.getByRole('dialog').first();
    await agreeing.getByLabel(t.security.admin.approveTick).check();
    await agreeing.getByRole('button', { name: t.security.admin.approve, exact: true }).click();
    await until(
      async () => {
        if (await second.getByRole('dialog', { name: t.security.stepUp.title }).isVisible())
          await confirmByPasskey(second);
        return second.locator('.one-time-link').isVisible();
      },
      { describe: 'the link is shown' },
    );
    const link = await linkShown(second);

    const fresh = await open();
    const newKey = await giveDevice(fresh);
    await fresh.goto(link);
    await fresh.getByRole('heading', { name: t.security.first.recoveryTitle }).waitFor();
    await button(fresh, t.security.first.makePasskey).click();
    await inside(fresh);
    at['newcomer'] = { page: fresh, device: newKey };
    // The session on the lost telephone has ended with the key.
    expect((await me(page)).status).toBe(401);
    await fresh.goto('/security');
    await fresh.locator('.security-list').first().waitFor();
    expect(await fresh.locator('.security-part').first().locator('li').count()).toBe(1);
    expect(await axe(fresh)).toEqual([]);
  });

  test('AUTH-8: an account of the ministry is linked, then signs in', async () => {
    const { page } = at['newcomer']!;
    ministry.becomes('yu.1984');
    await page.goto('/security');
    await button(page, t.security.page.link('經濟部')).click();
    await until(
      async () => {
        if (await page.getByRole('dialog', { name: t.security.stepUp.title }).isVisible())
          await confirmByPasskey(page);
        return /oidc=linked/.test(page.url());
      },
      { describe: 'the account is linked' },
    );
    await page.getByText(t.security.oidc.linked).waitFor();
    await signOut(page);
    await button(page, t.signin.withProvider('經濟部')).click();
    await inside(page);
    expect((await me(page)).body.how).toBe('oidc');
    // Somebody the ministry knows and we do not is sent back with a sentence, not let in.
    ministry.becomes('someone.else');
    const other = await open();
    await other.goto('/sign-in');
    await button(other, t.signin.withProvider('經濟部')).click();
    await other.waitForURL(/oidc=/);
    await other.getByText(t.security.oidc.unlinked).waitFor();
  });

  test('AUTH-6: confirming level A asks once more who it is; nothing typed is lost, not even by “cancel”', async () => {
    const { page } = at['newcomer']!;
    await signOut(page);
    await byPasskey(page);
    const engineer = await house.open('engineer', { signedIn: 'by-call' });
    const filed = await engineer.call<{ caseId: string }>(
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
    house.clock.advance(6 * MINUTE);
    await page.goto(`/cases/${filed.body.caseId}`);
    const reason = '影響公共安全、社會秩序。';
    const name = t.cases.acts['confirm-level'];
    // First the person thinks better of it.
    const asked = page.getByRole('dialog', { name: t.security.stepUp.title });
    const dialog = page.getByRole('dialog', { name, exact: true });
    const bar = page.getByRole('region', { name: t.cases.actLabel });
    await bar.getByRole('button', { name: new RegExp(`^${name}`) }).click();
    await dialog.getByLabel(t.cases.form.reason).fill(reason);
    const tick = dialog.getByLabel(t.cases.form.graveTick);
    await tick.check();
    await dialog.getByRole('button', { name: new RegExp(`^${name}`) }).click();
    await asked.waitFor();
    expect(await axe(page)).toEqual([]);
    await asked.getByRole('button', { name: t.common.cancel, exact: true }).click();
    await asked.waitFor({ state: 'detached' });
    expect(await dialog.getByLabel(t.cases.form.reason).inputValue()).toBe(reason);
    // Then he shows who he is, and the very same act goes through once.
    await dialog.getByRole('button', { name: new RegExp(`^${name}`) }).click();
    await asked.waitFor();
    await confirmByPasskey(page);
    await dialog.waitFor({ state: 'detached' });
    const view = await page.context().request.get(`/api/v1/cases/${filed.body.caseId}`);
    const { case: now, gradings } = (await view.json()) as {
      case: { level: string; levelStatus: string };
      gradings: { reason: string }[];
    };
    expect(now).toMatchObject({ level: 'A', levelStatus: 'confirmed' });
    expect(gradings.filter((one) => one.reason === reason)).toHaveLength(1);
  });

  test('ISO-9 ISO-10: a session ended elsewhere says so within seconds, keeps the draft and leads back to it', async () => {
    // The teacher, who has reported meanwhile, comes to a key of her own.
    const { page } = at['teacher']!;
    const device = await giveDevice(page);
    await page.goto('/second-factor');
    await button(page, t.security.first.makePasskey).click();
    await proveIfAsked({ page }, async () => !/second-factor/.test(page.url()));
    const other = await open();
    await device.alsoIn(other);
    await byPasskey(other);
    await other.goto('/report/new');
    await button(other, t.form.start.newReport).click();
    await other.locator('#f-description').waitFor();
    const form = new URL(other.url()).pathname;
    await other.locator('#f-description').fill(STORY.description);

    await page.goto('/security');
    await button(page, t.security.page.endOthers).click();
    const dialog = page.getByRole('dialog').first();
    await dialog.getByRole('button', { name: t.security.page.endOthers, exact: true }).click();
    const began = performance.now();
    await dialog.waitFor({ state: 'detached' });
    await other.getByText(t.signin.ended).waitFor();
    expect(performance.now() - began).toBeLessThan(SOON);
    expect(await axe(other)).toEqual([]);
    await button(other, t.signin.passkey).click();
    await other.waitForURL((url) => url.pathname === form);
    await until(async () => (await other.locator('#f-description').inputValue()) === STORY.description, {
      describe: 'the draft is there',
    });
  });

  test('ISO-1: what is not there and what is not for one are the same page', async () => {
    const { page } = at['newcomer']!;
    const texts: string[] = [];
    for (const path of [
      '/no-such-page',
      `/cases/${crypto.randomUUID()}`,
      `/directory/${crypto.randomUUID()}`,
    ]) {
      await page.goto(path);
      await page.getByRole('heading', { name: t.common.page.notFound }).waitFor();
      texts.push(await page.locator('main').innerText());
      expect(await scrollsSideways(page)).toBe(false);
    }
    await page.goto('/administration');
    await page.getByRole('heading', { name: t.common.page.notFound }).waitFor();
    texts.push(await page.locator('main').innerText());
    expect(new Set(texts).size).toBe(1);
  });
});
