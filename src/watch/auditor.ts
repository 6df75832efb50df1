/**
 * The auditor: works out from the facts and the mechanism what rows there must be, compares, repairs, and raises an alarm
 * (INV-2, INV-4, INV-6). It trusts nobody's signal and no worker's word.
 *
 * Each pass looks at the cases that changed since the last one and, a piece at a time, at all open ones; so a pass costs the
 * same however many cases there are. What it cannot see from one case, it counts: clocks and mails long due.
 */
import { auditCase, type CaseAudit, casesToAudit } from '../cases/index.ts';
import { activePack } from '../mechanism/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import type { AlarmKind } from './contract.ts';
import {
  type AlarmedCase,
  alarmedCase,
  lateWork,
  passDone,
  raise,
  settleByItself,
  settleOthers,
  stuckCases,
  watchState,
} from './store.ts';

/** A pass begins this often, in ms; the promise is sixty seconds. */
const EVERY = 30_000;
/** After a start what fell due meanwhile is caught up with first: so long nothing is called late, in ms (FLT-15). */
const SETTLE = 60_000;
/** Cases changed since so long before the last pass are looked at again, in ms: passes overlap. */
const OVERLAP = 120_000;
/** Open cases looked at in each pass besides the changed ones. */
const SWEEP = 500;
/** What is due for longer than this is late, in ms. */
const LATE = 60_000;
/** So many cases are told by name at once, the gravest; and so many with something overdue are looked at. */
const MOST_STUCK = 20;
const MOST_LOOKED_AT = 1_000;
const FIRST = '00000000-0000-0000-0000-000000000000';

/** What one pass found. */
export interface Pass {
  readonly looked: number;
  readonly audits: readonly CaseAudit[];
  /** Alarms raised anew, by kind. */
  readonly raised: readonly AlarmKind[];
}

/** Who sees an alarm about a case: its own desk; the centre's too, unless walls or an order of silence stand. */
function readersOf(audit: CaseAudit): string[] {
  const open = audit.compartment === null && !audit.held;
  return ['system', `group:${audit.desk}`, ...(open ? ['desk'] : [])];
}

async function raiseFor(ctx: AppContext, audit: CaseAudit): Promise<boolean> {
  const detail = { number: audit.number, findings: audit.findings, count: audit.findings.length };
  return write(ctx.database, SYSTEM, ctx.clock, (tx) =>
    raise(tx, {
      key: `case ${audit.caseId}`,
      kind: 'case-differs',
      caseId: audit.caseId,
      detail,
      repaired: audit.findings.every((one) => one.repaired),
      seenBy: readersOf(audit),
    }),
  );
}

/** Audits everything a pass looks at, once. `judgesLateness`: also says what is long due and nobody does. */
export async function auditPass(ctx: AppContext, judgesLateness = true): Promise<Pass> {
  const { state, now } = await read(ctx.database, SYSTEM, ctx.clock, async (tx) => ({
    state: await watchState(tx),
    now: tx.now,
  }));
  // A clock that was moved on since makes a longer look, never a shorter one.
  const last = Math.min(state.passAt?.getTime() ?? 0, now.getTime());
  const { changed, swept } = await casesToAudit(ctx, {
    since: new Date(last - OVERLAP),
    after: state.swept ?? FIRST,
    most: SWEEP,
  });
  const audits: CaseAudit[] = [];
  const raised: AlarmKind[] = [];
  for (const id of new Set([...changed, ...swept])) {
    try {
      const audit = await auditCase(ctx, id);
      if (!audit) continue;
      audits.push(audit);
      ctx.log.error(
        { caseId: id, findings: audit.findings },
        'rows of a case were not as its facts say; repaired what could be',
      );
      if (await raiseFor(ctx, audit)) raised.push('case-differs');
    } catch (error) {
      // One that cannot be looked at must not hide the others (FLT-13).
      ctx.log.error({ err: error, caseId: id }, 'a case could not be audited, going on');
      const isNew = await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
        const about = await alarmedCase(tx, id);
        const findings = [{ kind: 'unreadable', what: '', repaired: false }];
        return raise(tx, {
          key: `case ${id}`,
          kind: 'case-differs',
          caseId: id,
          detail: { findings, count: 1, ...(about ? { number: about.number } : {}) },
          repaired: false,
          seenBy: about?.readers ?? ['system'],
        });
      });
      if (isNew) raised.push('case-differs');
    }
  }
  if (judgesLateness) raised.push(...(await lateAlarms(ctx)));
  const end = swept.length < SWEEP ? null : (swept.at(-1) ?? null);
  await write(ctx.database, SYSTEM, ctx.clock, (tx) => passDone(tx, end));
  return { looked: new Set([...changed, ...swept]).size, audits, raised };
}

