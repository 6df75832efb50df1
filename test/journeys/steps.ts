/** What people do on the screens, each as one step of a journey. */
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { isAffair } from '../../src/cases/affairs-rules.ts';
import type { CaseAct, CaseActName, CaseView } from '../../src/cases/contract.ts';
import type { Received } from '../support/smtp-sink.ts';
import { until } from '../support/wait.ts';
import { PASSWORD, type Person } from './house.ts';
import { say } from './words.ts';

const t = say();

/** What must be in now. */
export interface NowFields {
  readonly description: string;
  readonly scope: string;
  readonly measures: string;
  readonly level: 'A' | 'B' | 'C' | 'D';
  readonly phone: string;
}

/** A sentence for the level by which its radio button is found. */
export const levelWords = (person: { readonly page: Person['page'] }, level: string) =>
  person.page.locator(`input[type=radio][value="${level}"]`);

/** Starts a report of one's own body from the first page and fills the five fields. */
export async function beginReport(person: Person): Promise<string> {
  await person.goto('/report/new');
  await person.page.getByRole('button', { name: t.form.start.newReport, exact: true }).click();
  await person.page.waitForURL(/\/report\/[0-9a-f-]{36}/);
  await person.page.locator('#f-description').waitFor();
  return new URL(person.page.url()).pathname.split('/').at(-1) as string;
}

export async function fillNow(person: Person, fields: NowFields): Promise<void> {
  const { page } = person;
  await page.locator('#f-description').fill(fields.description);
  await page.locator('#f-scope').fill(fields.scope);
  await page.locator('#f-measures').fill(fields.measures);
  await levelWords(person, fields.level).check();
  await page.locator('#f-contactPhone').fill(fields.phone);
}

/** From the form to the review, and from there to the centre; gives the case's id from the address. */
export async function reviewAndSend(person: Person, send: string = t.form.step.send): Promise<string> {
  const { page } = person;
  await page.getByRole('button', { name: t.form.review, exact: true }).click();
  await page.getByRole('heading', { name: t.form.step.title }).waitFor();
  await page.getByRole('button', { name: send, exact: true }).click();
  await page.waitForURL(/\/cases\/[0-9a-f-]{36}\/filed/);
  return new URL(page.url()).pathname.split('/')[2] as string;
}

/** Draft saved at the server: the line under the form says so. */
export async function savedAtServer(person: Person, draftId: string, check: (content: string) => boolean) {
  await until(
    async () => {
      const answer = await person.get<{ content: object }>(`/drafts/${draftId}`);
      return answer.status === 200 && check(JSON.stringify(answer.body.content));
    },
    { describe: 'the draft is saved at the server' },
  );
}

/** Opens an act's dialog on the page that is open, fills what it asks and confirms. */
export async function doAct(
  person: Person,
  act: CaseActName,
  options: {
    level?: string;
    reason?: string;
    text?: string;
    when?: string;
    /** It needs a second person, so the button proposes. */
    proposes?: boolean;
    /** Looked at after everything is filled and before the button is pressed. */
    before?: () => Promise<void>;
  } = {},
): Promise<void> {
  const { page } = person;
  const name = t.cases.acts[act];
  const bar = page.getByRole('region', { name: t.cases.actLabel });
  const button = bar.getByRole('button', { name: new RegExp(`^${name}`) });
  await bar.waitFor();
  if (!(await button.isVisible())) await bar.getByText(t.cases.moreActs, { exact: true }).click();
  await button.click();
  const dialog = page.getByRole('dialog', { name });
  await dialog.waitFor();
  if (act === 'release') await dialog.locator('input[type=radio][value="resolved"]').check();
  if (options.level) await dialog.locator(`input[type=radio][value="${options.level}"]`).check();
  if (options.when) await dialog.locator('.when-field input').first().fill(options.when);
  if (options.reason) await dialog.getByLabel(t.cases.form.reason).fill(options.reason);
  if (options.text) await dialog.locator('textarea').fill(options.text);
  const tick = dialog.getByLabel(t.cases.form.graveTick);
  await dialog.getByText(t.common.told.title, { exact: false }).first().waitFor();
  await until(async () => (await dialog.locator('.skeleton').count()) === 0, {
    describe: 'who will be told',
  });
  if (await tick.isVisible()) await tick.check();
  await options.before?.();
  const verb = options.proposes ? t.cases.pending.propose : name;
  const press = dialog.getByRole('button', { name: new RegExp(`^${verb}`) });
  await press.click();
  await proveIfAsked(person, () => isThrough(dialog, press));
}

