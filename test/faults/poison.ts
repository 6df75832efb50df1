/**
 * FLT-13: rows on which the product itself stumbles, at every try, among sound ones. Two kinds: notices whose data cannot be
 * put into words, and cases whose whole mechanism cannot be read, so that neither their clocks fire nor their mails are
 * worded. One of each is of level A.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../support/wait.ts';
import { atLeast, atMost, isSo, type Showing, type Shown, told } from './rig/shown.ts';
import { type DeliveryRow, openStage, type Stage } from './rig/stage.ts';

const HOUR = 3_600_000;

export interface PoisonOptions {
  readonly port: number;
  /** Sound cases beside the poisoned ones. */
  readonly sound: number;
  /** How long the poison is watched after everything else is done, in ms. */
  readonly watch: number;
}

async function poisonWords(stage: Stage, caseIds: readonly string[]): Promise<void> {
  await stage.ask(
    `update notices set data = data || '{"since": "no time at all", "phone": 7}'::jsonb
      where case_id = any ($1::uuid[])`,
    [caseIds],
  );
}

async function poisonMechanism(stage: Stage, caseIds: readonly string[]): Promise<void> {
  await stage.ask(`insert into packs (hash, code, version, content) values ('altered', 'x', 'x', '{}')`);
  await stage.ask(
    `update cases set pack_hash = 'altered', detail = jsonb_set(detail, '{pack}', '"altered"') where id = any ($1::uuid[])`,
    [caseIds],
  );
}

const deliveriesOf = (stage: Stage, caseIds: readonly string[]) =>
  stage.ask<DeliveryRow>(
    'select id, state, reason from deliveries where case_id = any ($1::uuid[]) order by id',
    [caseIds],
  );

/** When every delivery of these cases is settled, and how they ended. */
async function settled(stage: Stage, caseIds: readonly string[], timeout: number): Promise<DeliveryRow[]> {
  await until(async () => (await deliveriesOf(stage, caseIds)).every((one) => one.state !== 'queued'), {
    timeout,
    every: 50,
    describe: 'every delivery settled',
  }).catch(() => undefined);
  return deliveriesOf(stage, caseIds);
}

/** Files, poisons, starts the worker, watches. */
export async function poison(options: PoisonOptions): Promise<Showing> {
  const stage = await openStage({ port: options.port, reporters: 8, workers: 0 });
  try {
    const grave = { impactLevel: 'A' };
    const wordsA = await stage.file(1, grave);
    const wordsD = await stage.file(2);
    const lostA = await stage.file(3, grave);
    const lostD = await stage.file(4);
    const sound: string[] = [];
    for (let n = 0; n < options.sound; n += 1)
      sound.push((await stage.file(10 + n, n % 10 === 0 ? grave : {})).caseId);
    await poisonWords(stage, [wordsA.caseId, wordsD.caseId]);
    await poisonMechanism(stage, [lostA.caseId, lostD.caseId]);
    // Everything is due when the worker starts, the poison first: it is of the gravest.
    await stage.setClock(HOUR);
    await stage.stayAwake();
    const began = Date.now();
    const worker = stage.startWorker();
    await worker.ready();
    const lost = [lostA.caseId, lostD.caseId];
    const dueSound = async () =>
      (
        await stage.ask<{ n: number }>(
          `select (select count(*)::int from clocks where case_id = any ($1::uuid[]) and next_at <= pg_catalog.now() + interval '1 hour')
                + (select count(*)::int from notices where case_id = any ($1::uuid[]) and next_rung_at <= pg_catalog.now() + interval '1 hour') as n`,
          [[...sound, wordsA.caseId, wordsD.caseId]],
        )
      )[0]?.n;
    await until(async () => (await dueSound()) === 0, { timeout: 60_000, every: 50 }).catch(() => undefined);
    const clocksMs = Date.now() - began;
    const soundMails = await settled(stage, sound, 60_000);
    const mailsMs = Date.now() - began;
    const wordMails = await settled(stage, [wordsA.caseId, wordsD.caseId], 60_000);
    const lostMails = await settled(stage, lost, 60_000);
    const lostMs = Date.now() - began;
    const arrived = new Set(stage.mail.arrivals.map((one) => one.messageId.split('@', 1)[0]));
    const notSent = (rows: readonly DeliveryRow[]) =>
      rows.filter((one) => !['handed-over', 'withheld'].includes(one.state)).length;
    const unseen = (
      await stage.ask<{ number: string }>(
        `select c.number from cases c where c.id = any ($1::uuid[]) and c.failed_notices = 0`,
        [lost],
      )
    ).length;
    // The desk itself, through the product: its queue opens, and the alarms name both cases.
    const queue = await stage.desk<{ items: unknown[] }>('GET', '/api/v1/queue');
    const alarmed = async () => {
      const { items } = await stage.desk<{ items: { kind: string; number: string | null }[] }>(
        'GET',
        '/api/v1/alarms',
      );
      return [lostA.number, lostD.number].filter((number) =>
        items.some((one) => one.kind === 'case-stuck' && one.number === number),
      ).length;
    };
    await until(async () => (await alarmed()) === 2, { timeout: 30_000, every: 200 }).catch(() => undefined);
    const tries = () =>
      worker.countInLog('a clock could not be fired') + worker.countInLog('the next rung of');
    const before = tries();
    await pause(options.watch);
    const poisoned = (
      await stage.ask<{ n: number }>(
        'select count(*)::int as n from clocks where case_id = any ($1::uuid[]) and next_at is not null',
        [lost],
      )
    )[0]?.n as number;
    // A case as a whole counts once for its ladders.
    const perMinute = ((tries() - before) / (poisoned + lost.length) / options.watch) * 60_000;
    // Somebody goes on filing, and is told of as ever.
    const later = await stage.file(9, grave);
    await settled(stage, [later.caseId], 10_000);
    const laterMails = await deliveriesOf(stage, [later.caseId]);
    const shown: Shown[] = [
      atMost('sound clocks and ladders done after the start', clocksMs, 10_000, ' ms'),
      atMost('sound notices handed over after the start', mailsMs, 20_000, ' ms'),
      atMost('sound notices not handed over', notSent(soundMails), 0),
      atMost('notices with hostile data not handed over in plain words', notSent(wordMails), 0),
      atMost(
        'of these, said to be handed over and never arrived',
        wordMails.filter((one) => one.state === 'handed-over' && !arrived.has(one.id)).length,
        0,
      ),
      atMost('notices of an unreadable mechanism still tried after', lostMs, 60_000, ' ms'),
      atMost(
        'of these, not failed with the reason “broken”',
        lostMails.filter((one) => one.state !== 'failed' || one.reason !== 'broken').length,
        0,
      ),
      atMost('poisoned cases that do not rise in the desk’s queue', unseen, 0),
      isSo('the desk’s queue opens with the poison in it', queue.items.length > 0),
      atLeast('poisoned cases the desk’s alarms name (an A among them)', await alarmed(), 2),
      // Twice a second would be 120.
      atMost('tries of a poisoned clock or ladder a minute, at rest', perMinute, 12),
      atMost('notices of an A filed afterwards not handed over', notSent(laterMails), 0),
      told('poisoned clocks that stay to be fired', String(poisoned)),
      isSo('nothing sound is due', (await dueSound()) === 0),
    ];
    return { fault: 'FLT-13 poison among sound rows', shown };
  } finally {
    await stage.close();
  }
}