/** Clocks and mails that are long due are nobody's case, and everybody's. */
async function lateAlarms(ctx: AppContext): Promise<AlarmKind[]> {
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const late = await lateWork(tx, new Date(tx.now.getTime() - LATE));
    const { pack } = await activePack(ctx, tx);
    const raised: AlarmKind[] = [];
    for (const [kind, count] of [
      ['clocks-late', late.clocks],
      ['deliveries-late', late.deliveries],
    ] as const) {
      if (count === 0) {
        await settleByItself(tx, kind);
        continue;
      }
      ctx.log.error({ kind, count }, 'work is long due and nobody does it');
      // How many there are behind walls is nobody's to work out: it is said that there are some (DEC-19).
      const isNew = await raise(tx, {
        key: kind,
        kind,
        caseId: null,
        detail: { count: 1 },
        repaired: false,
        seenBy: ['system', 'desk', `group:${pack.desk.group}`],
      });
      if (isNew) raised.push(kind);
    }
    return [...raised, ...(await stuckAlarms(ctx, tx))];
  });
}

/**
 * Notices our own program cannot put together are told by the name of their case (FLT-13). That a clock fails at every try is
 * said by whoever fires it, who knows it from one that nobody fires; here that alarm only stands while it is so.
 */
async function stuckAlarms(ctx: AppContext, tx: Tx): Promise<AlarmKind[]> {
  const late = new Date(tx.now.getTime() - LATE);
  const stuck = await stuckCases(tx, late, MOST_LOOKED_AT);
  const raised: AlarmKind[] = [];
  for (const { what, ...about } of stuck.filter((one) => one.what.includes('delivery')).slice(0, MOST_STUCK))
    if (await tellStuck(ctx, tx, about, what)) raised.push('case-stuck');
  const ids = stuck.map((one) => one.id);
  await settleOthers(tx, 'case-stuck', ids, late);
  return raised;
}

async function tellStuck(
  ctx: AppContext,
  tx: Tx,
  about: AlarmedCase,
  what: readonly string[],
): Promise<boolean> {
  const { id, number, readers } = about;
  ctx.log.error({ caseId: id, what }, 'something of a case fails at every try');
  const findings = what.map((one) => ({ kind: `${one}-stuck`, what: '', repaired: false }));
  return raise(tx, {
    key: `stuck ${id}`,
    kind: 'case-stuck',
    caseId: id,
    detail: { number, findings, count: findings.length },
    repaired: false,
    seenBy: readers,
  });
}

/** Something of a case failed at several tries one after the other: said to its desk at once (FLT-13). */
export async function raiseStuck(ctx: AppContext, caseId: string, what: 'clock' | 'rung'): Promise<void> {
  try {
    await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
      const about = await alarmedCase(tx, caseId);
      if (about) await tellStuck(ctx, tx, about, [what]);
    });
  } catch (error) {
    ctx.log.error({ err: error, caseId }, 'that something fails at every try could not be written down');
  }
}

/** The database's clock was set: said to the desk, and in the log by whoever noticed (FLT-9). */
export async function raiseJump(ctx: AppContext, milliseconds: number): Promise<void> {
  try {
    await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
      const { pack } = await activePack(ctx, tx);
      await raise(tx, {
        key: 'clock-jump',
        kind: 'clock-jump',
        caseId: null,
        detail: {
          count: 1,
          findings: [{ kind: 'clock-jump', what: `${Math.round(milliseconds / 1000)} s`, repaired: false }],
        },
        repaired: false,
        seenBy: ['system', 'desk', `group:${pack.desk.group}`],
      });
    });
  } catch (error) {
    ctx.log.error({ err: error }, 'that the clock was set could not be written down');
  }
}

export interface AuditorOptions {
  /** Told when an alarm is new; writes to whoever looks after the machines. */
  readonly onAlarm?: (kinds: readonly AlarmKind[]) => void;
}

/** Starts the auditor. Trouble is logged and tried again; silence of its passes ends the heartbeat. */
export function startAuditor(ctx: AppContext, options: AuditorOptions = {}): { stop(): Promise<void> } {
  const began = performance.now();
  let running: Promise<void> | null = null;
  const run = () => {
    running ??= auditPass(ctx, performance.now() - began > SETTLE)
      .then(
        ({ raised }) => {
          if (raised.length > 0) options.onAlarm?.(raised);
        },
        (error: unknown) => ctx.log.error({ err: error }, 'the auditor could not look, going on'),
      )
      .finally(() => {
        running = null;
      });
  };
  const timer = setInterval(run, EVERY);
  run();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