/** Whether the act is through. A clock may have moved the case meanwhile: a person reads what is new and presses again. */
export async function isThrough(dialog: Locator, press: Locator): Promise<boolean> {
  if (await dialog.isHidden()) return true;
  const news = dialog.getByRole('alert').filter({ hasText: t.common.problem.changedTitle });
  if ((await news.isVisible()) && (await press.isEnabled())) await press.click();
  return dialog.isHidden();
}

/** The second person reads what waits for him on the case page that is open, and agrees. */
export async function approve(person: Person): Promise<void> {
  const { page } = person;
  const name = t.cases.acts['approve-act'];
  const waiting = page.getByRole('region', { name: t.cases.pending.title });
  await waiting.getByRole('button', { name, exact: true }).click();
  const dialog = page.getByRole('dialog', { name });
  await dialog.waitFor();
  await until(async () => (await dialog.locator('.skeleton').count()) === 0, {
    describe: 'who will be told',
  });
  await dialog.getByLabel(t.cases.form.graveTick).check();
  const press = dialog.getByRole('button', { name, exact: true });
  await press.click();
  await proveIfAsked(person, () => isThrough(dialog, press));
  await waiting.waitFor({ state: 'detached' });
}

/** Waits until something is done, and shows once more who one is when the page asks for it meanwhile. */
export async function proveIfAsked(
  { page }: Pick<Person, 'page'>,
  isDone: () => Promise<boolean>,
  password: string = PASSWORD,
): Promise<void> {
  const asked = page.getByRole('dialog', { name: t.security.stepUp.title });
  await until(
    async () => {
      if (await asked.isVisible()) {
        await asked.getByLabel(t.security.stepUp.password, { exact: true }).fill(password);
        await asked.getByRole('button', { name: t.security.stepUp.submit, exact: true }).click();
        await asked.waitFor({ state: 'detached' });
      }
      return isDone();
    },
    { timeout: 40_000, every: 50, describe: 'the act is done' },
  );
}

const REASON = '試行不該准許的行為。';
/** Every act of the API with a body that is right as far as a body can be without knowing the case. */
const ACT_BODIES: Record<CaseActName, Record<string, unknown>> = {
  take: {},
  'hand-over': { toPerson: crypto.randomUUID(), reason: REASON },
  register: {},
  'ask-back': { text: REASON },
  'confirm-level': { level: 'C', reason: REASON },
  'change-level': { level: 'C', reason: REASON },
  promote: { reason: REASON },
  'send-back': { reason: REASON },
  release: { reason: REASON },
  dismiss: { reason: REASON },
  'request-withdrawal': { reason: REASON },
  'approve-withdrawal': { reason: REASON },
  'refuse-withdrawal': { reason: REASON },
  merge: { intoCase: crypto.randomUUID(), reason: REASON },
  unmerge: { reason: REASON },
  'link-case': { withCase: crypto.randomUUID(), reason: REASON },
  'unlink-case': { reason: REASON },
  reopen: { reason: REASON },
  'leave-to-agency': { reason: REASON },
  'call-meeting': { startsAt: '2026-01-01T00:00:00Z', place: REASON, reason: REASON },
  'order-stationing': { reason: REASON },
  message: { text: REASON },
  'correct-awareness': { at: '2026-01-01T00:00:00Z', reason: REASON },
  'report-convenor-told': { at: '2026-01-01T00:00:00Z', how: 'telephone', reason: REASON },
  'approve-act': { proposal: 1 },
  'decline-act': { proposal: 1, reason: REASON },
  'withdraw-act': { proposal: 1, reason: REASON },
  hold: { authority: '某檢察署', reference: '115 偵 1', until: null, reason: REASON },
  'lift-hold': { reason: REASON },
  'tick-item': { item: 'contain' },
  'skip-item': { item: 'contain', reason: REASON },
  'reopen-item': { item: 'contain', reason: REASON },
  'request-support': { item: null, text: REASON },
  'assign-support': { request: 1, group: 'service-centre' },
  'accept-support': { request: 1 },
  'decline-support': { request: 1, reason: REASON },
  'recall-support': { request: 1, group: 'service-centre', reason: REASON },
  'support-progress': { request: 1, text: REASON },
  'support-done': { request: 1, text: REASON },
  'cancel-support': { request: 1, reason: REASON },
  'support-feedback': { request: 1, helped: 'yes', text: REASON },
  'open-referral': { target: 'prosecutors', reason: REASON },
  'send-referral': { target: 'prosecutors', to: REASON, channel: 'telephone', at: '2026-01-01T00:00:00Z' },
  'record-referral-receipt': { target: 'prosecutors', at: '2026-01-01T00:00:00Z', officer: REASON },
  'record-referral-reply': {
    target: 'prosecutors',
    at: '2026-01-01T00:00:00Z',
    outcome: 'taken-up',
    text: REASON,
  },
  'close-referral': { target: 'prosecutors', reason: REASON },
};
const ACT_NAMES = Object.keys(ACT_BODIES) as CaseActName[];

