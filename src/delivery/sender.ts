/**
 * The sending itself: takes leases, looks a second time at whom to tell, hands mails to the relays side by side and
 * writes what became of them in small batches. One per worker; holds no more than a bounded number of deliveries.
 *
 * Nothing here promises "exactly once". A process may die or freeze anywhere: its leases run out, another takes them
 * with a higher fence, and what it did not write is sent again under the same Message-ID.
 */
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { MailFault, type MailTransport, relaysOf } from '../platform/mail.ts';
import { write } from '../platform/transaction.ts';
import { channelOfLane } from './channel-rules.ts';
import { LaneHealth } from './health.ts';
import {
  BROKEN_TRIES,
  backoff,
  classify,
  DEFAULT_RELAY,
  isExhausted,
  relayRest,
  type Verdict,
} from './rules.ts';
import { lookAgain, outcomeOf, type Prepared } from './second-look.ts';
import { type Claimed, claim, MOST_TOGETHER, type Outcome, renew, settle } from './store.ts';
import { type Handed, WayFault, type Ways } from './ways.ts';

/** Deliveries of one relay a worker holds at most: waiting, under way and not yet written. */
const HELD = 100;
const BATCH = 50;
/** A server that cuts the line at every mail must not push one delivery ten minutes away: the relay itself rests. */
const LONGEST_WAIT_FOR_RELAY = 60_000;
/** Results are gathered this long, in ms, and written together. */
const GATHER = 3;

/**
 * Taking deliveries must end well within their lease, also where the database is slow: how many go together grows while it
 * takes less than the first, and shrinks when it takes more than the second, both in ms.
 */
const QUICK = 700;
const SLOW = 1_800;
const LEAST_TOGETHER = 500;

interface Job extends Prepared {
  /** Our own monotonic clock: after it the lease may be another's, and nothing is begun any more. */
  validUntil: number;
}

interface Held {
  readonly id: string;
  readonly fence: number;
  readonly job: Job | null;
  /** Of several that go as one mail, the one that is counted. */
  readonly leads: boolean;
}

interface Desk {
  readonly name: string;
  /** Everything under our lease, by id. */
  readonly held: Map<string, Held>;
  waiting: Job[];
  /** Being sent, or sent and not yet written: what a crash now may send twice. */
  readonly begun: Set<string>;
  failures: number;
  restUntil: number;
  isClaiming: boolean;
}

/** What a claim took: how many, and whether it was as many as it may take at a time, so that more may wait. */
export interface Taken {
  readonly count: number;
  readonly isFull: boolean;
}

export interface SenderOptions {
  readonly transport: MailTransport;
  /** Push, SMS, webhooks and fax; without them their deliveries wait. */
  readonly ways?: Ways | undefined;
  readonly workerId: string;
  /** How long a lease holds, in ms. */
  readonly leaseMs: number;
  /** Connections at a time to one relay; also the most mails that a crash can make arrive twice there. */
  readonly connections: number;
  /** Between two mails to one person that could wait, in ms; 0 = each by itself, at once. */
  readonly paceMs: number;
  /** Called whenever places became free or results were written. */
  readonly onChange: () => void;
}

export class Sender {
  readonly #ctx: AppContext;
  readonly #options: SenderOptions;
  /** By lane: a mail relay, or one of the other ways. None waits for another (FLT-7). */
  readonly #desks: ReadonlyMap<string, Desk>;
  readonly #health = new LaneHealth();
  #outcomes: Outcome[] = [];
  #isFlushing = false;
  #isStopped = false;
  #together = 1_000;

