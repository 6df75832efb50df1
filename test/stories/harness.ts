/**
 * Stories: the real rules, the real database, the real clocks and deliveries, and time that passes when the story says so.
 * A story reads as minutes: `at('09:20')`, `teacher.files(…)`, `desk.confirms('D')`, `knows(…)`.
 */
import { createHash, randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { caseAct, type FileReportInput, fileReport } from '../../src/cases/contract.ts';
import {
  acknowledge,
  act,
  type CaseAct,
  caseView,
  type FiledAnswer,
  type FileReport,
  file,
  fireDueClocks,
  followCases,
  recordTelephone,
} from '../../src/cases/index.ts';
import { listCases, queue } from '../../src/cases/lists.ts';
import { followCase } from '../../src/centre/index.ts';
import { deliverDue, noticesOfCase } from '../../src/delivery/index.ts';
import { type DirectoryRows, loadDirectory } from '../../src/directory/index.ts';
import { makeWorld, pack } from '../../src/directory/test-world.ts';
import { keysFor } from '../../src/identity/index.ts';
import { type Actor, SYSTEM } from '../../src/platform/actor.ts';
import { isRefusal } from '../../src/platform/errors.ts';
import { createMailTransport } from '../../src/platform/mail.ts';
import { read, type Tx } from '../../src/platform/transaction.ts';
import { startSmtpSink } from '../support/smtp-sink.ts';
import { morePeople } from './nation.ts';

/** An act without what the harness fills in itself. */
export type Doing = CaseAct extends infer A
  ? A extends CaseAct
    ? Omit<A, 'revision' | 'as'> & { revision?: number }
    : never
  : never;

const DEFAULTS = {
  description: '學校首頁遭置換，內容為不明文字。已下線處理。',
  scope: '僅首頁，無個人資料外洩。',
  measures: '已將網站下線。',
  contactPhone: '02-0000-1234',
} as const;

/** What a refused promise was refused with, e.g. `forbidden-act`; fails the test when it was not refused. */
export async function refusalOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (isRefusal(error)) {
      const fields = error.fields.map((field) => `${field.path}:${field.code}`);
      return [error.code, ...fields].join(' ');
    }
    throw error;
  }
  throw new Error('it was not refused');
}

