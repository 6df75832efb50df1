/** People who ask for what is not theirs, or send what no screen of ours sends: refused in words, never a fault. */
import pino from 'pino';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { SYSTEM } from '../../src/platform/actor.ts';
import { encodeCursor } from '../../src/platform/http/cursor.ts';
import { createHttp, type Http } from '../../src/platform/http/index.ts';
import { asRefusal } from '../../src/platform/http/problem.ts';
import { read, type Tx, write } from '../../src/platform/transaction.ts';
import { openSession, openStory, refusalOf, type Story } from './harness.ts';

let story: Story;
let http: Http;
let app: Awaited<ReturnType<typeof createApp>>;
const cookies = new Map<string, string>();

/** A session of the person, made as a sign-in makes it. */
async function cookieOf(code: string): Promise<string> {
  const known = cookies.get(code);
  if (known) return known;
  const token = await openSession(story, code);
  const cookie = `tocsin=${token}`;
  cookies.set(code, cookie);
  return cookie;
}

interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly body?: object | Buffer;
  readonly headers?: Record<string, string>;
}

/** Asks as the person; the status with what came back. */
async function asks(code: string, path: string, { method = 'GET', body, headers = {} }: Asked = {}) {
  const answer = await http.inject({
    method,
    url: `/api/v1${path}`,
    headers: { cookie: await cookieOf(code), 'sec-fetch-site': 'same-origin', ...headers },
    ...(body === undefined ? {} : { payload: body }),
  });
  const read = answer.body === '' ? null : answer.json();
  return { status: answer.statusCode, code: read?.code as string | undefined, body: read };
}

beforeAll(async () => {
  story = await openStory('2002-05-06T09:00:00+08:00');
  app = await createApp(story.ctx);
  http = await createHttp({
    log: pino({ level: 'silent' }),
    publicUrl: story.ctx.config.publicUrl,
    ready: async () => ({}),
  });
  for (const routes of app.routes) await http.register(routes);
  await http.ready();
});

afterAll(async () => {
  await http.close();
  await app.stop?.();
  await story.close();
});

const draft = (organisationId: string, revision: number) => ({
  organisationId,
  caseId: null,
  kind: 'initial',
  content: {},
  revision,
});

describe('somebody outside', () => {
  it('is not told by a preview whom a body behind walls would tell (ISO-1, DEC-19)', async () => {
    const brigade = await story.organisation('brigade');
    const asked = { method: 'POST', body: { organisationId: brigade, impactLevel: 'D' } } as const;
    const unknown = { method: 'POST', body: { organisationId: uuid(), impactLevel: 'D' } } as const;
    expect((await asks('captain', '/reports/preview', asked)).status).toBe(200);
    for (const code of ['teacher', 'officer', 'convenor']) {
      const refused = await asks(code, '/reports/preview', asked);
      expect([code, refused.status, refused.body.onFiling]).toEqual([code, 400, undefined]);
      expect(refused.code).toBe((await asks(code, '/reports/preview', unknown)).code);
    }
  });

  it('is not shown the case of a ministry behind walls because it stands under his body (DEC-19)', async () => {
    const filed = await story.files('colonel', 'mnd', { impactLevel: 'D' });
    for (const code of ['convenor', 'officer', 'deputy', 'auditor', 'teacher', 'observer']) {
      expect([code, (await asks(code, `/cases/${filed.caseId}`)).status]).toEqual([code, 404]);
    }
    expect((await asks('mnd-officer', `/cases/${filed.caseId}`)).status).toBe(200);
  });

  it('previews nothing for a body he may not file for', async () => {
    const school = await story.organisation('school');
    const asked = { method: 'POST', body: { organisationId: school, impactLevel: 'D' } } as const;
    expect((await asks('engineer', '/reports/preview', asked)).code).toBe('forbidden-act');
  });

  it('files for his own body only in a post that may file (rule 7)', async () => {
    for (const [code, body] of [
      ['county-admin', 'county'],
      ['deputy', 'stag'],
      ['moe-officer', 'moe'],
    ] as const) {
      const refused = await refusalOf(story.files(code, body, { impactLevel: 'D' }));
      expect([code, refused]).toEqual([code, 'forbidden-act']);
    }
  });

  it('gets nothing by guessing the id of a draft (ISO-2)', async () => {
    const id = uuid();
    const school = await story.organisation('school');
    const kept = await asks('teacher', `/drafts/${id}`, { method: 'PUT', body: draft(school, 0) });
    expect(kept.status).toBe(200);
    expect((await asks('engineer', `/drafts/${id}`)).code).toBe('not-found');
    // An id is its author's: the guess makes a draft of the guesser's own, as any unused id would (ISO-6).
    const own = { ...draft(school, 1), content: { description: '猜的' } };
    expect((await asks('engineer', `/drafts/${id}`, { method: 'PUT', body: own })).status).toBe(200);
    expect((await asks('teacher', `/drafts/${id}`)).body).toMatchObject({ content: {}, revision: 1 });
  });

  it('merges no live case into an exercise', async () => {
    const live = await story.files('teacher', 'school', { impactLevel: 'D' });
    const played = await story.files('teacher', 'school', { impactLevel: 'D' }, { mode: 'exercise' });
    const merge = { act: 'merge', intoCase: played.caseId, reason: '同一事件' } as const;
    expect(await story.refuses('officer', live.caseId, merge)).toBe('nothing-to-merge');
  });

  it('names no hidden body as his competent authority (ISO-1, DEC-19)', async () => {
    const school = await story.organisation('school');
    const name = (authority: string) =>
      asks('county-admin', `/organisations/${school}`, { method: 'PATCH', body: { authority } });
    const hidden = await name('brigade');
    const unknown = await name('no-such-body');
    expect(hidden.status).toBe(400);
    expect([hidden.code, hidden.body.fields[0].path, hidden.body.fields[0].code]).toEqual([
      unknown.code,
      unknown.body.fields[0].path,
      unknown.body.fields[0].code,
    ]);
  });
});

