/**
 * The configuration: environment variables, each checked before anything starts. All wrong ones
 * are told at once, one line per language each: name, what was given (never a secret), what is expected.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { CHANNEL_VARIABLES, type ChannelSettings, channelSettings } from './config-channels.ts';
import { canReach, chooseAccount } from './postgres/account.ts';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a process is started for: the mechanism itself, or the demonstration nation. */
export type Mode = 'serve' | 'demo';

/** The whole configuration; there is no other. */
export interface Config {
  /** Address to listen at. */
  readonly host: string;
  /** Port to listen at; 0 = any free one. */
  readonly port: number;
  /** Absolute path of the folder for the embedded database. */
  readonly dataDir: string;
  /** The application's connection (a role that owns nothing); undefined = embedded. */
  readonly databaseUrl: string | undefined;
  /** The owner's connection, for migrations, backup and restore; set exactly when `databaseUrl` is. */
  readonly databaseOwnerUrl: string | undefined;
  /** Most database connections of this process. */
  readonly poolSize: number;
  /** The mail relay; undefined = none. */
  readonly smtpUrl: string | undefined;
  /** Relays of their own for some domains: lower-case domain → URL. */
  readonly smtpRoutes: ReadonlyMap<string, string>;
  /** Where a sign of life is posted while all is well; silence there is the alarm (FLT-18). */
  readonly heartbeatUrl: string | undefined;
  /** How often, in ms. */
  readonly heartbeatMs: number;
  /** The sender of notices, `name <address>` or an address. */
  readonly mailFrom: string;
  /** The address people use, without a slash at the end. */
  readonly publicUrl: string;
  readonly logLevel: LogLevel;
  /** Proxies whose word on the caller's address counts: addresses, networks or `loopback`; false = none. */
  readonly trustProxy: false | string[];
  /** What this process does: answer requests, work off clocks and deliveries, or both. */
  readonly workers: { readonly web: boolean; readonly work: boolean };
  /** Whether a password alone opens everything (`optional`) or only the way to report and to a second factor. */
  readonly secondFactor: SecondFactor;
  /** How long a session lives: unused, and in any case; in ms. */
  readonly session: { readonly idleMs: number; readonly absoluteMs: number };
  /** Ministries' own sign-ins (OpenID Connect), in the order they are offered. */
  readonly oidc: readonly OidcProvider[];
  /** The ways to a person besides mail. */
  readonly channels: ChannelSettings;
}

export type SecondFactor = 'required' | 'optional';

