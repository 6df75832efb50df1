import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttp, type Http } from '../platform/http/index.ts';
import type { NoticeView } from './contract.ts';
import { deliveryRoutes } from './routes.ts';
import { makeWorld, type World } from './test-world.ts';

let world: World;
let http: Http;
beforeAll(async () => {
  world = await makeWorld();
  http = await createHttp({
    log: world.ctx.log,
    publicUrl: world.ctx.config.publicUrl,
    ready: async () => ({ ready: true, checks: {} }) as never,
  });
  await http.register(deliveryRoutes(world.ctx));
});
afterAll(async () => {
  await http.close();
  await world.close();
});

async function cookieOf(personId: string): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await world.owner.query(
    `insert into accounts (person_id, login, password_hash) values ($1::uuid, ($1::uuid)::text, 'none') on conflict do nothing`,
    [personId],
  );
  await world.owner.query(
    `insert into sessions (token_hash, person_id, created_at, seen_at, expires_at)
     values ($1, $2, now(), now(), now() + interval '1 hour')`,
    [createHash('sha256').update(token).digest(), personId],
  );
  return `__Host-tocsin=${token}`;
}

async function ask(cookie: string, method: 'GET' | 'POST', url: string) {
  const response = await http.inject({
    method,
    url,
    headers: { cookie, origin: 'https://tocsin.example', 'sec-fetch-site': 'same-origin' },
  });
  return { status: response.statusCode, body: response.json() };
}