describe('odd input', () => {
  it('a cursor made by hand is refused, whatever it names (WEB-4)', async () => {
    const ids = '00000000-0000-4000-8000-000000000000';
    const scope = ['cases', 'gravest', {}] as const;
    for (const keys of [
      ['soon', ids, 1],
      ['0000-01-01T00:00:00Z', ids, 1],
      ['2002-05-06T01:00:00.000Z', ids, 99_999_999_999],
    ] as const) {
      const cursor = encodeCursor(scope, keys);
      const answer = await asks('teacher', `/cases?order=gravest&cursor=${cursor}`);
      expect([keys[0], keys[2], answer.status, answer.code]).toEqual([keys[0], keys[2], 400, 'bad-cursor']);
    }
    const inbox = encodeCursor(['inbox', null], [1, '0000-01-01T00:00:00Z', ids]);
    expect((await asks('teacher', `/inbox?cursor=${inbox}`)).code).toBe('bad-cursor');
  });

  it('a revision beyond what is counted is refused by name (WEB-4)', async () => {
    const school = await story.organisation('school');
    const answer = await asks('teacher', `/drafts/${uuid()}`, {
      method: 'PUT',
      body: draft(school, 9_007_199_254_740_991),
    });
    expect([answer.status, answer.body.fields?.[0]?.path]).toEqual([400, 'revision']);
  });

  it('times far away are refused or kept, never a fault (H21)', async () => {
    const school = await story.organisation('school');
    const at = (value: string) =>
      asks('teacher', '/reports', {
        method: 'POST',
        headers: { 'idempotency-key': uuid() },
        body: {
          kind: 'initial',
          organisationId: school,
          toldAt: value,
          lateReason: 'x',
          content: {
            impactLevel: 'D',
            description: 'x',
            scope: 'x',
            measures: 'x',
            contactPhone: '02-0000-1234',
          },
        },
      });
    for (const value of ['0000-01-01T00:00:00Z', '0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59-14:00']) {
      const answer = await at(value);
      expect([value, answer.status]).toEqual([value, 400]);
    }
    const filed = await story.files('teacher', 'school', { impactLevel: 'D' });
    for (const value of ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-14:00']) {
      const answer = await asks('officer', `/cases/${filed.caseId}/acts`, {
        method: 'POST',
        body: { act: 'correct-awareness', revision: 3, at: value, reason: 'x' },
      });
      expect([value, answer.status, answer.code]).toEqual([value, 400, 'invalid-input']);
    }
    const notices = await story.notices(filed.caseId);
    for (const value of ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-14:00']) {
      const answer = await asks('officer', `/notices/${notices[0]!.id}/telephone-acknowledgement`, {
        method: 'POST',
        body: { at: value, personId: null, name: 'x' },
      });
      expect([value, answer.status]).toEqual([value, 400]);
    }
  });

  const multipart = (payload: string, boundary = 'x') =>
    asks('teacher', '/attachments', {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data${boundary === '' ? '' : `; boundary=${boundary}`}` },
      body: Buffer.from(payload),
    });
  const head = 'content-disposition: form-data; name="file"';

  it.each([
    ['no boundary', '', '--x\r\n'],
    [
      'no name of the file',
      'x',
      `--x\r\n${head}\r\ncontent-type: application/octet-stream\r\n\r\nabc\r\n--x--\r\n`,
    ],
    ['cut short', 'x', `--x\r\n${head}; filename="a.txt"\r\n\r\nab`],
    ['no part', 'x', '--x--\r\n'],
    ['nothing', 'x', ''],
    ['no multipart at all', 'x', 'hello'],
    ['a field first', 'x', `--x\r\n${head}\r\n\r\nabc\r\n--x--\r\n`],
    ['a broken header', 'x', `--x\r\n\u0000\u0001: \r\n\r\nabc\r\n--x--\r\n`],
  ])('an upload with %s is the caller’s mistake (WEB-4, WEB-11)', async (_what, boundary, payload) => {
    const answer = await multipart(payload, boundary);
    expect([answer.status < 500, answer.code === 'internal']).toEqual([true, false]);
  });
});

describe('what fails', () => {
  it('in one case keeps no other case’s clocks from firing, however often it fails (FLT-13)', async () => {
    const broken = await story.files('teacher', 'school', { impactLevel: 'D' });
    const sound = await story.files('teacher2', 'school2', { impactLevel: 'D' });
    await story.world.owner.query(
      `update cases set detail = jsonb_set(detail, '{pack}', '"gone"') where id = $1`,
      [broken.caseId],
    );
    await story.world.owner.query(
      `insert into clocks (id, case_id, definition, ordinal, state, force, rank, start_at, due_at, next_at)
       select gen_random_uuid(), $1, 'none', n, 'running', 'advisory', 99, $2, $2, $2 from generate_series(1, 450) n`,
      [broken.caseId, story.clock.now()],
    );
    await story.world.owner.query('update clocks set due_at = $2, next_at = $2 where case_id = $1', [
      sound.caseId,
      story.clock.now(),
    ]);
    story.clock.set(new Date(story.clock.now().getTime() + 60_000));
    await story.settleClocks();
    const { rows } = await story.world.owner.query<{ left: number }>(
      'select count(*)::int as left from clocks where case_id = $1 and next_at <= $2',
      [sound.caseId, story.clock.now()],
    );
    expect(rows[0]?.left).toBe(0);
    await story.world.owner.query('delete from clocks where case_id = $1', [broken.caseId]);
  });

  it('in one case keeps no other case’s mails from going out (FLT-13)', async () => {
    const broken = await story.files('teacher', 'school', { impactLevel: 'D' });
    const sound = await story.files('teacher2', 'school2', { impactLevel: 'D' });
    await story.world.owner.query(
      `insert into packs (hash, code, version, content) values ('altered', 'x', 'x', '{}')`,
    );
    await story.world.owner.query(`update cases set pack_hash = 'altered' where id = $1`, [broken.caseId]);
    await story.settle();
    const waiting = async (caseId: string) =>
      (
        await story.world.owner.query<{ left: number }>(
          `select count(*)::int as left from deliveries where case_id = $1 and state = 'queued'`,
          [caseId],
        )
      ).rows[0]?.left;
    expect(await waiting(broken.caseId)).toBeGreaterThan(0);
    expect(await waiting(sound.caseId)).toBe(0);
  });

  it('is asked again later where two only stood in each other’s way (FLT-13)', () => {
    const deadlock = Object.assign(new Error('deadlock detected'), { code: '40P01' });
    expect(asRefusal(deadlock).code).toBe('unavailable');
  });

  it('in a transaction and is passed over is never answered as done (INV-1)', async () => {
    const done = write(story.ctx.database, SYSTEM, story.ctx.clock, async (tx) => {
      await tx.insert({ workers: [{ id: 'passed-over', beat_at: new Date() }] });
      await tx.query('select 1 / 0', []).catch(() => undefined);
    });
    await expect(done).rejects.toThrow('passed over');
  });

  it('in a transaction that goes on after its end writes nothing into somebody else’s (ISO-1)', async () => {
    let late: Tx | undefined;
    await read(story.ctx.database, SYSTEM, story.ctx.clock, async (tx) => {
      late = tx;
    });
    const asked = (await Promise.allSettled([
      late?.query('select 1', []),
      late?.prepared('late', 'select 1', []),
      late?.db.selectFrom('cases').select('id').execute(),
      late?.insert({ workers: [{ id: 'late', beat_at: new Date() }] }),
    ])) as PromiseRejectedResult[];
    expect(asked.map((one) => [one.status, one.reason?.message])).toEqual(
      Array(4).fill(['rejected', 'asked after its transaction had ended']),
    );
  });
});