/** One provider of OpenID Connect. */
export interface OidcProvider {
  /** Ours, for addresses: `1`, `2`, `3`. */
  readonly id: string;
  /** As people read it on the sign-in page. */
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** One wrong value. */
export interface ConfigFault {
  readonly variable: string;
  /** The value as it may be shown. */
  readonly shown: string;
  readonly zh: string;
  readonly en: string;
}

/** Every wrong value of the environment at once. */
export class ConfigError extends Error {
  readonly faults: readonly ConfigFault[];
  constructor(faults: readonly ConfigFault[]) {
    super(
      faults
        .flatMap(({ variable, shown, zh, en }) => [
          `設定錯誤 ${variable}：目前為 ${shown}；${zh}`,
          `Wrong setting ${variable}: it is ${shown}; ${en}`,
        ])
        .join('\n'),
    );
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;
const MAILBOX = /^[^\s<>@,;"]+@[^\s<>@,;"]+$/;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/;

const isUrl = (text: string, protocols: readonly string[]): boolean =>
  URL.canParse(text) && protocols.includes(new URL(text).protocol) && !/[\s\u0000-\u001f]/.test(text);

const isNetwork = (text: string): boolean => {
  const [address, bits, ...rest] = text.split('/');
  const family = isIP(address ?? '');
  if (!family || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
};

const smtpUrl = z
  .string()
  .refine((text) => isUrl(text, ['smtp:', 'smtps:']) && new URL(text).hostname !== '');
const databaseUrl = z.string().refine((text) => {
  if (!isUrl(text, ['postgresql:', 'postgres:'])) return false;
  const { username, pathname } = new URL(text);
  return username !== '' && pathname.length > 1;
});

const list = (text: string): string[] => text.split(',').map((part) => part.trim());

const minutes = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .refine((value) => value >= least && value <= most);

interface Variable<T> {
  /** The value's text is trimmed before; an empty one counts as not set. */
  readonly schema: z.ZodType<T, string>;
  readonly zh: string;
  readonly en: string;
  /** The value may hold a password. */
  readonly secret?: true;
}

const variable = <T>(entry: Variable<T>): Variable<T> => entry;

/** One entry per variable: what is right, and how to say so. */
const VARIABLES = {
  HOST: variable({
    schema: z.string().refine((text) => isIP(text) !== 0 || HOST_NAME.test(text)),
    zh: '應為要聆聽的位址或主機名稱，例如 127.0.0.1 或 0.0.0.0。',
    en: 'expected an address or host name to listen at, such as 127.0.0.1 or 0.0.0.0.',
  }),
  PORT: variable({
    schema: z
      .string()
      .regex(/^\d{1,5}$/)
      .transform(Number)
      .refine((port) => port <= 65_535),
    zh: '應為 0 至 65535 的整數（0 表示任一可用埠）。',
    en: 'expected a whole number from 0 to 65535 (0 = any free port).',
  }),
  DATA_DIR: variable({
    schema: z
      .string()
      .refine((text) => !text.includes('\0'))
      .transform((text) => resolve(text)),
    zh: '應為資料夾路徑。',
    en: 'expected the path of a folder.',
  }),
  DATABASE_URL: variable({
    schema: databaseUrl,
    zh: '應為 postgresql://角色:密碼@主機/資料庫，並指明角色與資料庫。',
    en: 'expected postgresql://role:password@host/database, naming role and database.',
    secret: true,
  }),
  DATABASE_OWNER_URL: variable({
    schema: databaseUrl,
    zh: '應為 postgresql://擁有者:密碼@主機/資料庫，並指明角色與資料庫。',
    en: 'expected postgresql://owner:password@host/database, naming role and database.',
    secret: true,
  }),
  DATABASE_POOL: variable({
    schema: z
      .string()
      .regex(/^\d{1,3}$/)
      .transform(Number)
      .refine((size) => size >= 4 && size <= 200),
    zh: '應為 4 至 200 的整數（資料庫連線數上限）。',
    en: 'expected a whole number from 4 to 200 (most database connections).',
  }),
  SMTP_URL: variable({
    schema: smtpUrl,
    zh: '應為 smtp://主機:埠 或 smtps://帳號:密碼@主機:埠。',
    en: 'expected smtp://host:port or smtps://user:password@host:port.',
    secret: true,
  }),
  SMTP_ROUTES: variable({
    schema: z.string().transform((text, context): ReadonlyMap<string, string> => {
      const routes = new Map<string, string>();
      for (const part of list(text)) {
        const at = part.indexOf('=');
        const domain = part.slice(0, at).trim().toLowerCase();
        const url = part.slice(at + 1).trim();
        if (at < 1 || !HOST_NAME.test(domain) || routes.has(domain) || !smtpUrl.safeParse(url).success) {
          context.addIssue({ code: 'custom', message: 'route' });
          return z.NEVER;
        }
        routes.set(domain, url);
      }
      return routes;
    }),
    zh: '應為以逗號分隔的「網域=smtp://主機:埠」，每個網域一次。',
    en: 'expected domain=smtp://host:port pairs separated by commas, each domain once.',
    secret: true,
  }),
  MAIL_FROM: variable({
    schema: z.string().refine((text) => {
      const inner = /^[^<>\r\n]*<([^<>]+)>$/.exec(text)?.[1] ?? text;
      return MAILBOX.test(inner) && !/[\r\n]/.test(text);
    }),
    zh: '應為電子郵件地址，或「名稱 <地址>」。',
    en: 'expected a mail address, or name <address>.',
  }),
  PUBLIC_URL: variable({
    schema: z
      .string()
      .refine((text) => {
        if (!isUrl(text, ['http:', 'https:'])) return false;
        const { username, password, search, hash, pathname } = new URL(text);
        return !username && !password && !search && !hash && pathname === '/';
      })
      .transform((text) => new URL(text).origin),
    zh: '應為使用者開啟的網址，例如 https://tocsin.example（不含路徑）。',
    en: 'expected the address people open, such as https://tocsin.example (without a path).',
  }),
  HEARTBEAT_URL: variable({
    schema: z.string().refine((text) => isUrl(text, ['http:', 'https:']) && new URL(text).username === ''),
    zh: '應為 http(s) 網址：外部監看服務收取生命徵象的位址。',
    en: 'expected an http(s) address at which a watcher outside takes signs of life.',
    secret: true,
  }),
  HEARTBEAT_SECONDS: variable({
    schema: z
      .string()
      .regex(/^\d{1,2}$/)
      .transform(Number)
      .refine((value) => value >= 1 && value <= 60),
    zh: '應為 1 至 60 的整數（每隔幾秒送出生命徵象）。',
    en: 'expected a whole number from 1 to 60 (seconds between two signs of life).',
  }),
  LOG_LEVEL: variable({
    schema: z.enum(LOG_LEVELS),
    zh: `應為 ${LOG_LEVELS.join('、')} 之一。`,
    en: `expected one of ${LOG_LEVELS.join(', ')}.`,
  }),
  TRUST_PROXY: variable({
    schema: z.union([
      z.literal('false').transform((): false => false),
      z
        .string()
        .transform(list)
        .refine((parts) => parts.every((part) => part === 'loopback' || isNetwork(part))),
    ]),
    zh: '應為 false，或以逗號分隔的反向代理位址、網段或 loopback。',
    en: 'expected false, or addresses or networks of the reverse proxies, or loopback, separated by commas.',
  }),
  WORKERS: variable({
    schema: z
      .string()
      .transform(list)
      .refine((parts) => parts.every((part) => part === 'web' || part === 'work'))
      .transform((parts) => ({ web: parts.includes('web'), work: parts.includes('work') })),
    zh: '應為 web、work 或 web,work。',
    en: 'expected web, work or web,work.',
  }),
  SECOND_FACTOR: variable({
    schema: z.enum(['required', 'optional']),
    zh: '應為 required（須有通行金鑰或一次性密碼）或 optional。',
    en: 'expected required (a passkey or one-time codes for everybody) or optional.',
  }),
  SESSION_IDLE_MINUTES: variable({
    schema: minutes(5, 720),
    zh: '應為 5 至 720 的整數（閒置多久即登出，分鐘）。',
    en: 'expected a whole number from 5 to 720 (minutes unused until signed out).',
  }),
  SESSION_HOURS: variable({
    schema: minutes(1, 24),
    zh: '應為 1 至 24 的整數（登入最長維持的小時數）。',
    en: 'expected a whole number from 1 to 24 (hours until one must sign in again).',
  }),
  ...CHANNEL_VARIABLES,
  ...oidcVariables('OIDC'),
  ...oidcVariables('OIDC_2'),
  ...oidcVariables('OIDC_3'),
};

/** The five variables of one provider; a second and a third have their number in the name. */
function oidcVariables<P extends string>(prefix: P) {
  const text = z.string().refine((value) => value.length <= 500 && !/[\u0000-\u001f]/.test(value));
  const entries = {
    ISSUER: variable({
      schema: z.string().refine((value) => {
        if (!isUrl(value, ['https:', 'http:'])) return false;
        const { protocol, hostname, search, hash, username, password } = new URL(value);
        return (
          (protocol === 'https:' || LOOPBACK.test(hostname)) && !search && !hash && !username && !password
        );
      }),
      zh: '應為身分提供者的 https 網址（issuer），與其 openid-configuration 所載者相同。',
      en: 'expected the provider’s https address (issuer), as its openid-configuration says it.',
    }),
    CLIENT_ID: variable({
      schema: text,
      zh: '應為身分提供者給本系統的用戶端代號。',
      en: 'expected the client id the provider gave this service.',
    }),
    CLIENT_SECRET: variable({
      schema: text,
      zh: '應為身分提供者給本系統的用戶端密鑰。',
      en: 'expected the client secret the provider gave this service.',
      secret: true,
    }),
    CLIENT_SECRET_FILE: variable({
      schema: z.string().transform((path, context) => {
        try {
          const secret = readFileSync(path, 'utf8').trim();
          if (text.safeParse(secret).success && secret !== '') return secret;
        } catch {
          // Said below, as any other wrong value.
        }
        context.addIssue({ code: 'custom', message: 'file' });
        return z.NEVER;
      }),
      zh: '應為可讀取的檔案，內含用戶端密鑰一行。',
      en: 'expected a readable file that holds the client secret on one line.',
    }),
    NAME: variable({
      schema: text.refine((value) => value.length <= 60),
      zh: '應為登入頁上的名稱（60 字以內）。',
      en: 'expected a name for the sign-in page, of at most 60 characters.',
    }),
  };
  return Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [`${prefix}_${name}`, entry]),
  ) as unknown as { [K in keyof typeof entries as `${P}_${K}`]: (typeof entries)[K] };
}

type Values = { [Name in keyof typeof VARIABLES]?: z.output<(typeof VARIABLES)[Name]['schema']> };

/** Names of every variable, for the documentation's test. */
export const VARIABLE_NAMES = Object.keys(VARIABLES);

/** A value as an operator may see it: secrets hidden, control characters escaped, not endless. */
function show(value: string, secret: boolean): string {
  if (secret) {
    return URL.canParse(value) && !value.includes(',')
      ? JSON.stringify(value.replace(/\/\/[^/]*@/, '//…@').replace(/([?&]password=)[^&]*/gi, '$1…'))
      : '（不顯示 not shown）';
  }
  return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);
}

/**
 * Where data goes when nobody says: below the checkout, apart for production and demonstration. As
 * root, with a checkout the database's account cannot reach (below /root), in /var/lib.
 */
export function defaultDataDir(mode: Mode): string {
  if (process.getuid?.() === 0 && !canReach(chooseAccount(), ROOT)) {
    const checkout = createHash('sha256').update(ROOT).digest('hex').slice(0, 8);
    return join('/var/lib/tocsin', `${mode}-${checkout}`);
  }
  return join(ROOT, '.data', mode);
}

const OIDC_PREFIXES = ['OIDC', 'OIDC_2', 'OIDC_3'] as const;

/** The providers that are whole; what is missing for one that was begun is a fault. */
function oidcProviders(values: Values): { providers: OidcProvider[]; faults: ConfigFault[] } {
  const providers: OidcProvider[] = [];
  const faults: ConfigFault[] = [];
  for (const [index, prefix] of OIDC_PREFIXES.entries()) {
    const issuer = values[`${prefix}_ISSUER`];
    const clientId = values[`${prefix}_CLIENT_ID`];
    const given = values[`${prefix}_CLIENT_SECRET`];
    const fromFile = values[`${prefix}_CLIENT_SECRET_FILE`];
    const name = values[`${prefix}_NAME`];
    const begun = [issuer, clientId, given, fromFile, name].some((value) => value !== undefined);
    if (!begun) continue;
    const clientSecret = given ?? fromFile;
    const lacking = [
      ...(issuer === undefined ? ['ISSUER'] : []),
      ...(clientId === undefined ? ['CLIENT_ID'] : []),
      ...(clientSecret === undefined ? ['CLIENT_SECRET'] : []),
    ].map((part) => ({
      variable: `${prefix}_${part}`,
      shown: '（未設定 not set）',
      zh: `${prefix}_ISSUER、${prefix}_CLIENT_ID 與 ${prefix}_CLIENT_SECRET（或 ${prefix}_CLIENT_SECRET_FILE）須一併設定。`,
      en: `${prefix}_ISSUER, ${prefix}_CLIENT_ID and ${prefix}_CLIENT_SECRET (or ${prefix}_CLIENT_SECRET_FILE) are set together.`,
    }));
    faults.push(...lacking);
    if (given !== undefined && fromFile !== undefined) {
      faults.push({
        variable: `${prefix}_CLIENT_SECRET_FILE`,
        shown: '（不顯示 not shown）',
        zh: `不得與 ${prefix}_CLIENT_SECRET 同時設定。`,
        en: `expected either this or ${prefix}_CLIENT_SECRET.`,
      });
    }
    if (issuer !== undefined && providers.some((one) => one.issuer === issuer)) {
      faults.push({
        variable: `${prefix}_ISSUER`,
        shown: show(issuer, false),
        zh: '同一身分提供者只能設定一次。',
        en: 'expected each provider once.',
      });
    }
    if (issuer !== undefined && clientId !== undefined && clientSecret !== undefined) {
      const id = String(index + 1);
      providers.push({ id, issuer, clientId, clientSecret, name: name ?? new URL(issuer).hostname });
    }
  }
  return { providers, faults };
}

/** Faults that lie between two values. */
function crossFaults(values: Values, mode: Mode): ConfigFault[] {
  const faults: ConfigFault[] = [...oidcProviders(values).faults, ...channelSettings(values).faults];
  const { DATABASE_URL: app, DATABASE_OWNER_URL: owner } = values;
  if ((app === undefined) !== (owner === undefined)) {
    faults.push({
      variable: app === undefined ? 'DATABASE_URL' : 'DATABASE_OWNER_URL',
      shown: '（未設定 not set）',
      zh: 'DATABASE_URL 與 DATABASE_OWNER_URL 須同時設定或同時不設。',
      en: 'DATABASE_URL and DATABASE_OWNER_URL are set together or not at all.',
    });
  } else if (app && owner && new URL(app).username === new URL(owner).username) {
    faults.push({
      variable: 'DATABASE_URL',
      shown: show(app, true),
      zh: '須與 DATABASE_OWNER_URL 使用不同角色：應用程式的角色不得擁有資料表。',
      en: 'expected another role than in DATABASE_OWNER_URL: the application must own nothing.',
    });
  }
  const isLocal = LOOPBACK.test(values.HOST ?? '127.0.0.1');
  const url = values.PUBLIC_URL;
  if (mode === 'serve' && !url && !isLocal && values.WORKERS?.web !== false) {
    faults.push({
      variable: 'PUBLIC_URL',
      shown: '（未設定 not set）',
      zh: '對外服務（HOST 非本機）時必須設定使用者開啟的網址。',
      en: 'expected the address people open, because HOST is not this machine alone.',
    });
  }
  if (mode === 'serve' && url && url.startsWith('http:') && !LOOPBACK.test(new URL(url).hostname)) {
    faults.push({
      variable: 'PUBLIC_URL',
      shown: show(url, false),
      zh: '正式服務須為 https（僅本機可用 http）。',
      en: 'expected https (http is for this machine alone).',
    });
  }
  return faults;
}

/**
 * Reads the configuration.
 * @param env the environment; variables of other programs are not looked at
 * @param mode decides the default folder and what production must have
 * @throws ConfigError naming every wrong value at once
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>, mode: Mode): Config {
  const values: Values = {};
  const faults: ConfigFault[] = [];
  for (const [name, { schema, zh, en, secret }] of Object.entries<Variable<unknown>>(VARIABLES)) {
    const given = env[name]?.trim();
    if (!given) continue;
    const result = (schema as z.ZodType).safeParse(given);
    if (result.success) Object.assign(values, { [name]: result.data });
    else faults.push({ variable: name, shown: show(given, secret === true), zh, en });
  }
  if (faults.length === 0) faults.push(...crossFaults(values, mode));
  if (faults.length > 0) throw new ConfigError(faults);

  const host = values.HOST ?? '127.0.0.1';
  const port = values.PORT ?? 8080;
  const publicUrl =
    values.PUBLIC_URL ?? `http://${LOOPBACK.test(host) || isIP(host) ? 'localhost' : host}:${port}`;
  return {
    host,
    port,
    dataDir: values.DATA_DIR ?? defaultDataDir(mode),
    databaseUrl: values.DATABASE_URL,
    databaseOwnerUrl: values.DATABASE_OWNER_URL,
    poolSize: values.DATABASE_POOL ?? 20,
    smtpUrl: values.SMTP_URL,
    smtpRoutes: values.SMTP_ROUTES ?? new Map(),
    mailFrom: values.MAIL_FROM ?? `tocsin@${new URL(publicUrl).hostname}`,
    publicUrl,
    heartbeatUrl: values.HEARTBEAT_URL,
    heartbeatMs: (values.HEARTBEAT_SECONDS ?? 30) * 1000,
    logLevel: values.LOG_LEVEL ?? 'info',
    trustProxy: values.TRUST_PROXY ?? false,
    workers: values.WORKERS ?? { web: true, work: true },
    secondFactor: values.SECOND_FACTOR ?? (mode === 'serve' ? 'required' : 'optional'),
    session: {
      idleMs: (values.SESSION_IDLE_MINUTES ?? (mode === 'serve' ? 30 : 480)) * 60_000,
      absoluteMs: (values.SESSION_HOURS ?? (mode === 'serve' ? 12 : 24)) * 3_600_000,
    },
    oidc: oidcProviders(values).providers,
    channels: channelSettings(values).settings,
  };
}
