/**
 * The sending itself: takes leases, looks a second time at whom to tell, hands mails to the relays side by side and
 * writes what became of them in small batches. One per worker; holds no more than a bounded number of deliveries.
 *
 * Nothing here promises "exactly once". A process may die or freeze anywhere: its leases run out, another takes them
 * with a higher fence, and what it did not write is sent again under the same Message-ID.
 */
import { directorySnapshot, standIns } from '../directory/index.ts';
import { keysOfPosts, shutOutOf } from '../identity/index.ts';
import { type Pack, packByHash } from '../mechanism/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { MailFault, type MailTransport, type OutgoingMail, relaysOf } from '../platform/mail.ts';
import { type Tx, write } from '../platform/transaction.ts';
import { composeMail } from './mail.ts';
import { backoff, classify, DEFAULT_RELAY, decide, isExhausted, relayOf, relayRest } from './rules.ts';
import { type Claimed, claim, type Outcome, renew, settle } from './store.ts';

/** Deliveries of one relay a worker holds at most: waiting, under way and not yet written. */
const HELD = 100;
const BATCH = 50;
/** A server that cuts the line at every mail must not push one delivery ten minutes away: the relay itself rests. */
const LONGEST_WAIT_FOR_RELAY = 60_000;
/** What the database calls its errors. */
const SQLSTATE = /^[0-9A-Z]{5}$/;
/** Results are gathered this long, in ms, and written together. */
const GATHER = 3;

interface Job {
  readonly row: Claimed;
  readonly mail: OutgoingMail;
  /** Our own monotonic clock: after it the lease may be another's, and nothing is begun any more. */
  validUntil: number;
}

interface Desk {
  readonly name: string;
  /** Everything under our lease, by id. */
  readonly held: Map<string, { readonly id: string; readonly fence: number; job: Job | null }>;
  waiting: Job[];
  /** Being sent, or sent and not yet written: what a crash now may send twice. */
  readonly begun: Set<string>;
  failures: number;
  restUntil: number;
  isClaiming: boolean;
}

export interface SenderOptions {
  readonly transport: MailTransport;
  readonly workerId: string;
  /** How long a lease holds, in ms. */
  readonly leaseMs: number;
  /** Connections at a time to one relay; also the most mails that a crash can make arrive twice there. */
  readonly connections: number;
  /** Called whenever places became free or results were written. */
  readonly onChange: () => void;
}

export class Sender {
  readonly #ctx: AppContext;
  readonly #options: SenderOptions;
  readonly #byDomain: ReadonlyMap<string, string>;
  readonly #desks: ReadonlyMap<string, Desk>;
  #outcomes: Outcome[] = [];
  #isFlushing = false;
  #isStopped = false;

