/** The command line. Each room brings its own commands (`src/<room>/cli.ts`); they are loaded when called. */
import { pathToFileURL } from 'node:url';
import type { CliCommand, CliContext } from './platform/cli-context.ts';
import { type Config, ConfigError, loadConfig, type Mode } from './platform/config.ts';
import { createDatabase, type Database, waitForDatabase } from './platform/database.ts';
import { createLog } from './platform/log.ts';
import { DatabaseTooNew, migrate, migrationState } from './platform/migrate.ts';
import { type OpenedDatabase, openDatabase } from './platform/open-database.ts';

/** One command: where it lives and what it does, in both languages. */
interface Entry {
  readonly usage: string;
  readonly zh: string;
  readonly en: string;
  /** Loads it; a command loads only what it uses. */
  readonly load?: () => Promise<CliCommand>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  serve: {
    usage: 'serve',
    zh: '正式服務：無示範資料；尚無帳號時顯示一次性設定連結',
    en: 'production: no demonstration data; shows a one-time set-up link while there is no account',
  },
  demo: {
    usage: 'demo [--file-only]',
    zh: '示範國家：示範資料、帳號與信箱頁（或僅填報資料，不提供服務）',
    en: 'the demonstration nation: data, accounts, mailbox page (or only file its data, without serving)',
    load: async () => (await import('./demo/cli.ts')).run,
  },
  migrate: {
    usage: 'migrate',
    zh: '升級資料庫結構（只進不退）',
    en: 'bring the database to this version (forward only)',
  },
  pack: {
    usage: 'pack check [FOLDER]',
    zh: '檢查機制設定，逐項說明錯誤與位置',
    en: 'check a pack; explains every error with its place',
    load: async () => (await import('./mechanism/cli.ts')).run,
  },
  import: {
    usage: 'import [--dry-run] FILE.csv…',
    zh: '自 CSV 匯入機關、職位與聯絡人員（可先試行）',
    en: 'import bodies, posts and contacts from CSV (with a dry run)',
    load: async () => (await import(new URL('./directory/cli.ts', import.meta.url).href)).run as CliCommand,
  },
  recover: {
    usage: 'recover LOGIN',
    zh: '帳號復原：原有金鑰失效，顯示 15 分鐘內有效的一次性連結',
    en: 'a new start for an account: its keys are void; shows a one-time link good for 15 minutes',
    load: async () => (await import(new URL('./identity/cli.ts', import.meta.url).href)).run as CliCommand,
  },
  backup: {
    usage: 'backup FILE | backup --verify FILE',
    zh: '備份全部資料至檔案，或驗證備份檔',
    en: 'back up everything to a file, or verify such a file',
    load: async () => (await import('./platform/backup-cli.ts')).backup,
  },
  restore: {
    usage: 'restore FILE',
    zh: '將備份還原至空的資料庫',
    en: 'restore a backup into an empty database',
    load: async () => (await import('./platform/backup-cli.ts')).restore,
  },
  verify: {
    usage: 'verify',
    zh: '由事實重建每一案件並比對現況',
    en: 'rebuild every case from its facts and compare',
    load: async () => (await import('./ledger/cli.ts')).run,
  },
  doctor: {
    usage: 'doctor',
    zh: '檢查資料庫、郵件、磁碟空間與通知路徑',
    en: 'check database, mail, disk space and routes',
    load: async () => (await import('./cli/doctor.ts')).run,
  },
};

/** The help, zh-Hant first. */
function help(): string {
  const width = Math.max(...Object.values(COMMANDS).map(({ usage }) => usage.length)) + 2;
  const lines = Object.values(COMMANDS).flatMap(({ usage, zh, en }) => [
    `  ${usage.padEnd(width)}${zh}`,
    `  ${''.padEnd(width)}${en}`,
  ]);
  return [
    '警鐘 Tocsin',
    '',
    '用法 usage: npm run tocsin -- COMMAND […]',
    '',
    ...lines,
    '',
    '設定以環境變數為之，見 docs/operations.md。 Settings are environment variables; see docs/operations.md.',
    '結束代碼 exit code: 0 完成 done · 1 失敗 failed · 2 用法或設定錯誤 wrong usage or setting',
  ].join('\n');
}

