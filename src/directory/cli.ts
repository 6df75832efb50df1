/** `tocsin import [organisations|posts|contacts] FILE.csv… [--dry-run]` (S8.1.3, S8.1.5). */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { directoryImport as en } from '../locales/en/directory-import.ts';
import { errors as enErrors } from '../locales/en/errors.ts';
import { directoryImport as zh } from '../locales/zh-Hant/directory-import.ts';
import { errors as zhErrors } from '../locales/zh-Hant/errors.ts';
import { activePack } from '../mechanism/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { CliCommand, CliContext } from '../platform/cli-context.ts';
import type { AppContext } from '../platform/context.ts';
import { type FieldRefusal, Refusal } from '../platform/errors.ts';
import { say, type TextParams } from '../platform/i18n.ts';
import { createSignals } from '../platform/signals.ts';
import { productionClock } from '../platform/time.ts';
import { write } from '../platform/transaction.ts';
import { IMPORT_KINDS, type ImportFault, type ImportFile, planImport } from './import.ts';
import { loadDirectory } from './load.ts';
import type { Change } from './plan.ts';
import { directorySnapshot } from './store.ts';

/** So many errors and changes are shown; a file of a whole nation must not scroll away what matters. */
const SHOWN = 200;

/** Exit code 0 when imported (or when a dry run found nothing wrong), 1 when something is wrong, 2 when wrongly called. */
export const run: CliCommand = async (args, context) => {
  const both = (text: (texts: typeof zh) => string) => `${text(zh)}\n${text(en)}`;
  const dryRun = args.includes('--dry-run');
  const words = args.filter((word) => word !== '--dry-run');
  const kind = IMPORT_KINDS.find((one) => one === words[0]);
  const paths = kind ? words.slice(1) : words;
  if (paths.length === 0 || paths.some((one) => one.startsWith('--'))) {
    context.complain(both((texts) => texts.usage));
    return 2;
  }
  const files: ImportFile[] = [];
  for (const path of paths) {
    const bytes = await readFile(path).catch(() => undefined);
    if (!bytes) {
      context.complain(both((texts) => texts.noFile({ file: path })));
      return 2;
    }
    files.push({ name: basename(path), bytes, kind });
  }
  return importFiles(context, files, dryRun);
};

/** What a dry run leaves behind: nothing, by rolling back. */
class Refused extends Error {
  readonly faults: readonly ImportFault[];
  constructor(faults: readonly ImportFault[]) {
    super('import refused');
    this.faults = faults;
  }
}

async function importFiles(
  context: CliContext,
  files: readonly ImportFile[],
  dryRun: boolean,
): Promise<number> {
  const ctx: AppContext = {
    config: context.config(),
    log: context.log,
    database: await context.database(),
    clock: productionClock,
    signals: createSignals(),
    demonstration: false,
  };
  try {
    const changes = await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
      const { pack } = await activePack(ctx, tx);
      const plan = planImport(files, pack, await directorySnapshot(ctx, tx));
      const isWhole = plan.faults.length === 0;
      try {
        // Even a file with faults of form is planned, so that everything wrong is told at once.
        const load = await loadDirectory(ctx, tx, pack, plan.rows, { dryRun: dryRun || !isWhole });
        if (isWhole) return load.changes;
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== 'invalid-input') throw error;
        throw new Refused([...plan.faults, ...placed(error.fields, plan.placeOf)]);
      }
      throw new Refused(plan.faults);
    });
    printChanges(context, changes, dryRun);
    return 0;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    printFaults(context, error.faults);
    return 1;
  }
}

/** Refused fields as faults of cells. A cell is blamed once, and for its line's first kind of row only. */
function placed(
  fields: readonly FieldRefusal[],
  placeOf: ReturnType<typeof planImport>['placeOf'],
): ImportFault[] {
  const listOfLine = new Map<string, string>();
  const seen = new Set<string>();
  return fields.flatMap((field) => {
    const place = placeOf(field.path) ?? { file: '', line: 0, column: 0, header: field.path };
    const line = `${place.file}:${place.line}`;
    const list = field.path.split('.')[0]!;
    const cell = `${line}:${place.column}`;
    if (seen.has(cell) || (listOfLine.get(line) ?? list) !== list) return [];
    listOfLine.set(line, list);
    seen.add(cell);
    return [{ place, reason: { field: field.code }, params: { ...field.params, path: field.path } }];
  });
}

/** Why, in one language: the import's own words where they say more than the catalogue's. */
function why(fault: ImportFault, texts: typeof zh, catalogue: typeof zhErrors): string {
  const params: TextParams = fault.params ?? {};
  if ('import' in fault.reason) return say(texts.reasons[fault.reason.import], params);
  const { field } = fault.reason;
  if (params['reason'] === 'loop' || params['reason'] === 'itself')
    return say(texts.reasons[params['reason']]);
  if (field === 'bad-choice' && params['given'] !== undefined) return texts.reasons.unknown(params);
  const isHolder = typeof params['path'] === 'string' && params['path'].startsWith('holdings.');
  if (field === 'bad-email' && isHolder) return texts.reasons['holder-email'];
  return say(catalogue.fields[field], params);
}

function printFaults(context: CliContext, faults: readonly ImportFault[]): void {
  const inOrder = faults.toSorted(
    (a, b) =>
      a.place.file.localeCompare(b.place.file) ||
      a.place.line - b.place.line ||
      a.place.column - b.place.column,
  );
  for (const fault of inOrder.slice(0, SHOWN)) {
    context.complain(zh.fault({ where: zh.place({ ...fault.place }), why: why(fault, zh, zhErrors) }));
    context.complain(`  ${en.fault({ where: en.place({ ...fault.place }), why: why(fault, en, enErrors) })}`);
  }
  const count = faults.length;
  for (const texts of [zh, en]) {
    if (count > SHOWN) context.complain(texts.more({ count: count - SHOWN }));
    context.complain(texts.refused({ count }));
  }
}

function printChanges(context: CliContext, changes: readonly Change[], dryRun: boolean): void {
  if (changes.length === 0) {
    context.print(`${zh.nothing}\n${en.nothing}`);
    return;
  }
  for (const { table, label, kind, fields } of changes.slice(0, SHOWN)) {
    const texts = [zh, en].map((one) => {
      const params = { kind: one.kinds[table], label, fields: fields.join(', ') };
      return kind === 'created' ? one.created(params) : one.changed(params);
    });
    context.print(texts.join('  '));
  }
  const created = changes.filter((change) => change.kind === 'created').length;
  const counts = { created, changed: changes.length - created };
  for (const texts of [zh, en]) {
    if (changes.length > SHOWN) context.print(texts.moreChanges({ count: changes.length - SHOWN }));
    context.print(dryRun ? texts.dryRun(counts) : texts.done(counts));
  }
}