describe('the inbox', () => {
  it('S8.3.6 shows what waits first, then the newest, page by page, each notice once', async () => {
    const post = await world.addPost(world.organisationId);
    const person = await world.addPerson(world.organisationId, 'inbox@agency.example');
    await world.hold(post, person);
    const cookie = await cookieOf(person);
    const ids: string[] = [];
    for (const expects of ['none', 'acknowledgement', 'none', 'task', 'acknowledgement'] as const) {
      ids.push((await world.queue({ postId: post, expects })).noticeId);
      world.clock.advance(1_000);
    }
    await world.owner.query(
      'update notices set acknowledged_at = now(), acknowledged_by = $2 where id = $1',
      [ids[4], person],
    );
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { status, body } = await ask(
        cookie,
        'GET',
        `/api/v1/inbox?limit=2${cursor ? `&cursor=${cursor}` : ''}`,
      );
      expect(status).toBe(200);
      expect(body.waiting).toBe(2);
      seen.push(...(body.items as NoticeView[]).map((notice) => notice.id));
      cursor = body.nextCursor;
    } while (cursor);
    expect(seen).toEqual([ids[3], ids[1], ids[4], ids[2], ids[0]]);
    const waiting = await ask(cookie, 'GET', '/api/v1/inbox?waiting=yes');
    expect((waiting.body.items as NoticeView[]).map((notice) => notice.id)).toEqual([ids[3], ids[1]]);
    const other = await ask(cookie, 'GET', '/api/v1/inbox?waiting=no&cursor=bm9uc2Vuc2U');
    expect(other).toMatchObject({ status: 400, body: { code: 'bad-cursor' } });
  });

  it('S8.3.6 DEC-9: overdue first, then the gravest, then what is due next, then the newest; a page turned later turns in the same order, each once', async () => {
    const post = await world.addPost(world.organisationId);
    const person = await world.addPerson(world.organisationId, 'order@agency.example');
    await world.hold(post, person);
    const cookie = await cookieOf(person);
    const minutes = (count: number) => new Date(world.clock.now().getTime() + count * 60_000);
    const made = new Map<string, string>();
    const make = async (name: string, rank: number, confirmBy: Date | null, expects = 'acknowledgement') => {
      const { noticeId } = await world.queue({
        postId: post,
        rank,
        confirmBy,
        expects: expects as 'acknowledgement',
      });
      made.set(noticeId, name);
      world.clock.advance(1_000);
    };
    await make('A overdue', 4, minutes(-60));
    await make('D overdue longer', 1, minutes(-120));
    await make('B overdue', 3, minutes(-1));
    await make('A never due', 4, null);
    await make('A due later', 4, minutes(90));
    await make('A due soon', 4, minutes(5));
    await make('C old', 2, minutes(600));
    const due = minutes(600);
    await make('C due together, older', 2, due);
    await make('C due together, newer', 2, due);
    await make('told, older', 4, null, 'none');
    await make('told, newer', 1, null, 'none');
    await make('D fresh', 1, minutes(30));
    const order = [
      ...['A overdue', 'B overdue', 'D overdue longer', 'A due soon', 'A due later', 'A never due'],
      ...['C old', 'C due together, newer', 'C due together, older', 'D fresh', 'told, newer', 'told, older'],
    ];
    for (const limit of [1, 2, 5, 100]) {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const at = cursor ? `&cursor=${cursor}` : '';
        const { body } = await ask(cookie, 'GET', `/api/v1/inbox?limit=${limit}${at}`);
        seen.push(...(body.items as NoticeView[]).map((notice) => made.get(notice.id) ?? '?'));
        cursor = body.nextCursor;
      } while (cursor);
      expect(seen, `pages of ${limit}`).toEqual(order);
    }
    // What falls due while the pages are turned neither comes twice nor is passed over.
    const first = await ask(cookie, 'GET', '/api/v1/inbox?limit=4');
    world.clock.advance(10 * 60_000);
    const rest = await ask(cookie, 'GET', `/api/v1/inbox?limit=100&cursor=${first.body.nextCursor}`);
    const names = [...first.body.items, ...rest.body.items].map((notice: NoticeView) => made.get(notice.id));
    expect(names).toEqual(order);
    expect((first.body.items as NoticeView[])[3]?.late).toBe(false);
    const anew = await ask(cookie, 'GET', '/api/v1/inbox?limit=2');
    expect((anew.body.items as NoticeView[]).map((notice) => made.get(notice.id))).toEqual([
      'A overdue',
      'A due soon',
    ]);
  });

  it('ISO-1 strangers get nothing, another post’s notice is as unknown as an unused id', async () => {
    const { noticeId } = await world.queue();
    const stranger = await world.addPerson(world.organisationId, 'other@agency.example');
    const post = await world.addPost(world.organisationId);
    await world.hold(post, stranger);
    const cookie = await cookieOf(stranger);
    expect((await ask('', 'GET', '/api/v1/inbox')).status).toBe(401);
    const hidden = await ask(cookie, 'POST', `/api/v1/notices/${noticeId}/opened`);
    const unused = await ask(cookie, 'POST', `/api/v1/notices/${crypto.randomUUID()}/opened`);
    expect(hidden.status).toBe(404);
    expect({ ...hidden.body, instance: '' }).toEqual({ ...unused.body, instance: '' });
    expect((await ask(cookie, 'POST', '/api/v1/notices/x/opened')).status).toBe(400);
  });

  it('H41 who stands in for a vacant post opens the notice he was mailed, until somebody holds the post; the case stays its readers’', async () => {
    const body = await world.addOrganisation();
    const vacant = await world.addPost(body);
    const other = await world.addPost(body);
    const stander = await world.addPerson(body, 'stands-in@agency.example');
    await world.hold(other, stander);
    const hidden = await world.addCase(body, [`post:${vacant}`]);
    const { noticeId } = await world.queue({ postId: vacant, personId: null, caseId: hidden });
    const cookie = await cookieOf(stander);
    const opened = await ask(cookie, 'POST', `/api/v1/notices/${noticeId}/opened`);
    expect(opened).toMatchObject({
      status: 200,
      body: { notice: { id: noticeId, caseId: null, openedAt: expect.any(String) } },
    });
    // Neither another of the body's people nor, once there is a holder, he.
    const colleague = await world.addPerson(body, 'colleague@agency.example');
    expect((await ask(await cookieOf(colleague), 'POST', `/api/v1/notices/${noticeId}/opened`)).status).toBe(
      404,
    );
    await world.hold(vacant, colleague);
    expect((await ask(cookie, 'POST', `/api/v1/notices/${noticeId}/opened`)).status).toBe(404);
  });

  it('opening is noted once, by the first holder, and acknowledges nothing; a GET notes nothing', async () => {
    const { noticeId } = await world.queue();
    const cookie = await cookieOf(world.personId);
    const before = await ask(cookie, 'GET', '/api/v1/inbox');
    expect((before.body.items as NoticeView[]).find((one) => one.id === noticeId)).toMatchObject({
      openedAt: null,
    });
    const first = await ask(cookie, 'POST', `/api/v1/notices/${noticeId}/opened`);
    expect(first.body.notice).toMatchObject({ openedAt: expect.any(String), acknowledgedAt: null });
    world.clock.advance(60_000);
    const second = await ask(cookie, 'POST', `/api/v1/notices/${noticeId}/opened`);
    expect(second.body.notice.openedAt).toBe(first.body.notice.openedAt);
  });

  it('DEC-19 a content-free notice has no case to open, nor its number', async () => {
    const caseId = await world.addCase(world.organisationId, ['group:elsewhere']);
    const template = world.pack.templates.find((one) => one.id.endsWith('-closed'))!.id;
    const { noticeId } = await world.queue({
      caseId,
      template,
      data: { closed: true, level: 'A', phone: '02-0000-9999' },
    });
    const cookie = await cookieOf(world.personId);
    const { body } = await ask(cookie, 'GET', '/api/v1/inbox');
    const notice = (body.items as NoticeView[]).find((one) => one.id === noticeId);
    expect(notice).toMatchObject({ caseId: null, number: null, level: 'A', callPhone: '02-0000-9999' });
    expect(notice!.subject.zh).not.toBe('');
    const own = (body.items as NoticeView[]).find((one) => one.caseId === world.caseId);
    expect(own).toBeDefined();
  });
});