/** The command line's context; what was opened is ended by `close`. */
function createContext(mode: Mode): CliContext & { close(): Promise<void> } {
  let config: Config | undefined;
  let opened: Promise<OpenedDatabase> | undefined;
  let database: Promise<Database> | undefined;
  const log = createLog({ level: 'silent' });
  const context: CliContext & { close(): Promise<void> } = {
    log,
    config: () => {
      config ??= loadConfig(process.env, mode);
      return config;
    },
    opened: () => {
      opened ??= openDatabase(context.config(), { log, share: true, allowNamespace: true });
      return opened;
    },
    database: () => {
      database ??= (async () => {
        const { appUrl } = await context.opened();
        const made = createDatabase(appUrl, { poolSize: 4, statementTimeout: 0, name: 'tocsin-cli' });
        await waitForDatabase(made);
        const { pending, unknown } = await migrationState(made);
        if (unknown.length > 0) throw new DatabaseTooNew(unknown);
        if (pending.length > 0) {
          throw new Error(
            '資料庫尚未升級至此版本；請先執行 migrate。 The database is not yet at this version; run migrate first.',
          );
        }
        return made;
      })();
      return database;
    },
    print: (line) => void process.stdout.write(`${line}\n`),
    complain: (line) => void process.stderr.write(`${line}\n`),
    close: async () => {
      await database?.then((made) => made.close()).catch(() => undefined);
      await opened?.then((made) => made.close()).catch(() => undefined);
    },
  };
  return context;
}

const runMigrate: CliCommand = async (_args, context) => {
  const { ran, version } = await migrate(await context.opened());
  for (const name of ran) context.print(`已執行 ran ${name}`);
  context.print(`資料庫版本 database version: ${version || '—'}`);
  const [{ appContext }, { ensureMechanism }] = await Promise.all([
    import('./cli/app-context.ts'),
    import('./cli/install.ts'),
  ]);
  const hash = await ensureMechanism(await appContext(context));
  if (hash) context.print(`機制設定已啟用 mechanism in force: ${hash}`);
  return 0;
};

/**
 * Runs one command.
 * @param argv what follows `tocsin`
 * @returns the exit code
 */
export async function runCommand(argv: readonly string[]): Promise<number> {
  const [name = '', ...args] = argv;
  if (name === '' || name === 'help' || name === '--help' || name === '-h' || args.includes('--help')) {
    process.stdout.write(`${help()}\n`);
    return name === '' ? 2 : 0;
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name]! : undefined;
  if (!entry) {
    process.stderr.write(
      `沒有 ${JSON.stringify(name)} 這個指令。 There is no command ${JSON.stringify(name)}.\n\n${help()}\n`,
    );
    return 2;
  }
  if (name === 'serve' || (name === 'demo' && args.length === 0)) {
    const { runService } = await import('./main.ts');
    return await runService(name);
  }
  if (name === 'demo' && args.join() !== '--file-only') return await runCommand([]);
  const context = createContext(name === 'demo' ? 'demo' : 'serve');
  try {
    const command = (await entry.load?.()) ?? runMigrate;
    return await command(args, context);
  } catch (error) {
    if (error instanceof ConfigError) {
      context.complain(error.message);
      return 2;
    }
    context.complain((error as Error).message ?? String(error));
    if (process.env['LOG_LEVEL'] === 'debug') context.complain((error as Error).stack ?? '');
    return 1;
  } finally {
    await context.close();
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await runCommand(process.argv.slice(2));
  // A command is over when it says so, whatever it left open.
  process.exit();
}