  constructor(ctx: AppContext, options: SenderOptions) {
    this.#ctx = ctx;
    this.#options = options;
    const { relays, byDomain } = relaysOf(ctx.config);
    this.#byDomain = byDomain;
    const names = new Set([DEFAULT_RELAY, ...relays.map((relay) => relay.name)]);
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

  /** Names of all relays, the default one first. */
  get relays(): string[] {
    return [...this.#desks.keys()];
  }

  /** True while anything is under our lease or being taken. */
  get isBusy(): boolean {
    return [...this.#desks.values()].some((desk) => desk.isClaiming || desk.held.size > 0);
  }

  /** True when the relay could take more: not resting, and enough places free to make a claim worth while. */
  hasRoom(relay: string): boolean {
    const desk = this.#desks.get(relay);
    return desk !== undefined && !desk.isClaiming && desk.held.size <= HELD - BATCH && !this.isResting(relay);
  }

  /** True while a relay in trouble is left alone. */
  isResting(relay: string): boolean {
    return performance.now() < (this.#desks.get(relay)?.restUntil ?? 0);
  }

  /** Takes what is due for one relay and begins sending. Returns how many were taken. */
  async claim(relay: string): Promise<number> {
    const desk = this.#desks.get(relay);
    if (!desk || this.#isStopped || !this.hasRoom(relay)) return 0;
    desk.isClaiming = true;
    try {
      const began = performance.now();
      // After trouble one mail tries the way before the others follow.
      const limit = desk.failures > 0 ? 1 : BATCH;
      const { jobs, outcomes } = await write(this.#ctx.database, SYSTEM, this.#ctx.clock, async (tx) => {
        const rows = await claim(tx, relay, limit, this.#options.workerId, this.#options.leaseMs);
        return this.#prepare(tx, rows);
      });
      const validUntil = began + this.#options.leaseMs * 0.8;
      for (const { row, mail } of jobs) {
        const job: Job = { row, mail, validUntil };
        desk.held.set(row.id, { id: row.id, fence: row.fence, job });
        desk.waiting.push(job);
      }
      for (const outcome of outcomes) {
        desk.held.set(outcome.id, { id: outcome.id, fence: outcome.fence, job: null });
        this.#outcomes.push(outcome);
      }
      if (outcomes.length > 0) this.#scheduleFlush();
      this.#work(desk);
      return jobs.length + outcomes.length;
    } finally {
      desk.isClaiming = false;
    }
  }

  /** The second look (rule 8): who is right to be told now; writes nothing itself. */
  async #prepare(
    tx: Tx,
    rows: readonly Claimed[],
  ): Promise<{ jobs: Omit<Job, 'validUntil'>[]; outcomes: Outcome[] }> {
    const jobs: Omit<Job, 'validUntil'>[] = [];
    const outcomes: Outcome[] = [];
    if (rows.length === 0) return { jobs, outcomes };
    const directory = await directorySnapshot(this.#ctx, tx);
    const shutOut = await shutOutOf(tx, [
      ...rows.flatMap((row) => [
        ...(row.personId === null ? [] : [row.personId]),
        ...directory.holders(row.postId, tx.now).map((holding) => holding.personId),
        ...standIns(directory, row.postId, tx.now).people.map((one) => one.personId),
      ]),
    ]);
    const relayOfPerson = (personId: string) =>
      relayOf(this.#byDomain, directory.persons.get(personId)?.email ?? '');
    for (const row of rows) {
      const pack = await this.#packOf(tx, row);
      if (!pack) {
        outcomes.push(outcomeOf(row, { state: 'queued', delay: backoff(row.attempts, Math.random()) }));
        continue;
      }
      const post = directory.posts.get(row.postId);
      const keys = post ? keysOfPosts(pack, row.postId, [post]) : [];
      const decision = decide(
        {
          personId: row.personId,
          postId: row.postId,
          closed: row.closedAt !== null,
          mayKnow: row.data.closed === true || row.seenBy.some((key) => keys.includes(key)),
          standIns: standIns(directory, row.postId, tx.now).people.map((one) => one.personId),
          shutOut,
        },
        directory,
        tx.now,
      );
      if (decision.act === 'withhold') {
        const successors = decision.successors.map((personId) => ({
          personId,
          relay: relayOfPerson(personId),
        }));
        outcomes.push(outcomeOf(row, { state: 'withheld', reason: decision.reason, successors }));
        continue;
      }
      if (decision.act === 'fail') {
        outcomes.push(outcomeOf(row, { state: 'failed', reason: decision.reason }));
        continue;
      }
      const relay = relayOf(this.#byDomain, decision.address);
      if (relay !== row.relay) {
        // The address or the configuration has changed since: the right relay's own queue takes it, at once.
        outcomes.push(outcomeOf(row, { state: 'queued', relay, attempts: row.attempts - 1 }));
        continue;
      }
      const person = directory.persons.get(decision.personId);
      const isHolder = directory
        .holders(row.postId, tx.now)
        .some((one) => one.personId === decision.personId);
      const mail = composeMail({
        deliveryId: row.id,
        notice: { ...row, id: row.noticeId },
        pack,
        to: decision.address,
        language: person?.language ?? '',
        isStandIn: !isHolder,
        from: this.#ctx.config.mailFrom,
        publicUrl: this.#ctx.config.publicUrl,
        now: tx.now,
      });
      jobs.push({ row, mail });
    }
    return { jobs, outcomes };
  }

  /** A mechanism that cannot be read holds up the mails of its own cases, not everybody's (FLT-13). */
  async #packOf(tx: Tx, row: Claimed): Promise<Pack | null> {
    return packByHash(this.#ctx, tx, row.packHash).catch((error: unknown) => {
      // Trouble of the database ends the transaction, and with it the claim.
      if (SQLSTATE.test(String((error as { code?: unknown }).code))) throw error;
      this.#ctx.log.error({ err: error, deliveryId: row.id }, 'the mechanism of a notice cannot be read');
      return null;
    });
  }

  #work(desk: Desk): void {
    while (desk.waiting.length > 0 && desk.begun.size < (desk.failures > 0 ? 1 : this.#options.connections)) {
      const job = desk.waiting.shift() as Job;
      if (performance.now() > job.validUntil) {
        // We were frozen or cut off from the database: the lease may be another's by now.
        desk.held.delete(job.row.id);
        this.#ctx.log.warn({ deliveryId: job.row.id }, 'lease ran out before the mail was begun');
        continue;
      }
      desk.begun.add(job.row.id);
      void this.#send(desk, job);
    }
  }

  async #send(desk: Desk, job: Job): Promise<void> {
    let outcome: Outcome;
    try {
      await this.#options.transport.send(desk.name, job.mail);
      desk.failures = 0;
      outcome = outcomeOf(job.row, { state: 'handed-over' });
    } catch (error) {
      outcome = this.#afterFault(desk, job.row, error);
    }
    this.#outcomes.push(outcome);
    this.#scheduleFlush();
  }

  #afterFault(desk: Desk, row: Claimed, error: unknown): Outcome {
    const fault = error instanceof MailFault ? error : new MailFault('message', error);
    const { verdict, scope, reason } = classify(fault);
    // No address and no server text in the log: both can carry personal data.
    this.#ctx.log.warn(
      {
        deliveryId: row.id,
        relay: desk.name,
        result: reason,
        code: fault.responseCode ?? fault.code,
        attempt: row.attempts,
      },
      'mail not taken',
    );
    const coded = fault.responseCode === null ? reason : `${reason}:${fault.responseCode}`;
    if (verdict === 'permanent') return outcomeOf(row, { state: 'failed', reason: coded });
    if (scope === 'relay') {
      // What was under way together fails together: that is one failure, not ten.
      if (!this.isResting(desk.name)) {
        desk.failures += 1;
        desk.restUntil = performance.now() + relayRest(desk.failures, Math.random());
      }
      this.#release(desk);
    }
    const now = new Date(Date.now() + this.#ctx.clock.shift());
    if (isExhausted(row.attempts, row.madeAt, now))
      return outcomeOf(row, { state: 'failed', reason: 'expired' });
    const most = scope === 'relay' ? LONGEST_WAIT_FOR_RELAY : undefined;
    return outcomeOf(row, {
      state: 'queued',
      reason: coded,
      delay: backoff(row.attempts, Math.random(), most),
    });
  }

  /** Gives back what was not begun, as if it had never been taken. */
  #release(desk: Desk): void {
    for (const { row } of desk.waiting) {
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
    const batch = this.#outcomes.splice(0, 200);
    try {
      const accepted = await write(this.#ctx.database, SYSTEM, this.#ctx.clock, async (tx) => {
        const ids = await settle(tx, batch);
        const isNews = batch.some((one) => one.state !== 'queued' && ids.has(one.id));
        tx.afterCommit(() => {
          if (isNews) this.#ctx.signals.emit('facts');
          if (batch.some((one) => one.successors.length > 0)) this.#ctx.signals.emit('deliveries');
        });
        return ids;
      });
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
    for (const { id, job } of held) {
      if (job) job.validUntil = ours.has(id) ? began + this.#options.leaseMs * 0.8 : 0;
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

type Change = Pick<Outcome, 'state'> & Partial<Omit<Outcome, 'id' | 'fence' | 'state'>>;

function outcomeOf(row: Claimed, change: Change): Outcome {
  return {
    id: row.id,
    fence: row.fence,
    noticeId: row.noticeId,
    caseId: row.caseId,
    reason: null,
    delay: 0,
    attempts: row.attempts,
    relay: row.relay,
    successors: [],
    ...change,
  };
}
