/**
 * One seed: a few cases live through some hours on one or two machines that fail, and at the end everything that was
 * promised must be there. Every choice comes from the seed's own source, so that the same seed is the same story again.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { startClockWorker } from '../../src/cases/index.ts';
import { refreshDevices } from '../../src/delivery/devices.ts';
import { startDeliveryWorker } from '../../src/delivery/index.ts';
import { type Random, randomFrom } from '../../src/demo/random.ts';
import { startSealer } from '../../src/ledger/index.ts';
import { isRefusal } from '../../src/platform/errors.ts';
import { type Acked, findings, type Head } from './invariants.ts';
import { type Fate, Machine } from './machine.ts';
import { actAtCentre, actOnSome, answerSome, BODIES, file } from './people.ts';
import { Relays } from './relay.ts';
import type { Poll, Time } from './time.ts';
import type { Nation } from './world.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
/** How long a relay is dead: mostly shortly, for each try of every machine in a long one is the same. */
const OUTAGES = [
  [20 * SECOND, 4],
  [5 * MINUTE, 4],
  [HOUR, 1],
] as const;
/** Faults of one kind in a seed. */
const MOST_OF_A_KIND = 3;
const FAR = Number.POSITIVE_INFINITY;

/** What one seed showed. */
export interface SeedResult {
  readonly seed: number;
  /** What should not be, each a sentence; empty = all invariants hold. */
  readonly found: readonly string[];
  /** Who did what when, for a person to read. */
  readonly story: readonly string[];
  readonly simulatedMs: number;
  readonly transactions: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly done: Readonly<Record<string, number>>;
}

/** How hard the seed is on the product; each seed is hard in some ways only, so that one fault does not hide another. */
interface Dials {
  readonly machines: number;
  readonly fates: readonly (readonly [Fate, number])[];
  readonly relay: Relays['faults'];
  readonly kills: number;
  readonly freezes: number;
  readonly outages: number;
  readonly jumps: number;
  readonly skew: boolean;
  /** How likely people answer at all. */
  readonly answers: number;
  readonly size: Size;
}

/** How much happens: many short stories find more than a few long ones, and some must be long. */
interface Size {
  readonly hours: readonly number[];
  readonly filings: readonly (readonly [number, number])[];
  /** At most so many acts on cases, answers to notices, and acts at the centre. */
  readonly acts: number;
  readonly answers: number;
  readonly centre: number;
}
const SIZES: readonly (readonly [Size, number])[] = [
  [{ hours: [0.25, 0.5, 1], filings: [[1, 1]], acts: 3, answers: 3, centre: 1 }, 86],
  [
    {
      hours: [1, 2],
      filings: [
        [1, 2],
        [2, 1],
      ],
      acts: 5,
      answers: 6,
      centre: 3,
    },
    11,
  ],
  [
    {
      hours: [1, 2, 5],
      filings: [
        [1, 6],
        [2, 3],
        [3, 0.7],
      ],
      acts: 8,
      answers: 8,
      centre: 4,
    },
    3,
  ],
];

function dialsOf(random: Random): Dials {
  const some = (share: number, value: number) => (random.chance(share) ? value : 0);
  return {
    machines: random.chance(0.6) ? 2 : 1,
    fates: (
      [
        ['dies-before', some(0.3, 0.015)],
        ['dies-after', some(0.3, 0.015)],
        ['answer-lost', some(0.35, 0.03)],
        ['line-cut', some(0.35, 0.03)],
        ['deadlock', some(0.35, 0.04)],
      ] as const
    ).filter(([, share]) => share > 0),
    relay: {
      cut: some(0.3, 0.1),
      later: some(0.3, 0.15),
      refused: some(0.15, 0.05),
      dies: some(0.15, 0.03),
      delay: some(0.4, random.pick([300, 3_000, 7_500])),
    },
    kills: random.chance(0.3) ? random.int(1, 2) : 0,
    freezes: random.chance(0.35) ? random.int(1, 2) : 0,
    outages: random.chance(0.3) ? 1 : 0,
    jumps: random.chance(0.25) ? random.int(1, 2) : 0,
    skew: random.chance(0.25),
    answers: random.pick([0, 0.4, 0.8]),
    size: random.weighted(SIZES),
  };
}

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void | Promise<void>;
}

