/**
 * A gateway for short messages, spoken to in SMPP 3.4 as a transceiver: one kept connection that binds again by itself
 * when it breaks. Small and our own, because the packages for it are old and this is not much; knows no domain.
 */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  bindBody,
  COMMANDS,
  type Delivered,
  type Pdu,
  partsOf,
  RESPONSE,
  readDeliver,
  readPdus,
  STATUS,
  submitBody,
  writePdu,
} from './smpp-pdu.ts';

/** Why a message was not taken. */
export class SmppFault extends Error {
  /** `link`: nobody is there to take anything; `message`: this one was refused, with `status`. */
  readonly stage: 'link' | 'message';
  readonly status: number | null;
  readonly code: 'unreachable' | 'silent' | 'cut-off' | 'bind-refused' | 'refused';

  constructor(stage: SmppFault['stage'], code: SmppFault['code'], status: number | null = null) {
    super(`short message ${code}${status === null ? '' : ` (${status})`}`);
    this.name = 'SmppFault';
    this.stage = stage;
    this.code = code;
    this.status = status;
  }
}

export interface SmppSettings {
  readonly url: string;
  readonly from: string;
  readonly rate: number;
}

export interface SmppTimes {
  /** For connecting, binding, and every answer, in ms. */
  readonly answer: number;
  /** Between two signs of life on a quiet line. */
  readonly enquire: number;
  /** Before binding again after a break, doubling up to a minute. */
  readonly again: number;
}

const TIMES: SmppTimes = { answer: 10_000, enquire: 30_000, again: 1_000 };
/** Submitted and not yet answered, at most. */
const WINDOW = 10;
const LONGEST_AGAIN = 60_000;

export interface SmppClient {
  /** True while bound. */
  readonly isBound: boolean;
  /**
   * Submits a message in as many parts as it takes; resolves with the gateway's id of the last part, whose receipt was
   * asked for, when every part was taken.
   * @throws SmppFault
   */
  send(to: string, message: string): Promise<string>;
  /** Unbinds and closes. */
  close(): Promise<void>;
}

