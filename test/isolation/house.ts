/**
 * The nation in which separation is tried: the story's people and a few more, the whole product behind its real routes,
 * and a session for everybody. Bodies and people behind the wall carry words found nowhere else.
 */
import { createHash, randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { createApp } from '../../src/app.ts';
import type { DirectoryRows } from '../../src/directory/index.ts';
import { activatePack, hashPack, type Pack, storePack } from '../../src/mechanism/index.ts';
import { SYSTEM } from '../../src/platform/actor.ts';
import type { AppContext } from '../../src/platform/context.ts';
import { createHttp, type Http } from '../../src/platform/http/index.ts';
import { type Tx, write } from '../../src/platform/transaction.ts';
import { morePeople } from '../stories/nation.ts';

/** The story's nation with an agency's own administrator and somebody who holds no post. */
export const people: DirectoryRows = {
  ...morePeople,
  posts: [
    ...(morePeople.posts ?? []),
    {
      code: 'administrator-school',
      organisation: 'school',
      role: 'administrator',
      nameZh: '管理人員',
      nameEn: 'Administrator',
    },
    {
      code: 'administrator-mnd',
      organisation: 'mnd',
      role: 'administrator',
      nameZh: '國防管理人員',
      nameEn: 'Administrator of defence',
    },
  ],
  persons: [
    ...(morePeople.persons ?? []),
    ...(
      [
        ['school-admin', 'school', '柯管理', 'Administrator Ko'],
        ['idle', 'school', '任無職', 'Person without a post'],
        ['mnd-admin', 'mnd', '嚴管理', 'Administrator Yen'],
      ] as const
    ).map(([code, organisation, nameZh, nameEn]) => ({
      code,
      organisation,
      nameZh,
      nameEn,
      email: `${code}@${organisation}.example`,
      phone: '02-0000-4321',
    })),
  ],
  holdings: [
    ...(morePeople.holdings ?? []),
    { post: 'administrator-school', person: 'school-admin' },
    { post: 'administrator-mnd', person: 'mnd-admin' },
  ],
};

/** Everybody who is tried, in the order of the matrix' columns. */
export const PERSONAS = [
  ['teacher', 'the agency’s own contact'],
  ['school-admin', 'that agency’s administrator'],
  ['engineer', 'another agency’s contact'],
  ['inspector', 'competent authority'],
  ['moe-officer', 'subgroup officer of the sector'],
  ['moea-officer', 'subgroup officer of another sector'],
  ['officer', 'duty officer'],
  ['deputy', 'deputy convenor'],
  ['convenor', 'convenor'],
  ['auditor', 'auditor'],
  ['observer', 'observer'],
  ['tsc-engineer', 'service centre'],
  ['admin', 'administrator of the centre'],
  ['mnd-officer', 'officer of the defence subgroup'],
  ['captain', 'a defence agency’s contact'],
  ['idle', 'signed in without a post'],
  ['nobody', 'not signed in'],
] as const;
export type Persona = (typeof PERSONAS)[number][0];
/** Those behind the wall. */
export const INSIDERS: ReadonlySet<string> = new Set(['mnd-officer', 'captain', 'colonel', 'mnd-admin']);

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
  /** The body as JSON, or null. */
  readonly json: never;
}

/** An answer without what differs between any two requests: their ids and the moment. */
export function bare({ status, headers, text }: Answer): string {
  const { 'x-request-id': id, date: _date, ...rest } = headers;
  const body = typeof id === 'string' ? text.replaceAll(id, '(id)') : text;
  return JSON.stringify({ status, headers: rest, body });
}

/** A session for each person of the directory, by his code; the secrets are answered. */
export async function openSessions(ctx: AppContext): Promise<Map<string, string>> {
  const tokens = new Map<string, string>();
  await write(ctx.database, SYSTEM, ctx.clock, async (tx: Tx) => {
    for (const { id, code } of await tx.query<{ id: string; code: string }>(
      'select id, code from persons',
      [],
    )) {
      const token = randomBytes(32).toString('base64url');
      await tx.query(
        `insert into accounts (person_id, login, password_hash) values ($1, $2, '') on conflict do nothing`,
        [id, code],
      );
      await tx.query(
        "insert into sessions (token_hash, person_id, created_at, seen_at, expires_at, stepped_up_at, stepped_up_how) values ($1, $2, $3, $3, $4, $3, 'link')",
        [createHash('sha256').update(token).digest(), id, tx.now, new Date(tx.now.getTime() + 80_000_000)],
      );
      tokens.set(code, token);
    }
  });
  return tokens;
}

/** Everybody's way in: the product's routes over a database, and a session for each person by his code. */
export async function openDoor(ctx: AppContext) {
  const app = await createApp(ctx);
  const routes: { method: string; url: string }[] = [];
  const http: Http = await createHttp({
    log: ctx.log,
    publicUrl: ctx.config.publicUrl,
    ready: async () => ({}),
  });
  http.addHook('onRoute', (route) => {
    for (const method of [route.method].flat())
      if (method !== 'HEAD') routes.push({ method, url: route.url });
  });
  for (const plugin of app.routes) await http.register(plugin);
  await http.ready();
  const tokens = new Map<string, string>();
  const cookieOf = (code: string): string => {
    const token = tokens.get(code);
    if (token === undefined) throw new Error(`${code} has no session`);
    return `tocsin=${token}`;
  };
  return {
    app,
    http,
    routes,
    cookieOf,
    /** Opens a session for each person of the directory, or takes over those of another door onto the same rows. */
    async admit(known?: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string>> {
      for (const [code, token] of known ?? (await openSessions(ctx))) tokens.set(code, token);
      return tokens;
    },
    /** Asks as a person; `nobody` brings no session. */
    async ask(
      code: string,
      method: string,
      path: string,
      body?: object | string | Buffer,
      headers: Record<string, string> = {},
    ): Promise<Answer> {
      const answer = await http.inject({
        method: method as 'GET',
        url: path.startsWith('/api') ? path : `/api/v1${path}`,
        headers: {
          'sec-fetch-site': 'same-origin',
          'accept-language': 'zh-TW',
          ...(code === 'nobody' ? {} : { cookie: cookieOf(code) }),
          ...(method === 'GET' ? {} : { 'idempotency-key': uuid() }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: body }),
      });
      const text = answer.body;
      const isJson = String(answer.headers['content-type']).includes('json') && text !== '';
      return {
        status: answer.statusCode,
        headers: answer.headers,
        text,
        json: (isJson ? JSON.parse(text) : null) as never,
      };
    },
    async close() {
      await http.close();
      await app.stop?.();
    },
  };
}
export type Door = Awaited<ReturnType<typeof openDoor>>;

/** Puts a mechanism in force that differs from the plan by a few words. */
export async function enforce(ctx: AppContext, pack: Pack): Promise<void> {
  const hash = hashPack(pack);
  await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    await storePack(ctx, tx, { pack, hash });
    await activatePack(ctx, tx, hash);
  });
}
