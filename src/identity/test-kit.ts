/** The sign-in rooms with a small nation, and browsers that keep their cookies, for the tests of identity. */
import { Secret, TOTP } from 'otpauth';
import { makeWorld } from '../directory/test-world.ts';
import type { Config } from '../platform/config.ts';
import { createHttp } from '../platform/http/index.ts';
import { hashPassword, type IdentityOptions, identityRoutes, makeAccount } from './index.ts';
import { Authenticator } from './test-authenticator.ts';

export const PASSWORD = 'a long enough sentence';

/** The code an app would show for a secret at this moment. */
export function codeAt(secret: string, at: Date, steps = 0): string {
  const factor = new TOTP({ secret: Secret.fromBase32(secret.replaceAll(' ', '')) });
  return factor.generate({ timestamp: at.getTime() + steps * 30_000 });
}

/** The secret in a one-time link. */
export const tokenIn = (link: string) => /#token=([\w-]+)$/.exec(link)?.[1] ?? '';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly body: any;
  readonly headers: Record<string, unknown>;
}

/** Opens the rooms. `config` overrides the world's. */
export async function openRooms(options: { config?: Partial<Config>; identity?: IdentityOptions } = {}) {
  const world = await makeWorld({ publicUrl: 'http://localhost:6100' });
  const ctx = { ...world.ctx, config: { ...world.ctx.config, ...options.config } };
  const app = await createHttp({ log: ctx.log, publicUrl: ctx.config.publicUrl, ready: async () => ({}) });
  await app.register(identityRoutes(ctx, options.identity));
  await app.ready();
  const passwordHash = await hashPassword(PASSWORD);
  const origin = ctx.config.publicUrl;

  const idOf = async (code: string): Promise<string> => {
    const { rows } = await world.owner.query('select id from persons where code = $1', [code]);
    return rows[0].id as string;
  };

  /** A browser: keeps its cookies, says where it comes from. */
  function browser(agent = 'Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0') {
    const jar = new Map<string, string>();
    const send = async (method: string, path: string, body?: unknown): Promise<Answer> => {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await app.inject({
        method: method as 'GET',
        url: path.startsWith('/api/') ? path : `/api/v1${path}`,
        headers: { origin, 'user-agent': agent, ...(cookie ? { cookie } : {}) },
        ...(body === undefined ? {} : { payload: body as object }),
      });
      for (const { name, value } of answer.cookies) {
        if (value === '') jar.delete(name);
        else jar.set(name, value);
      }
      const isJson = String(answer.headers['content-type'] ?? '').includes('json');
      return { status: answer.statusCode, body: isJson ? answer.json() : null, headers: answer.headers };
    };
    return {
      jar,
      send,
      get: (path: string) => send('GET', path),
      post: (path: string, body: unknown = {}) => send('POST', path, body),
      put: (path: string, body: unknown) => send('PUT', path, body),
      delete: (path: string) => send('DELETE', path),
      /** Signs in by a password. */
      signIn: (login: string, password = PASSWORD) => send('POST', '/session', { login, password }),
      /** Signs in by a passkey; the answer may be twisted. */
      async signInBy(
        device: Authenticator,
        twist: Parameters<Authenticator['get']>[1] = {},
      ): Promise<Answer> {
        const { body } = await send('POST', '/session/passkey/options', {});
        return send('POST', '/session/passkey', { response: device.get(body.options, twist) });
      },
      /** Adds a passkey to whoever is signed in. */
      async addKey(device: Authenticator, name = '辦公室筆電'): Promise<Answer> {
        const { body } = await send('POST', '/me/passkeys/options', {});
        return send('POST', '/me/passkeys', { name, response: device.create(body.options) });
      },
      /** Switches codes on; answers the secret. The clock moves on, so that the next code is another. */
      async addCodes(): Promise<string> {
        const { secret } = (await send('POST', '/me/totp', {})).body;
        const done = await send('POST', '/me/totp/confirm', { code: codeAt(secret, world.clock.now()) });
        if (done.status !== 204) throw new Error(`no codes: ${JSON.stringify(done.body)}`);
        world.clock.advance(60_000);
        return secret as string;
      },
    };
  }

  return {
    world,
    ctx,
    app,
    origin,
    clock: world.clock,
    idOf,
    browser,
    device: (synced = false) => new Authenticator(origin, synced),
    /** Gives somebody of the nation an account with a password. */
    async account(code: string): Promise<string> {
      const personId = await idOf(code);
      await world.asSystem((tx) => makeAccount(ctx, tx, { personId, login: code, passwordHash }));
      return personId;
    },
    /** Goes on under another configuration and without a memory, as after a restart. */
    restart(config: Partial<Config>): void {
      Object.assign(ctx, { config: { ...ctx.config, ...config } });
      ctx.signals.emit('sessions');
    },
    /** Looks at rows as the database's owner does. */
    async rows(text: string, values: unknown[] = []) {
      return (await world.owner.query(text, values)).rows;
    },
    async close() {
      await app.close();
      await world.close();
    },
  };
}
export type Rooms = Awaited<ReturnType<typeof openRooms>>;
export type Browser = ReturnType<Rooms['browser']>;
