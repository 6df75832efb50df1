/**
 * A gateway for short messages on loopback, by another implementation of SMPP than ours: keeps what is submitted, joins
 * parts, answers and sends receipts on order.
 */
import type { AddressInfo } from 'node:net';
// @ts-expect-error the package has no types
import smpp from 'smpp';
import { until } from './wait.ts';

interface SmppPdu {
  readonly command: string;
  readonly command_status: number;
  readonly sequence_number: number;
  readonly [field: string]: unknown;
  response(fields?: Record<string, unknown>): SmppPdu;
}
interface SmppSession {
  on(event: string, listener: (pdu: SmppPdu) => void): void;
  send(pdu: SmppPdu): void;
  deliver_sm(fields: Record<string, unknown>, answered: (pdu: SmppPdu) => void): void;
  close(): void;
  destroy(): void;
}

/** A message whose parts have all arrived. */
export interface ShortMessage {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly parts: number;
  readonly coding: number;
  readonly id: string;
  readonly at: Date;
}

export interface SmppSink {
  /** `smpp://tocsin:secret@127.0.0.1:<port>` */
  readonly url: string;
  readonly messages: readonly ShortMessage[];
  /** Binds so far, refused ones too. */
  readonly binds: number;
  /** Sessions that stand. */
  readonly sessions: number;
  /** Moments of every part submitted, in ms. */
  readonly submits: readonly number[];
  /** The next `times` submits are answered with this status; `null`: not at all. */
  behave(status: number | null, times?: number): void;
  /** Sends an answer as from a telephone; resolves with the status we were answered. */
  answer(from: string, text: string, options?: { readonly to?: string }): Promise<number>;
  /** Sends the receipt of a message; resolves with the status we were answered. */
  receipt(id: string, state: 'DELIVRD' | 'UNDELIV' | 'EXPIRED', to?: string): Promise<number>;
  /** Cuts every connection; new ones are taken. */
  cut(): void;
  clear(): void;
  waitFor(predicate: (one: ShortMessage) => boolean): Promise<ShortMessage>;
  close(): Promise<void>;
}

/** Starts a gateway at a free loopback port. */
export async function startSmppSink(): Promise<SmppSink> {
  const sessions = new Set<SmppSession>();
  const messages: ShortMessage[] = [];
  const submits: number[] = [];
  const joining = new Map<string, Map<number, string>>();
  let binds = 0;
  let serial = 0;
  let rules: { status: number | null; left: number }[] = [];

  const server = smpp.createServer((session: SmppSession) => {
    sessions.add(session);
    session.on('close', () => void sessions.delete(session));
    session.on('error', () => void sessions.delete(session));
    session.on('bind_transceiver', (pdu) => {
      binds += 1;
      const isOurs = pdu['system_id'] === 'tocsin' && pdu['password'] === 'secret';
      session.send(pdu.response(isOurs ? {} : { command_status: smpp.ESME_RBINDFAIL }));
      if (!isOurs) session.close();
    });
    session.on('enquire_link', (pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu) => {
      session.send(pdu.response());
      session.close();
    });
    session.on('submit_sm', (pdu) => {
      submits.push(performance.now());
      const rule = rules.find((one) => one.left > 0);
      if (rule) {
        rule.left -= 1;
        if (rule.status !== null) session.send(pdu.response({ command_status: rule.status }));
        return;
      }
      serial += 1;
      const id = `m${serial}`;
      const short = pdu['short_message'] as { message: string | Buffer; udh?: Buffer[] };
      const text = short.message.toString();
      const [from, to] = [String(pdu['source_addr']), String(pdu['destination_addr'])];
      const coding = Number(pdu['data_coding']);
      const header = short.udh?.[0];
      let whole: string | undefined = text;
      let count = 1;
      if (header) {
        const [reference, total, part] = [header[2], header[3], header[4]];
        count = total ?? 1;
        const key = `${to} ${reference}`;
        const parts = joining.get(key) ?? new Map<number, string>();
        joining.set(key, parts.set(part ?? 0, text));
        whole =
          parts.size === count
            ? [...parts]
                .sort(([a], [b]) => a - b)
                .map(([, one]) => one)
                .join('')
            : undefined;
        if (whole !== undefined) joining.delete(key);
      }
      if (whole !== undefined)
        messages.push({ from, to, text: whole, parts: count, coding, id, at: new Date() });
      session.send(pdu.response({ message_id: id }));
    });
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const deliver = (fields: Record<string, unknown>): Promise<number> =>
    new Promise((resolve, reject) => {
      const [session] = sessions;
      if (!session) reject(new Error('nobody is bound'));
      else session.deliver_sm(fields, (pdu) => resolve(pdu.command_status));
    });

  return {
    url: `smpp://tocsin:secret@127.0.0.1:${port}`,
    messages,
    submits,
    get binds() {
      return binds;
    },
    get sessions() {
      return sessions.size;
    },
    behave: (status, times = 1) => void rules.push({ status, left: times }),
    answer: (from, text, { to = '886900000000' } = {}) =>
      deliver({ source_addr: from, destination_addr: to, short_message: text }),
    receipt: (id, state, to = '886900000000') =>
      deliver({
        esm_class: 4,
        source_addr: to,
        destination_addr: to,
        short_message: `id:${id} sub:001 dlvrd:001 submit date:2611230100 done date:2611230101 stat:${state} err:000 text:`,
      }),
    cut: () => {
      for (const session of sessions) session.destroy();
    },
    clear: () => {
      messages.length = 0;
      submits.length = 0;
      rules = [];
    },
    waitFor: (predicate) => until(() => messages.find(predicate)),
    close: () =>
      new Promise((resolve) => {
        for (const session of sessions) session.destroy();
        server.close(() => resolve());
      }),
  };
}