class Seed {
  readonly random: Random;
  readonly dials: Dials;
  readonly time: Time;
  readonly nation: Nation;
  readonly relays: Relays;
  readonly seed: number;
  readonly story: string[] = [];
  readonly faults: Record<string, number> = {};
  readonly done: Record<string, number> = {};
  readonly acked: Acked[] = [];
  readonly unexpected: string[] = [];
  readonly heads: Head[] = [];
  /** Notices that reached nobody, by case, as counted from the rows. */
  expectedWorries: ReadonlyMap<string, number> = new Map();
  machines: Machine[] = [];
  #agenda: Entry[] = [];
  #order = 0;
  #serial = 0;
  #isHealthy = false;
  #pending = 0;
  /** When somebody must look again, as the rows said after so many writes. */
  #looked: { readonly writes: number; readonly rows: readonly { at: Date; what: string }[] } | null = null;

  constructor(seed: number, time: Time, nation: Nation) {
    this.seed = seed;
    this.time = time;
    this.nation = nation;
    this.random = randomFrom(Math.imul(seed, 2_654_435_761) ^ 0x5eed);
    this.dials = dialsOf(this.random);
    this.relays = new Relays(time, this.random, (machine, what, kind) => {
      this.fault(kind, `${machine.name}: ${what}`);
      if (machine.isDead || kind.startsWith('dies')) this.afterDeath();
    });
  }

  // ── telling ──

  tell(text: string): void {
    const at = new Date(this.time.wall + 8 * HOUR).toISOString().slice(5, 23).replace('T', ' ');
    this.story.push(`${at}  ${text}`);
  }

  fault(kind: string, where: string): void {
    this.faults[kind] = (this.faults[kind] ?? 0) + 1;
    this.tell(`✗ ${kind} — ${where}`);
  }

  later(delay: number, run: () => void | Promise<void>): void {
    this.#order += 1;
    this.#agenda.push({ at: this.time.mono + delay, order: this.#order, run });
    this.#agenda.sort((a, b) => a.at - b.at || a.order - b.order);
  }

  // ── machines ──

  startMachine(): void {
    this.#serial += 1;
    const machine = new Machine(
      `m${this.#serial}`,
      this.nation.base,
      this.nation.line,
      (one) => this.fateOf(one),
      (one, fate) => {
        this.fault(fate, one.name);
        if (one.isDead || fate.startsWith('dies')) this.afterDeath();
      },
    );
    if (this.dials.skew) machine.skew = this.random.int(-600, 600) * SECOND;
    this.machines.push(machine);
    this.time.as(machine, () => {
      void refreshDevices(machine.ctx);
      startClockWorker(machine.ctx);
      startSealer(machine.ctx);
      startDeliveryWorker(machine.ctx, {
        transport: this.relays.transport(machine),
        workerId: machine.name,
      });
    });
  }

  afterDeath(): void {
    this.later(this.random.pick([1, 5, 40, 900]) * SECOND, () => {
      this.bury();
      if (this.machines.length >= this.dials.machines) return;
      this.startMachine();
      this.tell(`machine m${this.#serial} starts`);
    });
  }

  bury(): void {
    for (const machine of this.machines) if (machine.isDead) this.time.drop(machine);
    this.machines = this.machines.filter((machine) => !machine.isDead);
  }