  constructor(ctx: AppContext, options: SenderOptions) {
    this.#ctx = ctx;
    this.#options = options;
    const names = new Set([
      DEFAULT_RELAY,
      ...relaysOf(ctx.config).relays.map((relay) => relay.name),
      ...(options.ways?.lanes ?? []),
    ]);
    this.#desks = new Map(
      [...names].map((name) => [
        name,
        {
          name,
          held: new Map(),
          waiting: [],
          begun: new Set(),
          failures: 0,
          restUntil: 0,
          isClaiming: false,
        },
      ]),
    );
  }

  /** Names of all lanes, the default relay first. */
  get relays(): string[] {
    return [...this.#desks.keys()];
  }

  /** Names of the lanes that are mail relays, the default one first. */
  get mailRelays(): string[] {
    return this.relays.filter((name) => channelOfLane(name) === 'mail');
  }

  /** True while anything is under our lease or being taken. */
  get isBusy(): boolean {
    return [...this.#desks.values()].some((desk) => desk.isClaiming || desk.held.size > 0);
  }

  /** True when the relay could take more: not resting, and enough places free to make a claim worth while. */
  hasRoom(relay: string): boolean {
    const desk = this.#desks.get(relay);
    if (desk === undefined || desk.isClaiming || this.isResting(relay)) return false;
    // After trouble one mail tries the way before the others follow.
    if (desk.failures > 0) return desk.held.size === 0;
    // However many notices one mail lists, it is one mail.
    return (
      desk.held.size <= HELD - BATCH ||
      [...desk.held.values()].filter((one) => one.leads).length <= HELD - BATCH
    );
  }

  /** True while a relay in trouble is left alone. */
  isResting(relay: string): boolean {
    return performance.now() < (this.#desks.get(relay)?.restUntil ?? 0);
  }

  /** Takes what is due for one relay and begins sending. */
  async claim(relay: string): Promise<Taken> {
    const desk = this.#desks.get(relay);
    if (!desk || this.#isStopped || !this.hasRoom(relay)) return { count: 0, isFull: false };
    desk.isClaiming = true;
    try {
      const began = performance.now();
      const { workerId, leaseMs, paceMs } = this.#options;
      const limit = desk.failures > 0 ? 1 : BATCH;
      const { ready, outcomes, isFull } = await write(
        this.#ctx.database,
        SYSTEM,
        this.#ctx.clock,
        async (tx) => {
          const rows = await claim(tx, relay, limit, workerId, leaseMs);
          const looked = await lookAgain(this.#ctx, tx, relay, rows, {
            workerId,
            leaseMs,
            paceMs,
            most: this.#together,
          });
          return { ...looked, isFull: rows.length >= limit };
        },
      );
      const validUntil = began + leaseMs * 0.8;
      let taken = outcomes.length;
      for (const one of ready) {
        const job: Job = { ...one, validUntil };
        for (const [place, { id, fence }] of job.rows.entries())
          desk.held.set(id, { id, fence, job, leads: place === 0 });
        desk.waiting.push(job);
        taken += job.rows.length;
      }
      for (const { id, fence } of outcomes) desk.held.set(id, { id, fence, job: null, leads: true });
      this.#learn(performance.now() - began, taken);
      this.#outcomes.push(...outcomes);
      if (outcomes.length > 0) this.#scheduleFlush();
      this.#work(desk);
      return { count: taken, isFull };
    } finally {
      desk.isClaiming = false;
    }
  }

  /** How many may go together from now on, after so many took so long. */
  #learn(took: number, taken: number): void {
    if (took > SLOW) this.#together = Math.max(LEAST_TOGETHER, this.#together / 2);
    else if (took < QUICK && taken > this.#together / 2)
      this.#together = Math.min(MOST_TOGETHER, this.#together * 2);
  }

  #work(desk: Desk): void {
    const most = this.#options.ways?.lanes.includes(desk.name)
      ? this.#options.ways.connectionsOf(desk.name)
      : this.#options.connections;
    while (desk.waiting.length > 0 && desk.begun.size < (desk.failures > 0 ? 1 : most)) {
      const job = desk.waiting.shift() as Job;
      if (performance.now() > job.validUntil) {
        // We were frozen or cut off from the database: the lease may be another's by now.
        for (const { id } of job.rows) desk.held.delete(id);
        this.#ctx.log.warn({ deliveryId: job.rows[0].id }, 'lease ran out before it was begun');
        continue;
      }
      desk.begun.add(job.rows[0].id);
      void this.#send(desk, job);
    }
  }

  async #send(desk: Desk, job: Job): Promise<void> {
    try {
      const { receipt } = await this.#handOver(desk, job);
      desk.failures = 0;
      this.#health.took(desk.name, this.#now());
      this.#outcomes.push(...job.rows.map((row) => outcomeOf(row, { state: 'handed-over', receipt })));
    } catch (error) {
      const fault = faultOf(error);
      if (fault.verdict.reason === 'broken')
        this.#ctx.log.error(
          { err: error, deliveryId: job.rows[0].id },
          'a notice cannot be handed over by us',
        );
      this.#afterFault(desk, job, fault);
      const delayed = Math.random();
      this.#outcomes.push(...job.rows.map((row) => this.#outcomeAfter(job, row, fault, delayed)));
    }
    this.#scheduleFlush();
  }

  async #handOver(desk: Desk, { parcel }: Job): Promise<Handed> {
    if (parcel.kind === 'mail') {
      await this.#options.transport.send(desk.name, parcel.mail);
      return { receipt: null };
    }
    if (!this.#options.ways) throw new Error(`no way for ${desk.name}`);
    return this.#options.ways.send(parcel);
  }

  #now(): Date {
    return new Date(Date.now() + this.#ctx.clock.shift());
  }

  #afterFault(desk: Desk, job: Job, { verdict, code }: Fault): void {
    // No address and no server text in the log: both can carry personal data.
    this.#ctx.log.warn(
      {
        deliveryId: job.rows[0].id,
        relay: desk.name,
        result: verdict.reason,
        code,
        attempt: job.rows[0].attempts,
      },
      'notice not taken',
    );
    if (verdict.scope !== 'relay') {
      // Whoever refuses one thing is there.
      if (code !== '') this.#health.took(desk.name, this.#now());
      return;
    }
    this.#health.failed(desk.name, verdict.reason, this.#now());
    // What was under way together fails together: that is one failure, not ten.
    if (!this.isResting(desk.name)) {
      desk.failures += 1;
      desk.restUntil = performance.now() + relayRest(desk.failures, Math.random());
    }
    this.#release(desk);
  }

  #outcomeAfter(job: Job, row: Claimed, { verdict, coded }: Fault, spread: number): Outcome {
    const { alternates } = job;
    const isPoison = verdict.reason === 'broken' && row.attempts >= BROKEN_TRIES;
    if (verdict.verdict === 'permanent' || isPoison)
      return outcomeOf(row, { state: 'failed', reason: coded, alternates });
    if (isExhausted(row.attempts, row.madeAt, this.#now()))
      return outcomeOf(row, { state: 'failed', reason: 'expired', alternates });
    const most = verdict.scope === 'relay' ? LONGEST_WAIT_FOR_RELAY : undefined;
    return outcomeOf(row, {
      state: 'queued',
      reason: coded,
      delay: backoff(row.attempts, spread, most),
      // What cannot wait does not wait for a way in trouble, nor for a second "later" (FLT-7).
      alternates: verdict.scope === 'relay' || row.attempts > 1 ? alternates : [],
    });
  }

  /** Gives back what was not begun, as if it had never been taken. */
  #release(desk: Desk): void {
    for (const row of desk.waiting.flatMap((job) => job.rows)) {
      this.#outcomes.push(outcomeOf(row, { state: 'queued', attempts: row.attempts - 1 }));
    }
    if (desk.waiting.length > 0) this.#scheduleFlush();
    desk.waiting = [];
  }

  #scheduleFlush(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setTimeout(() => void this.#flush(), GATHER);
  }

  async #flush(): Promise<void> {
    const batch = this.#outcomes.splice(0, 500);
    try {
      const news = this.#health.news();
      const accepted = await write(this.#ctx.database, SYSTEM, this.#ctx.clock, async (tx) => {
        const ids = await settle(tx, batch);
        await news.write(tx);
        const isNews = batch.some((one) => one.state !== 'queued' && ids.has(one.id));
        tx.afterCommit(() => {
          if (isNews) this.#ctx.signals.emit('facts');
          if (batch.some((one) => one.successors.length + one.alternates.length > 0))
            this.#ctx.signals.emit('deliveries');
        });
        return ids;
      });
      news.written();
      for (const outcome of batch) {
        if (!accepted.has(outcome.id)) {
          this.#ctx.log.warn({ deliveryId: outcome.id, state: outcome.state }, 'late write refused');
        }
        for (const desk of this.#desks.values()) {
          desk.held.delete(outcome.id);
          desk.begun.delete(outcome.id);
        }
      }
      for (const desk of this.#desks.values()) this.#work(desk);
    } catch (error) {
      // Kept and tried again; meanwhile nothing new is taken once the places are full.
      this.#outcomes.unshift(...batch);
      this.#ctx.log.error({ err: error }, 'results of deliveries could not be written yet');
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    this.#isFlushing = false;
    if (this.#outcomes.length > 0) this.#scheduleFlush();
    this.#options.onChange();
  }

  /** Prolongs the leases of everything we hold; what another has taken meanwhile is let go. */
  async renew(): Promise<void> {
    const held = [...this.#desks.values()].flatMap((desk) => [...desk.held.values()]);
    if (held.length === 0) return;
    const began = performance.now();
    const ours = await write(this.#ctx.database, SYSTEM, this.#ctx.clock, (tx) =>
      renew(tx, held, this.#options.leaseMs),
    );
    const jobs = Map.groupBy(held, ({ job }) => job);
    for (const [job, rows] of jobs) {
      const isOurs = rows.every(({ id }) => ours.has(id));
      if (job) job.validUntil = isOurs ? began + this.#options.leaseMs * 0.8 : 0;
    }
  }

  /** Takes nothing more, gives back what was not begun, and waits up to `patience` ms for what is under way. */
  async stop(patience: number): Promise<void> {
    this.#isStopped = true;
    for (const desk of this.#desks.values()) this.#release(desk);
    const deadline = performance.now() + patience;
    while (this.isBusy && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

interface Fault {
  readonly verdict: Verdict;
  readonly code: string;
  /** As it is stored: the reason, and the code where there is one. */
  readonly coded: string;
}

function faultOf(error: unknown): Fault {
  if (error instanceof WayFault) {
    const { verdict, code } = error;
    return { verdict, code, coded: code === '' ? verdict.reason : `${verdict.reason}:${code}` };
  }
  // Neither a relay nor a gateway said it: our own program stumbled, over this one alone (FLT-13).
  if (!(error instanceof MailFault)) {
    return { verdict: { verdict: 'retry', scope: 'mail', reason: 'broken' }, code: '', coded: 'broken' };
  }
  const fault = error;
  const verdict = classify(fault);
  const coded = fault.responseCode === null ? verdict.reason : `${verdict.reason}:${fault.responseCode}`;
  return { verdict, code: String(fault.responseCode ?? fault.code), coded };
}