/** Every act as a body for this case. */
function everyAct(view: CaseView, toPerson: string): CaseAct[] {
  const { revision, level, openedAt } = view.case;
  const fitting: Partial<Record<CaseActName, object>> = {
    'hand-over': { toPerson },
    'confirm-level': { level: level === 'C' ? 'D' : 'C' },
    'change-level': { level: level === 'C' ? 'D' : 'C' },
    'correct-awareness': { at: openedAt },
    'report-convenor-told': { at: openedAt },
  };
  return ACT_NAMES.map((act) => ({ ...ACT_BODIES[act], ...fitting[act], act, revision }) as CaseAct);
}

/** Acts about procedure, support, referral and campaigns are tried one by one in rights.test.ts and their own stories. */
const isElsewhere = (act: string) =>
  isAffair(act as CaseActName) || act === 'link-case' || act === 'unlink-case';

/**
 * Tries every act the person may not do, by his own session, and that each is refused with a problem that says so and
 * nothing has changed. `allowed` is the journey's own list, not what the server says of itself; acts the post may do in
 * principle but the case's state does not offer are refused as well. `null`: he does not know of the case yet.
 */
export async function triesTheForbidden(
  person: Person,
  caseId: string,
  allowed: readonly string[] | null,
  colleague: string,
): Promise<number> {
  if (allowed === null) return knowsNothing(person, caseId);
  const before = await person.sees(caseId);
  const may = before.may
    .map((one) => one.act)
    .filter((act) => !['acknowledge', 'read'].includes(act) && !isElsewhere(act));
  expect(may.sort(), `what ${person.code} is offered`).toEqual([...allowed].sort());
  let tried = 0;
  for (const command of everyAct(before, colleague)) {
    if (allowed.includes(command.act) || isElsewhere(command.act)) continue;
    const answer = await person.call<{ code?: string }>('POST', `/cases/${caseId}/acts`, command);
    const said = `${person.code} tries ${command.act}: ${answer.status} ${answer.text.slice(0, 200)}`;
    expect([403, 409], said).toContain(answer.status);
    expect(REFUSALS, said).toContain(answer.body.code);
    tried += 1;
  }
  for (const kind of ['follow-up', 'recovery'] as const) {
    if (allowed.includes(`file-${kind}`)) continue;
    const { organisation } = before.case;
    const answer = await person.call<{ code?: string }>(
      'POST',
      '/reports',
      {
        kind,
        caseId,
        organisationId: organisation.id,
        content: {
          impactLevel: 'D',
          description: 'x',
          solution: 'x',
          cause: 'x',
          resolvedAt: before.case.openedAt,
        },
      },
      { 'idempotency-key': crypto.randomUUID() },
    );
    const said = `${person.code} files a ${kind}: ${answer.status} ${answer.text.slice(0, 200)}`;
    expect([403, 409], said).toContain(answer.status);
    expect(REFUSALS, said).toContain(answer.body.code);
    tried += 1;
  }
  if (!allowed.includes('record-acknowledgement')) {
    const notice = before.knows[0]?.noticeId;
    const answer = await person.call<{ code?: string }>(
      'POST',
      `/notices/${notice}/telephone-acknowledgement`,
      { at: before.case.openedAt, personId: null, name: '某人' },
    );
    expect(answer.status, `${person.code} records a call: ${answer.text}`).toBe(403);
    tried += 1;
  }
  // Another body's notice cannot be confirmed by whoever happens to see it; within a body a rung may have reached him (H40).
  const { body: session } = await person.get<{ posts: { organisation: { id: string } }[] }>('/session');
  const own = new Set(session.posts.map((post) => post.organisation.id));
  for (const row of before.knows.filter((one) => !own.has(one.party.organisationId))) {
    const mine = await person.get<{ items: { id: string }[] }>('/inbox?limit=100');
    if (mine.body.items.some((notice) => notice.id === row.noticeId)) continue;
    const answer = await person.call('POST', `/notices/${row.noticeId}/acknowledgement`);
    expect(answer.status, `${person.code} confirms for another: ${answer.text}`).toBe(404);
    tried += 1;
    break;
  }
  const after = await person.sees(caseId);
  // Time goes on meanwhile: what a clock says of itself is nobody's doing.
  const done = (view: CaseView) => view.facts.filter((fact) => !/^(clock-|rung-)/.test(fact.kind));
  expect(done(after), `nothing that ${person.code} tried has changed the case`).toEqual(done(before));
  expect([after.case.state, after.case.level]).toEqual([before.case.state, before.case.level]);
  expect(after.reports).toEqual(before.reports);
  return tried;
}

