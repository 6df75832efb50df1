/**
 * A simulated machine: one process of the product with its workers, that can die before or after a commit, lose the answer
 * to one, freeze and wake, or be told by the database to try again. All machines share one real connection and take turns,
 * so that one seed always meets the same order of transactions.
 */
import type pg from 'pg';
import type { AppContext } from '../../src/platform/context.ts';
import type { Database } from '../../src/platform/database.ts';
import { createSignals } from '../../src/platform/signals.ts';
import type { Host, Time } from './time.ts';

/** What becomes of a writing transaction at its commit. */
export type Fate =
  | 'fine'
  | 'dies-before'
  | 'dies-after'
  /** It is stored, and the line breaks before the answer. */
  | 'answer-lost'
  /** The line breaks before it is stored. */
  | 'line-cut'
  /** The server asks to try again. */
  | 'deadlock';

const never = <T>(): Promise<T> => new Promise(() => undefined);
const cut = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

interface Waiter {
  readonly machine: Machine;
  readonly enter: () => void;
}

/** The one connection to the real database. */
export class Line {
  readonly #client: pg.PoolClient;
  readonly #time: Time;
  #isTaken = false;
  #waiting: Waiter[] = [];
  #onFree: (() => void)[] = [];
  readonly #stream: { cork(): void; uncork(): void };
  /** What nobody waited for and went wrong. */
  #failure: unknown;
  transactions = 0;
  /** Writing transactions that have ended: as long as it stands still, so do the rows. */
  writes = 0;

  constructor(client: pg.PoolClient, time: Time) {
    this.#client = client;
    this.#stream = (
      client as unknown as { connection: { stream: { cork(): void; uncork(): void } } }
    ).connection.stream;
    this.#time = time;
  }

  /** True while a transaction runs, or one could begin. */
  get isBusy(): boolean {
    return this.#isTaken || this.#waiting.some(({ machine }) => machine.canWork);
  }

  /** Settles when the transaction under way has ended. */
  async ended(): Promise<void> {
    if (this.#isTaken) await new Promise<void>((resolve) => this.#onFree.push(resolve));
  }

  take(machine: Machine): Promise<void> {
    return new Promise((enter) => {
      this.#waiting.push({ machine, enter });
      this.next();
    });
  }

  /** Lets the next one in that can work. */
  next(): void {
    if (this.#isTaken) return;
    this.#waiting = this.#waiting.filter(({ machine }) => !machine.isDead);
    const index = this.#waiting.findIndex(({ machine }) => machine.canWork);
    if (index < 0) return;
    this.#isTaken = true;
    this.transactions += 1;
    this.#waiting.splice(index, 1)[0]?.enter();
  }

  free(): void {
    this.#isTaken = false;
    for (const tell of this.#onFree.splice(0)) tell();
    this.next();
  }

  /**
   * Asks the real database, whose clock shows simulated time. A beginning and the end of what only reads are not waited for:
   * their answers are known, and whatever follows comes after them on the same connection.
   */
  async ask(query: string | { text: string }, isKnown = false): Promise<unknown> {
    if (this.#failure) throw this.#failure;
    const isBegin = typeof query === 'string' && query.startsWith('begin');
    if (isBegin && query.startsWith('begin;')) this.writes += 1;
    const now = new Date(this.#time.wall);
    const stream = this.#stream;
    stream.cork();
    // The name of the setting is ours; the functions of the database that tell the time read it.
    const answer: Promise<unknown> = this.#client.query(
      isBegin ? `set sim.now = '${now.toISOString()}'; ${query}` : (query as string),
    );
    // Sent when nobody has more to say at this moment: one packet for a beginning and what it begins with.
    queueMicrotask(() => process.nextTick(() => stream.uncork()));
    if (!isBegin && !isKnown) return answer;
    answer.catch((error: unknown) => {
      this.#failure = error;
    });
    return isBegin ? [{}, { rows: [{ now }] }] : { command: 'COMMIT' };
  }

  forget(): void {
    this.#waiting = [];
  }
}

/**
 * The database as every machine of a lane has it: whoever asks is whose code is running. One for all, so that what a process
 * reads once (the directory) is read once a seed and not at every start of a machine; each still takes its own turn at the line.
 */
export function sharedDatabase(base: Database, time: Time): Database {
  const connect = (): Promise<pg.PoolClient> => {
    const machine = time.current();
    if (!(machine instanceof Machine)) throw new Error('asked by nobody');
    return machine.connect();
  };
  return { kysely: base.kysely, pool: { connect } as unknown as pg.Pool, close: async () => undefined };
}

/** Asked at each commit of a writing transaction what becomes of it. */
export type Chance = (machine: Machine) => Fate;

export class Machine implements Host {
  readonly name: string;
  readonly ctx: AppContext;
  skew = 0;
  isDead = false;
  isFrozen = false;
  /** Settles when the machine dies, for whoever waits for its answer. */
  died: Promise<'died'>;
  #die: () => void = () => undefined;
  readonly #line: Line;
  readonly #chance: Chance;
  readonly #onFault: (machine: Machine, fate: Fate) => void;

  constructor(
    name: string,
    base: AppContext,
    line: Line,
    chance: Chance,
    onFault: (machine: Machine, fate: Fate) => void,
  ) {
    this.name = name;
    this.#line = line;
    this.#chance = chance;
    this.#onFault = onFault;
    this.died = new Promise((resolve) => {
      this.#die = () => resolve('died');
    });
    this.ctx = { ...base, signals: createSignals() };
  }

  get canWork(): boolean {
    return !this.isDead && !this.isFrozen;
  }

  kill(): void {
    this.isDead = true;
    this.#die();
  }

  thaw(): void {
    this.isFrozen = false;
    this.#line.next();
  }

  /** A turn at the line. */
  async connect(): Promise<pg.PoolClient> {
    if (this.isDead) return never();
    await this.#line.take(this);
    let isWriting = false;
    let hasFailed = false;
    let isOver = false;
    let isGone = false;
    const leave = () => {
      if (isOver) return;
      isOver = true;
      this.#line.free();
    };
    const query = async (asked: string | { text: string }): Promise<unknown> => {
      // It died of something else in the middle of this transaction: nobody hears of it, and the server rolls it back.
      if (this.isDead && !isOver && !isGone) {
        isGone = true;
        await this.#line.ask('rollback');
        leave();
      }
      if (this.isDead || isOver) return never();
      const text = typeof asked === 'string' ? asked : asked.text;
      if (text.startsWith('begin;')) isWriting = true;
      if (text !== 'commit') {
        const answer = this.#line.ask(asked);
        answer.catch(() => {
          hasFailed = true;
        });
        return answer;
      }
      if (!isWriting) return this.#line.ask(asked, !hasFailed);
      const fate = this.#chance(this);
      if (fate === 'fine') return this.#line.ask(asked);
      this.#onFault(this, fate);
      await this.#line.ask(fate === 'dies-after' || fate === 'answer-lost' ? 'commit' : 'rollback');
      if (fate === 'dies-before' || fate === 'dies-after') {
        this.kill();
        leave();
        return never();
      }
      if (fate === 'deadlock') throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
      throw cut();
    };
    return { query, on: () => undefined, off: () => undefined, release: leave } as unknown as pg.PoolClient;
  }
}
