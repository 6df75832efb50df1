/** `tocsin pack check [folder…]`: checks packs and says what is wrong, where, in both languages. */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packCheck as en } from '../locales/en/pack-check.ts';
import { packCheck as zh } from '../locales/zh-Hant/pack-check.ts';
import type { CliCommand } from '../platform/cli-context.ts';
import { checkPack } from './check.ts';
import { loadPack } from './load.ts';

const PACKS = join(import.meta.dirname, '../../packs');

/** Without a folder: every pack that ships with the product. Exit code 0 when all are sound, 1 when one is not. */
export const run: CliCommand = async (args, context) => {
  const [verb, ...given] = args;
  if (verb !== 'check') {
    context.complain(`${zh.cli.usage}\n${en.cli.usage}`);
    return 2;
  }
  const dirs = given.length > 0 ? given : shipped();
  let sound = true;
  for (const dir of dirs) sound = report(dir, context.print) && sound;
  return sound ? 0 : 1;
};

function shipped(): string[] {
  return readdirSync(PACKS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(PACKS, entry.name))
    .sort();
}

function report(dir: string, print: (line: string) => void): boolean {
  const problems = checkPack(dir);
  const shown = relative(process.cwd(), dir) || dir;
  if (problems.length === 0) {
    const { pack, hash } = loadPack(dir);
    const about = { version: pack.version, hash };
    print(zh.cli.fine({ ...about, title: pack.title.zh }));
    print(en.cli.fine({ ...about, title: pack.title.en }));
    return true;
  }
  for (const { file, line, column, path, code, message } of problems) {
    print(`${join(shown, file)}:${line}:${column} ${path === '' ? '' : `${path} `}[${code}]`);
    print(`  ${message.zh}`);
    print(`  ${message.en}`);
  }
  print(zh.cli.bad({ dir: shown, count: problems.length }));
  print(en.cli.bad({ dir: shown, count: problems.length }));
  return false;
}