/** What a refused act may be refused with. */
const REFUSALS = [
  'forbidden-act',
  'already-final',
  'conflict',
  'level-same',
  'not-recovered',
  'level-unconfirmed',
  'release-needs-solution',
  'release-needs-resolved-time',
  'nothing-to-merge',
  'nothing-to-link',
  'nothing-proposed',
  'not-held',
  'stationing-stands',
];

/** Whoever may not know of the case gets exactly what an unknown number gets; tells how many ways were tried. */
export async function knowsNothing(person: Person, caseId: string): Promise<number> {
  const unknown = crypto.randomUUID();
  const paths = (id: string) => [
    ['GET', `/cases/${id}`],
    ...ACT_NAMES.map((act) => ['POST', `/cases/${id}/acts`, { ...ACT_BODIES[act], act, revision: 1 }]),
    ['POST', `/cases/${id}/acts/preview`, { act: 'take', revision: 1 }],
    ['GET', `/cases/${id}/reports/1/paper.pdf`],
  ];
  const theirs = paths(caseId);
  const nobodys = paths(unknown);
  const strip = (text: string) =>
    text
      .replaceAll(caseId, 'ID')
      .replaceAll(unknown, 'ID')
      .replace(/"instance":"[^"]*"/, '');
  for (const [index, [method, path, body]] of theirs.entries()) {
    const one = await person.call(method as string, path as string, body);
    const [, otherPath, otherBody] = nobodys[index] as [string, string, unknown];
    const two = await person.call(method as string, otherPath, otherBody);
    expect([one.status, strip(one.text)], `${person.code} ${method} ${path}`).toEqual([
      two.status,
      strip(two.text),
    ]);
    expect(one.status).toBe(404);
  }
  const list = await person.get<{ items: { id: string }[] }>('/cases?limit=100');
  expect(list.body.items.filter((row) => row.id === caseId)).toEqual([]);
  return theirs.length;
}

/** A moment as people type it: the wall clock of Taipei, to the minute. */
export function typed(at: Date): string {
  const wall = new Date(at.getTime() + 8 * 3_600_000).toISOString();
  return `${wall.slice(0, 10)} ${wall.slice(11, 16)}`;
}

/** Every mail so far is a notice as S8.3.6 and DEC-19 want it: number, level, what is asked, a link, and no narrative. */
export function readEveryMail(
  mails: readonly Received[],
  about: { url: string; numbers: readonly string[]; secrets: readonly string[] },
): void {
  expect(mails.length).toBeGreaterThan(0);
  for (const mail of mails) {
    const said = `${mail.to.join()}: ${mail.subject}\n${mail.text}`;
    expect(mail.accepted, said).toBe(true);
    expect(
      about.numbers.some((number) => mail.subject.includes(number)),
      said,
    ).toBe(true);
    expect(mail.subject, said).toMatch(/[A-D] ?級|Level [A-D]|[A-D]/);
    expect(mail.text, said).toMatch(/請您|Asked|知悉|簽收|查看|檢視/);
    const links = [...mail.text.matchAll(/https?:\/\/\S+/g)].map(([link]) => link);
    expect(links.length, said).toBeGreaterThan(0);
    for (const link of links) {
      expect(link, said).toMatch(/\/inbox\?notice=[0-9a-f-]{36}$/);
      expect(link.startsWith(about.url), said).toBe(true);
    }
    expect(mail.html, said).toBe('');
    for (const secret of about.secrets) expect(mail.subject + mail.text, said).not.toContain(secret);
  }
}

/** The link of the latest mail to somebody. */
export function linkIn(mails: readonly Received[], email: string, subject?: string): string {
  const mail = mails.findLast((one) => one.to.includes(email) && (!subject || one.subject.includes(subject)));
  const link = mail && /https?:\/\/\S+\/inbox\?notice=[0-9a-f-]{36}/.exec(mail.text)?.[0];
  if (!link) throw new Error(`no mail with a link to ${email}`);
  return link;
}
