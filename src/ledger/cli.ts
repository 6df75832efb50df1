/** `tocsin verify`: recomputes the ledger and rebuilds every case in this process, and says what does not agree. */
import { parseArgs } from 'node:util';
import { verify as en } from '../locales/en/verify.ts';
import { verify as zh } from '../locales/zh-Hant/verify.ts';
import type { CliCommand, CliContext } from '../platform/cli-context.ts';
import type { AppContext } from '../platform/context.ts';
import { createSignals } from '../platform/signals.ts';
import { productionClock } from '../platform/time.ts';
import { type Anchor, type Finding, type Verification, verifyLedger } from './verify.ts';

const ANCHOR = /^(.+):(\d{1,15}):([0-9a-fA-F]{64})$/;

/** `LOG:SIZE:ROOT` as an earlier verification printed it; undefined for anything else. */
export function readAnchor(text: string): Anchor | undefined {
  const [, log, size, root] = ANCHOR.exec(text) ?? [];
  return log && size && root ? { log, size: Number(size), root } : undefined;
}

function both(context: CliContext, chinese: string, english: string): void {
  context.print(`${chinese}　${english}`);
}

function reportFinding(context: CliContext, found: Finding): void {
  const where = found.stream ? `${found.stream} ${found.streamId ?? ''} #${found.seq ?? '?'}` : '';
  both(
    context,
    `✗ ${zh.finding[found.kind]}（${found.log} ${found.index}）${where}`,
    `${en.finding[found.kind]} (${found.log} ${found.index})`,
  );
}

function reportLedger(context: CliContext, result: Verification): void {
  for (const { log, size, heads, root } of result.logs) {
    both(context, zh.log(log, size, heads), en.log(log, size, heads));
    context.print(`  ${log}:${size}:${root}`);
  }
  if (result.unsealed > 0) both(context, zh.unsealed(result.unsealed), en.unsealed(result.unsealed));
  for (const found of result.findings) reportFinding(context, found);
}

async function contextOf(context: CliContext): Promise<AppContext> {
  return {
    config: context.config(),
    log: context.log,
    database: await context.database(),
    clock: productionClock,
    signals: createSignals(),
    demonstration: false,
  };
}

/**
 * Runs the verification (INV-2, INV-8, KEY-6). `--anchor LOG:SIZE:ROOT`, as often as wanted, compares with heads kept
 * elsewhere, which also finds a tail cut off together with its heads.
 */
export const run: CliCommand = async (args, context) => {
  const { values } = parseArgs({ args: [...args], options: { anchor: { type: 'string', multiple: true } } });
  const anchors: Anchor[] = [];
  for (const text of values.anchor ?? []) {
    const anchor = readAnchor(text);
    if (!anchor) {
      context.complain('用法 usage: tocsin verify [--anchor LOG:SIZE:ROOT]…');
      return 2;
    }
    anchors.push(anchor);
  }
  const app = await contextOf(context);
  const ledger = await verifyLedger(app, anchors);
  reportLedger(context, ledger);
  // Cases come into reach only here: the ledger itself knows no cases.
  const { verifyCases } = await import('../cases/index.ts');
  const cases = await verifyCases(app);
  both(
    context,
    zh.cases(cases.cases, cases.facts, cases.reports),
    en.cases(cases.cases, cases.facts, cases.reports),
  );
  for (const fault of cases.faults) context.print(`✗ ${fault.number}　${fault.what}`);
  const { verifyCentre } = await import('../centre/index.ts');
  const centre = await verifyCentre(app);
  both(
    context,
    zh.centre(centre.activations, centre.meetings, centre.facts),
    en.centre(centre.activations, centre.meetings, centre.facts),
  );
  for (const fault of centre.faults) context.print(`✗ ${fault.number}　${fault.what}`);
  const count = ledger.findings.length + cases.faults.length + centre.faults.length;
  both(context, count === 0 ? zh.whole : zh.differs(count), count === 0 ? en.whole : en.differs(count));
  return count === 0 ? 0 : 1;
};