/** Opens a nation, a mail server and a clock that starts at the given moment. */
export async function openStory(start: string, rows: DirectoryRows = morePeople) {
  // As src/app.ts puts the rooms together.
  followCases(followCase);
  const sink = await startSmtpSink();
  const world = await makeWorld({ startAt: new Date(start) });
  const ctx = { ...world.ctx, config: { ...world.ctx.config, smtpUrl: sink.url } };
  const transport = createMailTransport(ctx.config);
  let day = start.slice(0, 10);
  await world.asSystem((tx) => loadDirectory(ctx, tx, pack, rows));

  const person = async (code: string): Promise<Actor & { personId: string }> => {
    const directory = await world.snapshot();
    const found = [...directory.persons.values()].find((one) => one.email.startsWith(`${code}@`));
    if (!found) throw new Error(`nobody is called ${code}`);
    return { personId: found.id, keys: keysFor(directory, pack, found.id, world.clock.now()) };
  };
  const organisation = async (code: string): Promise<string> => {
    const directory = await world.snapshot();
    const found = [...directory.organisations.values()].find((one) => one.code === code);
    if (!found) throw new Error(`no body ${code}`);
    return found.id;
  };

  const revisionOf = async (caseId: string): Promise<number> => {
    const row = await read(ctx.database, SYSTEM, ctx.clock, (tx) =>
      tx.db.selectFrom('cases').select('revision').where('id', '=', caseId).executeTakeFirst(),
    );
    return row?.revision ?? 1;
  };

  const story = {
    ctx,
    world,
    sink,
    clock: world.clock,
    person,
    organisation,
    /** It is now this time of the story's day (Asia/Taipei); what was due until then has happened. */
    async at(time: string) {
      world.clock.set(new Date(`${day}T${time}:00+08:00`));
      await story.settle();
    },
    /** As `at`, on another day. */
    async on(newDay: string, time: string) {
      day = newDay;
      await story.at(time);
    },
    /** Changes the directory or the mechanism, as an administrator would. */
    change<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
      return world.asSystem(work);
    },
    /** Clocks that are due fire, notices that wait are delivered. */
    async settle() {
      await fireDueClocks(ctx);
      await deliverDue(ctx, { transport });
    },
    /** Clocks that are due fire; nothing is mailed. */
    async settleClocks() {
      await fireDueClocks(ctx);
    },
    async files(
      code: string,
      body: string,
      content: Partial<FileReportInput['content']> & { impactLevel: string },
      options: Partial<Omit<FileReportInput, 'content' | 'organisationId'>> & { key?: string } = {},
    ): Promise<FiledAnswer> {
      const { key = uuid(), ...rest } = options;
      const request: FileReport = fileReport.parse({
        kind: 'initial',
        organisationId: await organisation(body),
        ...rest,
        content: { ...DEFAULTS, ...content },
      });
      return file(ctx, await person(code), request, key);
    },
    /** Acts, on the revision as it is now unless another is said; `key` as a click repeated. */
    async does(code: string, caseId: string, doing: Doing, key?: string) {
      const revision = doing.revision ?? (await revisionOf(caseId));
      const command = caseAct.parse({ ...doing, revision });
      return act(ctx, await person(code), caseId, command, key);
    },
    /** The second person agrees to what was proposed last (ISO-15). */
    async approves(code: string, caseId: string) {
      return story.does(code, caseId, { act: 'approve-act', proposal: await story.proposal(caseId) });
    },
    /** The number of the proposal that waits, the last one if several do. */
    async proposal(caseId: string): Promise<number> {
      const row = await read(ctx.database, SYSTEM, ctx.clock, (tx) =>
        tx.db.selectFrom('cases').select('detail').where('id', '=', caseId).executeTakeFirst(),
      );
      const detail = row?.detail as unknown as { pending: { id: number }[] } | undefined;
      return detail?.pending.at(-1)?.id ?? 0;
    },
    /** What the act is refused with. */
    refuses(code: string, caseId: string, doing: Doing): Promise<string> {
      return refusalOf(story.does(code, caseId, doing));
    },
    async list(code: string, query: Partial<Parameters<typeof listCases>[2]> = {}) {
      return listCases(ctx, await person(code), { order: 'newest', limit: 100, ...query });
    },
    async queue(code: string) {
      return queue(ctx, await person(code));
    },
    /** Every notice of the case as stored, with the code of the post it went to. */
    async notices(caseId: string) {
      const directory = await world.snapshot();
      const notices = await read(ctx.database, SYSTEM, ctx.clock, (tx) => noticesOfCase(tx, [caseId]));
      return notices.map((notice) => ({ ...notice, post: directory.posts.get(notice.postId)?.code ?? '?' }));
    },
    /** Codes of the posts told by a route, sorted; a post told twice stands twice. */
    async told(caseId: string, route: string): Promise<string[]> {
      return (await story.notices(caseId))
        .filter((notice) => notice.route === route)
        .map((notice) => notice.post)
        .sort();
    },
    async sees(code: string, caseId: string) {
      return caseView(ctx, await person(code), caseId);
    },
    /** Confirms every open notice of the person's posts about the case. */
    async acknowledges(code: string, caseId: string) {
      const actor = await person(code);
      const notices = await read(ctx.database, SYSTEM, ctx.clock, (tx) => noticesOfCase(tx, [caseId]));
      for (const notice of notices) {
        if (actor.keys.includes(`post:${notice.postId}`) && notice.expects !== 'none')
          await acknowledge(ctx, actor, notice.id);
      }
    },
    async acknowledgesNotice(code: string, noticeId: string) {
      await acknowledge(ctx, await person(code), noticeId);
    },
    async recordsTelephone(
      code: string,
      noticeId: string,
      said: { at: string; personId?: string | null; name?: string },
    ) {
      await recordTelephone(ctx, await person(code), noticeId, { personId: null, name: '', ...said });
    },
    /** Role or capacity → how the notices stand, e.g. `{ centre: 'acknowledged', authority: 'handed-over' }`. */
    async knows(caseId: string): Promise<Record<string, string>> {
      const notices = await read(ctx.database, SYSTEM, ctx.clock, (tx) => noticesOfCase(tx, [caseId]));
      const directory = await world.snapshot();
      return Object.fromEntries(
        notices.map((notice) => [
          `${directory.posts.get(notice.postId)?.code}/${notice.route}`,
          notice.status,
        ]),
      );
    },
    async close() {
      transport.close();
      await sink.close();
      await world.close();
    },
  };
  return story;
}
export type Story = Awaited<ReturnType<typeof openStory>>;

/** How many rows of the case each table shows with a person's own keys; notices of others counted apart. */
export async function readOf(story: Story, code: string, caseId: string): Promise<Record<string, number>> {
  const actor = await story.person(code);
  return read(story.ctx.database, actor, story.ctx.clock, async (tx) => {
    const [row] = await tx.query<Record<string, number>>(
      `select (select count(*)::int from cases where id = $1::uuid) as cases,
              (select count(*)::int from facts where stream_id = $1::uuid) as facts,
              (select count(*)::int from reports where case_id = $1::uuid) as reports,
              (select count(*)::int from report_persons p join reports r on r.id = p.report_id
                where r.case_id = $1::uuid) as report_persons,
              (select count(*)::int from clocks where case_id = $1::uuid) as clocks,
              (select count(*)::int from messages where case_id = $1::uuid) as messages,
              (select count(*)::int from deliveries where case_id = $1::uuid) as deliveries,
              (select count(*)::int from notices where case_id = $1::uuid
                and not ('post:' || post_id) = any ($2::text[])) as "foreignNotices"`,
      [caseId, actor.keys],
    );
    return row ?? {};
  });
}

/** A session of the person, made as a sign-in makes it, sure of who he is: what is tried with it is refused for other reasons. */
export async function openSession(story: Story, code: string): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const { personId } = await story.person(code);
  await story.change(async (tx) => {
    await tx.query(
      `insert into accounts (person_id, login, password_hash) values ($1, $2, '') on conflict do nothing`,
      [personId, code],
    );
    await tx.query(
      `insert into sessions (token_hash, person_id, created_at, seen_at, expires_at, stepped_up_at, stepped_up_how)
       values ($1, $2, $3, $3, $4, $3, 'link')`,
      [
        createHash('sha256').update(token).digest(),
        personId,
        tx.now,
        new Date(tx.now.getTime() + 80_000_000),
      ],
    );
  });
  return token;
}