interface Waiting {
  readonly done: (pdu: Pdu) => void;
  readonly fail: (fault: SmppFault) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Opens the way to a gateway and keeps it open.
 * @param onDelivered what comes in: answers and receipts. When it rejects, the gateway is asked to bring it again.
 */
export function createSmppClient(
  settings: SmppSettings,
  onDelivered: (one: Delivered) => Promise<void>,
  { times: given = {}, onState }: { times?: Partial<SmppTimes>; onState?: (bound: boolean) => void } = {},
): SmppClient {
  const times = { ...TIMES, ...given };
  const url = new URL(settings.url);
  /** The connection once it stands, and the one being made. */
  let socket: Socket | undefined;
  let current: Socket | undefined;
  let isBound = false;
  let isClosed = false;
  let sequence = 0;
  let reference = 0;
  let breaks = 0;
  let rest: Buffer = Buffer.alloc(0);
  let again: NodeJS.Timeout | undefined;
  let lastFault: SmppFault['code'] = 'unreachable';
  const waiting = new Map<number, Waiting>();
  let places = WINDOW;
  const queue: (() => void)[] = [];
  /** When the next message may go, by our monotonic clock: at most `rate` a second, evenly. */
  let nextAt = 0;

  const setBound = (bound: boolean): void => {
    if (isBound === bound) return;
    isBound = bound;
    onState?.(bound);
  };

  function answer(pdu: Pdu, status: number, body = Buffer.alloc(0)): void {
    socket?.write(writePdu({ command: pdu.command + RESPONSE, status, sequence: pdu.sequence, body }));
  }

  function ask(command: number, body: Buffer): Promise<Pdu> {
    return new Promise((resolve, reject) => {
      const line = socket;
      if (!line) return reject(new SmppFault('link', lastFault));
      sequence = (sequence % 0x7ffffffe) + 1;
      const own = sequence;
      const timer = setTimeout(() => {
        waiting.delete(own);
        reject(new SmppFault('link', 'silent'));
        // A gateway that does not answer is no gateway; what it still took it will be asked for again.
        setBound(false);
        line.destroy();
      }, times.answer);
      waiting.set(own, { done: resolve, fail: reject, timer });
      line.write(writePdu({ command, status: 0, sequence: own, body }));
    });
  }

  function take(pdu: Pdu): void {
    if (pdu.command >= RESPONSE) {
      const asked = waiting.get(pdu.sequence);
      if (!asked) return;
      waiting.delete(pdu.sequence);
      clearTimeout(asked.timer);
      asked.done(pdu);
    } else if (pdu.command === COMMANDS.deliver) {
      const nothing = Buffer.from([0]);
      let one: Delivered;
      try {
        one = readDeliver(pdu.body);
      } catch {
        // Brought again it would be no better.
        answer(pdu, STATUS.ok, nothing);
        return;
      }
      onDelivered(one).then(
        () => answer(pdu, STATUS.ok, nothing),
        () => answer(pdu, STATUS.tryLater, nothing),
      );
    } else if (pdu.command === COMMANDS.enquireLink) answer(pdu, STATUS.ok);
    else if (pdu.command === COMMANDS.unbind) {
      answer(pdu, STATUS.ok);
      socket?.end();
    } else {
      socket?.write(
        writePdu({
          command: COMMANDS.genericNack,
          status: STATUS.invalidCommand,
          sequence: pdu.sequence,
          body: Buffer.alloc(0),
        }),
      );
    }
  }

  function open(): void {
    if (isClosed) return;
    const isTls = url.protocol === 'smpps:';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port || (isTls ? 3550 : 2775));
    const line: Socket = isTls ? connectTls({ host, port, servername: host }) : connectTcp({ host, port });
    current = line;
    line.setNoDelay(true);
    rest = Buffer.alloc(0);
    let fault: SmppFault['code'] = 'unreachable';
    const slow = setTimeout(() => {
      fault = 'silent';
      line.destroy();
    }, times.answer);
    const enquire = setInterval(() => {
      if (isBound) ask(COMMANDS.enquireLink, Buffer.alloc(0)).catch(() => undefined);
    }, times.enquire);
    line.on(isTls ? 'secureConnect' : 'connect', async () => {
      clearTimeout(slow);
      socket = line;
      fault = 'cut-off';
      const body = bindBody(decodeURIComponent(url.username), decodeURIComponent(url.password));
      try {
        const { status } = await ask(COMMANDS.bindTransceiver, body);
        if (status === STATUS.ok) {
          breaks = 0;
          setBound(true);
          return;
        }
        fault = 'bind-refused';
      } catch (error) {
        fault = (error as SmppFault).code;
      }
      line.destroy();
    });
    line.on('data', (bytes: Buffer) => {
      try {
        const read = readPdus(Buffer.concat([rest, bytes]));
        rest = read.rest;
        for (const pdu of read.pdus) take(pdu);
      } catch {
        line.destroy();
      }
    });
    line.on('error', () => line.destroy());
    line.on('close', () => {
      clearTimeout(slow);
      clearInterval(enquire);
      if (socket === line) socket = undefined;
      lastFault = fault;
      setBound(false);
      for (const one of waiting.values()) {
        clearTimeout(one.timer);
        one.fail(new SmppFault('link', 'cut-off'));
      }
      waiting.clear();
      if (isClosed) return;
      const pause = Math.min(LONGEST_AGAIN, times.again * 2 ** Math.min(breaks, 10));
      breaks += 1;
      again = setTimeout(open, pause * (0.5 + Math.random() / 2));
    });
  }

  /** Waits for a place in the window and for its turn. */
  async function turn(): Promise<void> {
    if (places > 0) places -= 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
    const now = performance.now();
    const at = Math.max(now, nextAt);
    nextAt = at + 1000 / settings.rate;
    if (at > now) await new Promise((resolve) => setTimeout(resolve, at - now));
  }
  function leave(): void {
    const next = queue.shift();
    if (next) next();
    else places += 1;
  }

  open();
  return {
    get isBound() {
      return isBound;
    },
    send: async (to, message) => {
      reference = (reference + 1) & 255;
      const parts = partsOf(message, reference);
      let id = '';
      for (const [index, part] of parts.entries()) {
        await turn();
        try {
          if (!isBound) throw new SmppFault('link', lastFault);
          const isLast = index === parts.length - 1;
          const { status, body } = await ask(COMMANDS.submit, submitBody(settings.from, to, part, isLast));
          if (status !== STATUS.ok) throw new SmppFault('message', 'refused', status);
          id = body.toString('latin1').replace(/\0.*$/s, '');
        } finally {
          leave();
        }
      }
      return id;
    },
    close: async () => {
      isClosed = true;
      clearTimeout(again);
      if (isBound) await ask(COMMANDS.unbind, Buffer.alloc(0)).catch(() => undefined);
      current?.destroy();
      setBound(false);
    },
  };
}