  fateOf(_machine: Machine): Fate {
    if (this.#isHealthy) return 'fine';
    for (const [fate, share] of this.dials.fates) {
      // Enough is enough: a machine that dies at every turn only shows that nothing goes on.
      if ((this.faults[fate] ?? 0) < MOST_OF_A_KIND && this.random.chance(share)) return fate;
    }
    return 'fine';
  }

  get awake(): Machine[] {
    return this.machines.filter((machine) => machine.canWork);
  }

  // ── the passing of time ──

  /** Waits until nobody has anything to do at this moment. */
  async quiesce(): Promise<void> {
    const { line } = this.nation;
    for (let quiet = 0; quiet < 2; ) {
      await Promise.all([line.ended(), this.nation.answered()]);
      await turn();
      if (
        line.isBusy ||
        this.time.runPrompt((host) => this.machines.some((one) => one === host && one.canWork))
      ) {
        quiet = 0;
        continue;
      }
      quiet += 1;
    }
  }

  /**
   * Machines look at what is to be done, as each of them does several times a second. What nobody needs now is done at some
   * of these moments only, as if time had not passed in one step.
   */
  async wake(machines: readonly Machine[], due: ReadonlySet<string>): Promise<void> {
    const isWanted = ({ length, every }: Poll): boolean => {
      if (length >= MINUTE) return this.random.chance(0.03);
      if (length >= 2 * SECOND) return this.relays.isUnderWay || this.random.chance(0.1);
      if (every === 500) return due.has('ledger') || this.random.chance(0.05);
      const what = every === null ? 'clocks' : 'deliveries';
      return due.has(what) || this.random.chance(0.05);
    };
    // At the same moment, so that each acts on what it saw before the other wrote, or one after the other.
    const atOnce = machines.length > 1 && this.random.chance(0.5);
    for (const machine of machines) {
      this.time.runPolls(machine, isWanted);
      if (!atOnce) await this.quiesce();
    }
    if (atOnce) await this.quiesce();
  }

  /** The next moment at which a clock, a mail or a rung is due, in monotonic ms; asked again only when rows have changed. */
  async nextLook(): Promise<{ at: number; what: Set<string> }> {
    const { writes } = this.nation.line;
    if (this.#looked?.writes !== writes) {
      const rows = await this.nation.ask<{ at: Date; what: string }>(this.nation.looks);
      this.#looked = { writes, rows };
    }
    const { rows } = this.#looked;
    const at = rows[0] ? this.time.monoOf(rows[0].at.getTime()) : FAR;
    return {
      at,
      what: new Set(
        rows
          .filter((row) => this.time.monoOf(row.at.getTime()) <= Math.max(at, this.time.mono))
          .map((row) => row.what),
      ),
    };
  }

  async runUntil(end: number): Promise<void> {
    let stalls = 0;
    for (let steps = 0; ; steps += 1) {
      if (steps > 600)
        throw new Error(
          `it does not come to an end; due are ${JSON.stringify(await this.nation.ask(this.nation.looks))}`,
        );
      await this.quiesce();
      const { at: look, what } = await this.nextLook();
      stalls = look <= this.time.mono ? stalls + 1 : 0;
      const due =
        look <= this.time.mono
          ? this.time.mono + Math.min(90, 2 ** stalls) * SECOND * this.random.next()
          : look;
      const planned = this.#agenda[0]?.at ?? FAR;
      const event = this.time.nextEvent((host) => this.machines.some((one) => one === host && one.canWork));
      // While a mail is under way leases are renewed, as every two seconds in real life.
      const renewal = this.relays.isUnderWay ? this.time.mono + 2 * SECOND : FAR;
      const next = Math.min(due, planned, Math.max(event, this.time.mono), renewal);
      if (next > end) {
        this.time.mono = Math.max(this.time.mono, end);
        return;
      }
      this.time.mono = Math.max(this.time.mono, next);
      if (planned <= this.time.mono) {
        const entry = this.#agenda.shift();
        // What a person does takes its time; nobody waits for it.
        void Promise.resolve(entry?.run()).catch((error: unknown) => {
          this.unexpected.push(`unexpected: ${(error as Error).stack ?? error}`);
        });
        await this.quiesce();
      }
      const { awake } = this;
      const isDue = look <= this.time.mono || renewal <= this.time.mono;
      if (!isDue && !this.random.chance(0.05)) continue;
      await this.wake(
        awake.length < 2 || this.random.chance(0.25) ? awake : [this.random.pick(awake)],
        isDue ? what : new Set(),
      );
    }
  }

  // ── what people do ──

  /**
   * Somebody asks one machine for something and asks again, the same thing, until the answer is known.
   */
  async attempt<T>(
    label: string,
    run: (machine: Machine) => Promise<T>,
    onAnswer: (answer: T) => void = () => undefined,
    tries = 0,
  ): Promise<void> {
    const again = () =>
      this.later(this.random.int(1, 20) * SECOND, () => this.attempt(label, run, onAnswer, tries + 1));
    const { awake } = this;
    if (awake.length === 0) return again();
    const machine = this.random.pick(awake);
    this.#pending += 1;
    const outcome = await Promise.race([
      this.time
        .as(machine, () => run(machine))
        .then(
          (answer) => ({ answer }),
          (error: unknown) => ({ error }),
        ),
      machine.died,
    ]);
    this.#pending -= 1;
    if (outcome === 'died') {
      this.tell(`${label}: no answer from ${machine.name}; asked again`);
      return again();
    }
    if ('answer' in outcome) {
      this.done[label.split(':')[1]?.trim().split(' ')[0] ?? label] =
        (this.done[label.split(':')[1]?.trim().split(' ')[0] ?? label] ?? 0) + 1;
      this.tell(`${label} — done${tries > 0 ? ` (asked ${tries + 1} times)` : ''}`);
      onAnswer(outcome.answer);
      return;
    }
    if (!isRefusal(outcome.error)) throw outcome.error;
    if (outcome.error.code === 'unavailable') {
      this.tell(`${label}: answer lost; asked again`);
      return again();
    }
    this.tell(`${label} — refused: ${outcome.error.code}`);
    this.done['refused'] = (this.done['refused'] ?? 0) + 1;
  }

  newKey(): string {
    const hex = () => this.random.int(0, 0xffff).toString(16).padStart(4, '0');
    return `${hex()}${hex()}-${hex()}-4${hex().slice(1)}-8${hex().slice(1)}-${hex()}${hex()}${hex()}`;
  }

  async seeHeads(): Promise<void> {
    this.heads.push(
      ...(await this.nation.ask<Head & Record<string, unknown>>(
        `select log, size, encode(root, 'hex') as root from ledger_heads`,
      )),
    );
  }

  // ── the plan ──

  plan(length: number): void {
    const { random, dials } = this;
    const sometime = () => random.next() ** 1.5 * length;
    const { size } = dials;
    const filings = random.weighted(size.filings);
    for (let n = 0; n < filings; n += 1) {
      const [body, who] = random.pick(BODIES);
      const impactLevel = random.weighted([
        ['A', 3],
        ['B', 2],
        ['C', 3],
        ['D', 4],
      ] as const);
      const suspected = random.chance(0.12);
      this.later(n === 0 ? random.int(0, 60) * SECOND : sometime(), () =>
        file(this, body, who, { impactLevel }, { suspected }),
      );
    }
    for (let n = random.int(1, size.acts); n > 0; n -= 1) this.later(sometime(), () => actOnSome(this));
    for (let n = random.int(0, size.answers); n > 0; n -= 1)
      if (random.chance(dials.answers)) this.later(sometime(), () => answerSome(this));
    for (let n = random.int(0, size.centre); n > 0; n -= 1) this.later(sometime(), () => actAtCentre(this));
    for (let n = dials.kills; n > 0; n -= 1)
      this.later(sometime(), () => {
        const { awake } = this;
        if (awake.length === 0) return;
        const machine = random.pick(awake);
        this.fault('killed', machine.name);
        machine.kill();
        this.afterDeath();
      });
    for (let n = dials.freezes; n > 0; n -= 1) this.later(sometime(), () => this.freeze());
    for (let n = dials.outages; n > 0; n -= 1)
      this.later(sometime(), () => {
        const relay = random.pick(['default', '127.0.0.1:2']);
        this.relays.dead.add(relay);
        this.fault('relay dead', relay);
        this.later(random.weighted(OUTAGES), () => {
          this.relays.dead.delete(relay);
          this.tell(`relay ${relay} is back`);
        });
      });
    for (let n = dials.jumps; n > 0; n -= 1)
      this.later(sometime(), () => {
        const by = random.pick([-HOUR, -5 * MINUTE, 2 * MINUTE, HOUR]);
        this.time.jump(by);
        this.fault(by > 0 ? 'clock set forward' : 'clock set back', `database, by ${by / MINUTE} min`);
      });
    this.later(length * 0.5, () => this.seeHeads());
  }

  /** A machine stands still, most likely in the middle of sending, and goes on later as if nothing had been. */
  freeze(): void {
    if (!this.relays.isUnderWay && this.dials.relay.delay > 0 && this.random.chance(0.8)) {
      this.relays.onceUnderWay = (machine) => this.later(0, () => this.stop(machine));
      return;
    }
    const { awake } = this;
    if (awake.length > 0) this.stop(this.random.pick(awake));
  }

  stop(machine: Machine): void {
    if (!machine.canWork) return;
    machine.isFrozen = true;
    this.fault('frozen', machine.name);
    this.later(this.random.pick([2, 6, 12, 90]) * SECOND, () => {
      machine.thaw();
      if (!machine.isDead) this.tell(`${machine.name} goes on`);
    });
  }

  /** Everything is well again: what was promised must now come about by itself. */
  async heal(): Promise<void> {
    this.#isHealthy = true;
    this.relays.dead.clear();
    this.relays.faults = { cut: 0, later: 0, refused: 0, dies: 0, delay: 0 };
    for (const machine of this.machines) if (machine.isFrozen) machine.thaw();
    this.bury();
    while (this.machines.length < this.dials.machines) this.startMachine();
    this.tell('— all is well again —');
  }

  async run(): Promise<SeedResult> {
    const { random, time, nation, dials } = this;
    const began = nation.line.transactions;
    time.begin(
      Date.UTC(2026, random.int(0, 10), random.int(1, 28), random.int(0, 23), random.int(0, 59)),
      random,
    );
    this.relays.faults = dials.relay;
    for (let n = 0; n < dials.machines; n += 1) this.startMachine();
    const length = random.pick(dials.size.hours) * HOUR;
    this.plan(length);
    let found: string[];
    try {
      await this.runUntil(length);
      await this.heal();
      // Long enough for the longest pause between two tries, and for what was due by a clock that was set back since.
      await this.runUntil(time.mono + (45 + 60 * dials.jumps) * MINUTE);
      await this.wake(this.awake, new Set(['clocks', 'deliveries', 'ledger']));
      // What that look made is sealed within a second, too (INV-2).
      time.mono += SECOND;
      await this.wake(this.awake, new Set(['ledger']));
      await this.seeHeads();
      if (this.#pending > 0) this.unexpected.push(`${this.#pending} acts were never answered`);
      const machine = this.machines[0];
      found = [...this.unexpected, ...(machine ? await findings(this, machine) : ['no machine is left'])];
    } catch (error) {
      found = [...this.unexpected, `unexpected: ${(error as Error).stack ?? error}`];
    }
    for (const machine of this.machines) {
      machine.kill();
      time.drop(machine);
    }
    nation.line.forget();
    await nation.clean();
    return {
      seed: this.seed,
      found,
      story: this.story,
      simulatedMs: time.mono,
      transactions: nation.line.transactions - began,
      faults: this.faults,
      done: this.done,
    };
  }
}

export type { Seed };

/** Runs one seed on an empty nation and leaves it empty. */
export function runSeed(seed: number, time: Time, nation: Nation): Promise<SeedResult> {
  return new Seed(seed, time, nation).run();
}
