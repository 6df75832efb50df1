/** The far end of every mail: relays that take, delay, refuse, die, cut the line after the last dot, and remember all of it. */
import type { Random } from '../../src/demo/random.ts';
import { MailFault, type MailTransport } from '../../src/platform/mail.ts';
import type { Machine } from './machine.ts';
import type { Time } from './time.ts';

/** A mail that a relay took, whether or not the sender was told so. */
export interface Arrival {
  /** The first part of its Message-ID. */
  readonly id: string;
  readonly to: string;
  readonly text: string;
  /** Simulated wall clock when the sender began. */
  readonly begun: number;
  readonly machine: string;
  readonly isKnown: boolean;
}

/** What a relay does wrong, as shares of the mails. */
export interface RelayFaults {
  /** The line breaks after the last dot: taken, and the sender cannot know. */
  readonly cut: number;
  /** Come back later. */
  readonly later: number;
  /** Never, for this recipient. */
  readonly refused: number;
  /** The machine dies once the mail is taken. */
  readonly dies: number;
  /** Longest a mail takes, in ms. */
  readonly delay: number;
}

const fault = (code: string, command: string, responseCode?: number): MailFault =>
  new MailFault(responseCode === undefined && command === 'CONN' ? 'connect' : 'message', {
    message: code,
    code,
    command,
    ...(responseCode === undefined ? {} : { responseCode }),
  });

export class Relays {
  readonly arrivals: Arrival[] = [];
  readonly dead = new Set<string>();
  faults: RelayFaults = { cut: 0, later: 0, refused: 0, dies: 0, delay: 0 };
  /** Called once, with the machine that has the next mail under way. */
  onceUnderWay: ((machine: Machine) => void) | null = null;
  readonly #underWay = new Set<{ readonly machine: Machine }>();
  readonly #time: Time;
  readonly #random: Random;
  readonly #onFault: (machine: Machine, what: string, kind: string) => void;

  constructor(time: Time, random: Random, onFault: (machine: Machine, what: string, kind: string) => void) {
    this.#time = time;
    this.#random = random;
    this.#onFault = onFault;
  }

  /** Whether a machine that lives is waiting for a relay. */
  get isUnderWay(): boolean {
    return [...this.#underWay].some(({ machine }) => machine.canWork);
  }

  /** The transport of one machine. */
  transport(machine: Machine): MailTransport {
    return {
      send: async (relay, mail) => {
        const { faults } = this;
        const begun = this.#time.wall;
        if (this.dead.has(relay)) throw fault('ECONNREFUSED', 'CONN');
        // Soon, late or as late as can be: those that end together are written together.
        if (faults.delay > 0) {
          const one = { machine };
          this.#underWay.add(one);
          this.onceUnderWay?.(machine);
          this.onceUnderWay = null;
          await new Promise<void>((resolve) =>
            this.#time.after(machine, (faults.delay * this.#random.int(1, 3)) / 3, resolve),
          );
          this.#underWay.delete(one);
        }
        if (this.#random.chance(faults.later)) {
          this.#onFault(machine, `${relay} says later to ${mail.to}`, 'mail deferred');
          throw fault('later', 'RCPT TO', 451);
        }
        if (this.#random.chance(faults.refused)) {
          this.#onFault(machine, `${relay} refuses ${mail.to}`, 'mail refused');
          throw fault('refused', 'RCPT TO', 550);
        }
        const isCut = this.#random.chance(faults.cut);
        if (isCut)
          this.#onFault(
            machine,
            `${relay} cuts the line after the mail to ${mail.to}`,
            'line cut after a mail',
          );
        this.arrivals.push({
          id: mail.messageId.slice(1).split('@', 1)[0] ?? '',
          to: mail.to,
          text: mail.text,
          begun,
          machine: machine.name,
          isKnown: !isCut,
        });
        if (isCut) throw fault('ECONNECTION', 'DATA');
        if (this.#random.chance(faults.dies)) {
          this.#onFault(machine, 'dies after a mail was taken', 'dies after a mail');
          machine.kill();
          await new Promise(() => undefined);
        }
      },
      close: () => undefined,
    };
  }
}
