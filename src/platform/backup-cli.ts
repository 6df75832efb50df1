/** `tocsin backup` and `tocsin restore`. */
import { parseArgs } from 'node:util';
import type { CliCommand, CliContext } from './cli-context.ts';
import { restore as loadBackup, type Manifest, verifyBackup, backup as writeBackup } from './copy-archive.ts';
import { migrate } from './migrate.ts';

function report(context: CliContext, manifest: Manifest, zh: string, en: string): void {
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  for (const { name, rows: count, sha256 } of manifest.tables) {
    context.print(`${name.padEnd(24)}${String(count).padStart(10)}  ${sha256.slice(0, 16)}`);
  }
  context.print(
    `${zh}：${manifest.tables.length} 個資料表、${rows} 筆，版本 ${manifest.version}，${manifest.takenAt}`,
  );
  context.print(
    `${en}: ${manifest.tables.length} tables, ${rows} rows, version ${manifest.version}, ${manifest.takenAt}`,
  );
}

function wronglyCalled(context: CliContext): number {
  context.complain('用法 usage: tocsin backup FILE | tocsin backup --verify FILE | tocsin restore FILE');
  return 2;
}

/** Writes a backup, or verifies one without touching a database. */
export const backup: CliCommand = async (args, context) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { verify: { type: 'boolean' } },
    allowPositionals: true,
  });
  const [file, ...rest] = positionals;
  if (!file || rest.length > 0) return wronglyCalled(context);
  if (values.verify) {
    report(context, await verifyBackup(file), '備份完好', 'The backup is whole');
    return 0;
  }
  const { ownerUrl } = await context.opened();
  await writeBackup(ownerUrl, file);
  // Read back from the disk: a backup nobody has read is a hope.
  report(context, await verifyBackup(file), '備份完成並已驗證', 'Backed up and verified');
  return 0;
};

/** Restores a backup into an empty database, migrating it first. */
export const restore: CliCommand = async (args, context) => {
  const [file, ...rest] = args;
  if (!file || rest.length > 0) return wronglyCalled(context);
  const opened = await context.opened();
  await migrate(opened);
  report(context, await loadBackup(opened.ownerUrl, file), '還原完成並已驗證', 'Restored and verified');
  return 0;
};
