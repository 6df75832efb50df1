/** `tocsin doctor`: whether everything the promises rest on is as it must be, as a table. */
import { statfs } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { CliContext } from './cli-context.ts';
import { ConfigError } from './config.ts';
import { checkSafety, createDatabase, type Database, waitForDatabase } from './database.ts';
import { runningPostgres } from './embedded-postgres.ts';
import { migrationState, roleOf } from './migrate.ts';

/** One row of the table. `warn` is told but does not fail. */
export interface Finding {
  readonly area: string;
  readonly state: 'ok' | 'warn' | 'broken';
  readonly zh: string;
  readonly en: string;
}

/** A row whose words are the same in both languages, or in two. */
export const finding = (area: string, state: Finding['state'], zh: string, en = zh): Finding => ({
  area,
  state,
  zh,
  en,
});

/** An examination; a room that has one hands it to `doctor`. */
export type Examine = (context: CliContext) => Promise<Finding[]>;

/** Tables with data that row-level security does not bind even to their owner. */
async function tablesWithoutPolicies(database: Database): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    `select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
        and relname not in ('schema_migrations', 'schema_migrations_lock')
        and not (relrowsecurity and relforcerowsecurity) order by 1`,
  );
  return rows.map(({ name }) => name);
}

async function examineDatabase(context: CliContext): Promise<Finding[]> {
  const found: Finding[] = [];
  const config = context.config();
  const wasRunning = !config.databaseUrl && runningPostgres(config.dataDir) !== undefined;
  const { appUrl, ownerUrl } = await context.opened();
  const database = createDatabase(appUrl, { poolSize: 2, name: 'tocsin-doctor' });
  try {
    await waitForDatabase(database, 5_000);
    const { rows } = await database.pool.query<{ version: string }>(
      `select current_setting('server_version') as version`,
    );
    const kind = config.databaseUrl
      ? '外部 external'
      : wasRunning
        ? '隨附，運作中 embedded, in service'
        : '隨附 embedded';
    found.push(finding('database', 'ok', `PostgreSQL ${rows[0]!.version}（${kind}）`));
    found.push(finding('roles', 'ok', `${roleOf(appUrl)} / ${roleOf(ownerUrl)}`));
    for (const { zh, en } of await checkSafety(database)) found.push(finding('safety', 'broken', zh, en));
    const { version, pending, unknown } = await migrationState(database);
    if (unknown.length > 0) {
      found.push(
        finding(
          'schema',
          'broken',
          `資料庫較新（${unknown.join(' ')}）`,
          `newer than this version (${unknown.join(' ')})`,
        ),
      );
    } else if (pending.length > 0) {
      found.push(
        finding('schema', 'warn', `待升級：${pending.join(' ')}`, `to be migrated: ${pending.join(' ')}`),
      );
    } else found.push(finding('schema', 'ok', version));
    const open = await tablesWithoutPolicies(database);
    found.push(
      open.length > 0
        ? finding(
            'row policies',
            'broken',
            `未強制列級權限：${open.join(' ')}`,
            `not forced on: ${open.join(' ')}`,
          )
        : finding('row policies', 'ok', '所有資料表皆已強制', 'forced on every table'),
    );
  } finally {
    await database.close();
  }
  return found;
}

/**
 * Reads a mail server's greeting.
 * @returns undefined when it greets, else why not
 */
export async function greetingFault(url: string, patience = 5_000): Promise<string | undefined> {
  const { protocol, hostname, port } = new URL(url);
  const isTls = protocol === 'smtps:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const at = { host, port: Number(port) || (isTls ? 465 : 25) };
  return await new Promise((resolve) => {
    const socket = isTls ? connectTls(at) : createConnection(at);
    const settle = (fault?: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(fault);
    };
    const timer = setTimeout(() => settle('無回應 does not answer'), patience);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (!text.includes('\n') && text.length < 1_000) return;
      socket.write('QUIT\r\n');
      settle(text.startsWith('220') ? undefined : `回應異常 answers ${JSON.stringify(text.slice(0, 60))}`);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
    socket.on('close', () => settle('連線中斷 hangs up'));
  });
}

async function examineMail(context: CliContext): Promise<Finding[]> {
  const { smtpUrl, smtpRoutes } = context.config();
  const relays = new Map<string, string>([...(smtpUrl ? [['*', smtpUrl] as const] : []), ...smtpRoutes]);
  if (!smtpUrl) {
    return [
      finding(
        'mail',
        'warn',
        '未設定 SMTP_URL：通知只在收件匣',
        'SMTP_URL is not set: notices stay in the inbox',
      ),
    ];
  }
  return await Promise.all(
    [...relays].map(async ([domain, url]) => {
      const fault = await greetingFault(url);
      const where = `${domain} → ${new URL(url).host}`;
      return fault
        ? finding('mail', 'broken', `${where}：${fault}`, `${where}: ${fault}`)
        : finding('mail', 'ok', where);
    }),
  );
}

const GIGABYTE = 1024 ** 3;

async function examineDisk(context: CliContext): Promise<Finding[]> {
  const { dataDir, databaseUrl } = context.config();
  if (databaseUrl) return [];
  const { bavail, bsize, blocks } = await statfs(dataDir);
  const free = (bavail * bsize) / GIGABYTE;
  const share = Math.round((100 * bavail) / blocks);
  const state = free < 1 ? 'broken' : free < 5 ? 'warn' : 'ok';
  const figure = `${free.toFixed(1)} GB (${share} %)`;
  return [finding('disk', state, `${dataDir} 可用 ${figure}`, `${dataDir} has ${figure} free`)];
}

/** What this room examines. */
export const PLATFORM: readonly (readonly [area: string, examine: Examine])[] = [
  ['database', examineDatabase],
  ['mail', examineMail],
  ['disk', examineDisk],
];

/** Everything found; an examination that fails is itself a finding. */
export async function examineAll(
  context: CliContext,
  examinations: readonly (readonly [area: string, examine: Examine])[],
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const [area, examine] of examinations) {
    try {
      found.push(...(await examine(context)));
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      found.push(finding(area, 'broken', (error as Error).message));
    }
  }
  return found;
}

const SIGNS = { ok: '正常 ok    ', warn: '注意 warn  ', broken: '故障 BROKEN' } as const;

/** Prints the table. Gives the exit code: 1 when something is broken. */
export function report(context: CliContext, found: readonly Finding[]): number {
  for (const { area, state, zh, en } of found) {
    context.print(`${SIGNS[state]}  ${area.padEnd(14)}${zh}`);
    if (en !== zh) context.print(`${' '.repeat(27)}${en}`);
  }
  const broken = found.filter(({ state }) => state === 'broken').length;
  context.print(broken > 0 ? `${broken} 項故障 broken` : '一切正常 All is well');
  return broken > 0 ? 1 : 0;
}
