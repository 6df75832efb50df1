/**
 * Simulated time. Code that runs for a simulated machine sees its own clock, timers, chance and ids; everything else in the
 * process (the driver of the database, the test) keeps the real ones. Nothing sleeps: time goes to where something happens.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Random } from '../../src/demo/random.ts';

/** A timer of a machine. Polls (400 ms and more) are run when the machine is woken, the rest as soon as due. */
interface Timer {
  readonly machine: Host;
  readonly run: () => void;
  readonly every: number | null;
  readonly isPoll: boolean;
  /** How long it waits: chores of a minute and more are run at some wakings only. */
  readonly length: number;
  at: number;
}

/** What is known of a poll: how often it comes, and whether as an interval. */
export type Poll = Readonly<Pick<Timer, 'length' | 'every'>>;

/** What time needs to know of a machine. */
export interface Host {
  readonly name: string;
  readonly isDead: boolean;
  /** By how much its own clock is wrong, in ms; only the database's counts. */
  readonly skew: number;
}

const POLL = 400;
const hosts = new AsyncLocalStorage<Host>();
const real = {
  now: Date.now.bind(Date),
  performance: performance.now.bind(performance),
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  clearTimeout: globalThis.clearTimeout,
  clearInterval: globalThis.clearInterval,
  random: Math.random,
  getRandomValues: crypto.getRandomValues.bind(crypto),
};

/** The one time of a process that simulates; a seed at a time. */
export class Time {
  /** Milliseconds since the seed began, by a clock nobody sets. */
  mono = 0;
  /** Where the wall clock of the database stands against it. */
  #offset = 0;
  #timers = new Set<Timer>();
  #random: Random | null = null;

  /** Begins a seed: no timers, this wall clock. */
  begin(wall: number, random: Random): void {
    this.mono = 0;
    this.#offset = wall;
    this.#timers = new Set();
    this.#random = random;
  }

  /** The database's wall clock. */
  get wall(): number {
    return this.#offset + this.mono;
  }

  /** The wall clock is set forward or back. */
  jump(milliseconds: number): void {
    this.#offset += milliseconds;
  }

  /** When the wall clock will show a moment, if nobody sets it. */
  monoOf(wall: number): number {
    return wall - this.#offset;
  }

  /** Runs code as a machine's. */
  as<T>(machine: Host, run: () => T): T {
    return hosts.run(machine, run);
  }

  /** Whose code is running; undefined for the test's own. */
  current(): Host | undefined {
    return hosts.getStore();
  }

  /** Forgets the timers of a machine that died. */
  drop(machine: Host): void {
    for (const timer of this.#timers) if (timer.machine === machine) this.#timers.delete(timer);
  }

  /** Runs what is due at once (short timers), going to their moment; false when there is none. */
  runPrompt(isAwake: (host: Host) => boolean): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers)
      if (!timer.isPoll && isAwake(timer.machine) && (!next || timer.at < next.at)) next = timer;
    if (!next || next.at > this.mono + POLL) return false;
    this.mono = Math.max(this.mono, next.at);
    this.#fire(next);
    return true;
  }

  /** When the next thing happens that is no poll: a mail under way, a pause; in monotonic ms. */
  nextEvent(isAwake: (host: Host) => boolean): number {
    let next = Number.POSITIVE_INFINITY;
    for (const timer of this.#timers)
      if (!timer.isPoll && isAwake(timer.machine)) next = Math.min(next, timer.at);
    return next;
  }

  /** Runs the polls of a machine that are due, each once, as after a moment of sleep. */
  runPolls(machine: Host, isWanted: (poll: Poll) => boolean): void {
    const due = [...this.#timers].filter(
      (timer) => timer.machine === machine && timer.isPoll && timer.at <= this.mono && isWanted(timer),
    );
    for (const timer of due.toSorted((a, b) => a.at - b.at)) if (this.#timers.has(timer)) this.#fire(timer);
  }

  #fire(timer: Timer): void {
    if (timer.every === null) this.#timers.delete(timer);
    else timer.at = this.mono + timer.every;
    hosts.run(timer.machine, timer.run);
  }

  #add(machine: Host, run: () => void, delay: number, every: number | null): Timer {
    const length = Math.max(delay, 0);
    const timer = { machine, run, every, length, isPoll: length >= POLL, at: this.mono + length };
    this.#timers.add(timer);
    return timer;
  }

  /** A timer of the far side's, told in the same time. */
  after(machine: Host, delay: number, run: () => void): void {
    this.#timers.add({ machine, run, every: null, length: delay, isPoll: false, at: this.mono + delay });
  }

  /** Takes the place of the process's own clock, timers, chance and ids for code of machines. */
  install(): void {
    const isOurs = (timer: unknown): timer is Timer => this.#timers.has(timer as Timer);
    Date.now = () => {
      const host = hosts.getStore();
      return host ? Math.floor(this.wall + host.skew) : real.now();
    };
    performance.now = () => (hosts.getStore() ? this.mono : real.performance());
    Math.random = () => (hosts.getStore() && this.#random ? this.#random.next() : real.random());
    crypto.getRandomValues = ((array: Uint8Array) => {
      const random = hosts.getStore() && this.#random;
      if (!random) return real.getRandomValues(array as never);
      for (let index = 0; index < array.length; index += 1) array[index] = Math.floor(random.next() * 256);
      return array;
    }) as typeof crypto.getRandomValues;
    globalThis.setTimeout = ((run: () => void, delay = 0, ...rest: unknown[]) => {
      const host = hosts.getStore();
      return host ? this.#add(host, run, delay, null) : real.setTimeout(run, delay, ...(rest as []));
    }) as typeof setTimeout;
    globalThis.setInterval = ((run: () => void, delay = 0, ...rest: unknown[]) => {
      const host = hosts.getStore();
      return host ? this.#add(host, run, delay, delay) : real.setInterval(run, delay, ...(rest as []));
    }) as typeof setInterval;
    globalThis.clearTimeout = ((timer: unknown) => {
      if (isOurs(timer)) this.#timers.delete(timer);
      else real.clearTimeout(timer as never);
    }) as typeof clearTimeout;
    globalThis.clearInterval = globalThis.clearTimeout as typeof clearInterval;
  }
}
