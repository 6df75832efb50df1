/**
 * Mail to the next server: one pool of kept-open connections per relay, so that a relay that hangs, refuses or dribbles
 * holds up only its own mails (FLT-7). Knows no domain: what is written, and to whom, is decided elsewhere.
 *
 * A send settles once, within a fixed time. It succeeds only when the server has answered for the data; when the
 * connection breaks after the final dot nobody knows, and the caller sends again under the same Message-ID.
 */
import { parseConnectionUrl } from 'nodemailer/lib/shared';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { type MailMessage, renderMail, wireAddress } from './mail-message.ts';

/** One plain-text mail to one recipient, for whom exactly one RCPT is sent (WEB-10). */
export type OutgoingMail = MailMessage;

/** Where mail goes out: a name and an `smtp:` or `smtps:` URL. */
export interface Relay {
  readonly name: string;
  readonly url: string;
}

/** The part of the configuration that says where mail goes. */
export interface MailSettings {
  readonly smtpUrl: string | undefined;
  /** Lower-case domain → URL. */
  readonly smtpRoutes: ReadonlyMap<string, string>;
  readonly publicUrl: string;
}

/**
 * The relays of a configuration, `default` first, each URL once: routes that share a URL share its connections and its
 * fate. A route is named by its host and port, never by a URL that may carry a password.
 */
export function relaysOf(settings: MailSettings): { relays: Relay[]; byDomain: Map<string, string> } {
  const relays: Relay[] = settings.smtpUrl === undefined ? [] : [{ name: 'default', url: settings.smtpUrl }];
  const byDomain = new Map<string, string>();
  for (const [domain, url] of settings.smtpRoutes) {
    let relay = relays.find((one) => one.url === url);
    if (!relay) {
      const host = new URL(url).host;
      const isTaken = relays.some((one) => one.name === host);
      relay = { name: isTaken ? `${host}#${relays.length}` : host, url };
      relays.push(relay);
    }
    byDomain.set(domain, relay.name);
  }
  return { relays, byDomain };
}

/** Sends mail. `send` rejects with a {@link MailFault}. */
export interface MailTransport {
  send(relay: string, mail: OutgoingMail): Promise<void>;
  /** Ends idle connections politely and cuts the rest. */
  close(): void;
}

/** Why a mail was not taken, as far as the far side told. */
export class MailFault extends Error {
  /** `connect`: before any mail was begun on this connection; `message`: after. */
  readonly stage: 'connect' | 'message';
  /** The SMTP reply code, when the server gave one. */
  readonly responseCode: number | null;
  /** The command that was answered (`MAIL FROM`, `RCPT TO`, `DATA`, `CONN`, …), when known. */
  readonly command: string;
  /** A system or library code such as `ETIMEDOUT`. */
  readonly code: string;

  constructor(stage: 'connect' | 'message', cause: unknown) {
    const fault = cause as {
      message?: string;
      responseCode?: number;
      command?: string;
      code?: string;
      originalCode?: string;
    };
    super(fault.message ?? 'mail fault', { cause });
    this.name = 'MailFault';
    this.stage = stage;
    this.responseCode = fault.responseCode ?? null;
    this.command = fault.command ?? '';
    this.code = fault.originalCode ?? fault.code ?? '';
  }
}

/** How long the far side may take, in ms. */
export interface MailTimes {
  /** From the first packet to the end of the greeting and TLS. */
  readonly connect: number;
  /** Silence in the middle of a mail. */
  readonly silence: number;
  /** One mail altogether, so that a server that takes a byte a second cannot hold a place for ever. */
  readonly mail: number;
  /** An unused connection is kept this long. */
  readonly idle: number;
}

const TIMES: MailTimes = { connect: 10_000, silence: 20_000, mail: 45_000, idle: 8_000 };
/** Many servers end a connection after a hundred mails; better we do. */
const MAILS_PER_CONNECTION = 100;

interface Line {
  readonly connection: SMTPConnection;
  mails: number;
  idleTimer: NodeJS.Timeout | undefined;
}

/** Runs a callback of the library once, however it ends: callback, `error`, `end`, or our own deadline. */
function settle<T>(
  connection: SMTPConnection,
  stage: 'connect' | 'message',
  deadline: number,
  run: (done: (error: unknown, value?: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const finish = (error: unknown, value?: T) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      connection.off('error', onError);
      connection.off('end', onEnd);
      if (error) reject(new MailFault(stage, error));
      else resolve(value as T);
    };
    const onError = (error: Error) => finish(error);
    const onEnd = () => finish(Object.assign(new Error('Connection closed'), { code: 'ECONNECTION' }));
    const timer = setTimeout(() => {
      finish(Object.assign(new Error('Took too long'), { code: 'ETIMEDOUT' }));
      connection.close();
    }, deadline);
    // Before any other listener: one that closes the connection would have its end told instead of the fault.
    connection.prependListener('error', onError);
    connection.prependListener('end', onEnd);
    run(finish);
  });
}

class RelayPool {
  readonly #url: string;
  readonly #name: string;
  readonly #times: MailTimes;
  readonly #idle: Line[] = [];
  readonly #all = new Set<Line>();

  constructor(url: string, name: string, times: MailTimes) {
    this.#url = url;
    this.#name = name;
    this.#times = times;
  }

  async #open(): Promise<Line> {
    const { auth, ...options } = parseConnectionUrl(this.#url);
    const connection = new SMTPConnection({
      ...options,
      name: this.#name,
      connectionTimeout: this.#times.connect,
      greetingTimeout: this.#times.connect,
      dnsTimeout: this.#times.connect,
      socketTimeout: this.#times.silence,
      socketCloseTimeout: 1_000,
      maxResponseSize: 16_384,
    });
    const line: Line = { connection, mails: 0, idleTimer: undefined };
    // Without a listener of ours a late error of a connection nobody waits for would end the process.
    connection.on('error', () => this.#drop(line));
    connection.on('end', () => this.#drop(line));
    this.#all.add(line);
    try {
      await settle<void>(connection, 'connect', this.#times.connect * 2, (done) =>
        connection.connect((error) => done(error)),
      );
      if (auth) {
        await settle<void>(connection, 'connect', this.#times.connect, (done) =>
          connection.login({ ...auth, credentials: { user: auth.user, pass: auth.pass } }, (error) =>
            done(error),
          ),
        );
      }
      return line;
    } catch (error) {
      this.#drop(line);
      throw error;
    }
  }

  #drop(line: Line): void {
    clearTimeout(line.idleTimer);
    this.#all.delete(line);
    const place = this.#idle.indexOf(line);
    if (place >= 0) this.#idle.splice(place, 1);
    line.connection.close();
  }

  #keep(line: Line): void {
    if (line.mails >= MAILS_PER_CONNECTION || !this.#all.has(line)) {
      line.connection.quit();
      this.#drop(line);
      return;
    }
    line.idleTimer = setTimeout(() => {
      line.connection.quit();
      this.#drop(line);
    }, this.#times.idle);
    line.idleTimer.unref();
    this.#idle.push(line);
  }

  async send(mail: OutgoingMail): Promise<void> {
    const message = renderMail(mail);
    const envelope = { from: wireAddress(mail.from.address), to: [wireAddress(mail.to)] };
    for (;;) {
      const kept = this.#idle.pop();
      const line = kept ?? (await this.#open());
      const socket = line.connection._socket || undefined;
      const read = socket?.bytesRead;
      clearTimeout(line.idleTimer);
      line.mails += 1;
      try {
        await settle<unknown>(line.connection, 'message', this.#times.mail, (done) =>
          line.connection.send(envelope, message, (error, info) => done(error, info)),
        );
        this.#keep(line);
        return;
      } catch (error) {
        // Whatever state the session is in now, the next mail begins on a fresh one.
        this.#drop(line);
        // A kept connection the server had ended meanwhile: not a byte was answered, so no mail was begun, and trying
        // at once on another cannot send it twice.
        const { code } = error as MailFault;
        if (kept && socket && socket.bytesRead === read && code !== 'ETIMEDOUT') continue;
        throw error;
      }
    }
  }

  /** Greets and leaves, as a check. */
  async greet(): Promise<void> {
    const line = await this.#open();
    line.connection.quit();
    this.#drop(line);
  }

  close(): void {
    for (const line of [...this.#all]) this.#drop(line);
  }
}

/** The name we greet with: the host people know us by. */
function greetingName(publicUrl: string): string {
  const host = new URL(publicUrl).hostname;
  return /^[\d.]+$|:/.test(host) ? `[${host}]` : host;
}

/**
 * Opens the way to the relays of `SMTP_URL` and `SMTP_ROUTES`; connects when first used, greets with the host of
 * `PUBLIC_URL`.
 */
export function createMailTransport(settings: MailSettings, times: Partial<MailTimes> = {}): MailTransport {
  const name = greetingName(settings.publicUrl);
  const { relays } = relaysOf(settings);
  const pools = new Map(
    relays.map((relay) => [relay.name, new RelayPool(relay.url, name, { ...TIMES, ...times })]),
  );
  return {
    send: async (relay, mail) => {
      const pool = pools.get(relay);
      if (!pool) throw new MailFault('connect', new Error(`no relay named ${relay}`));
      await pool.send(mail);
    },
    close: () => {
      for (const pool of pools.values()) pool.close();
    },
  };
}

/** Whether a relay answers, how fast (ms), and if not, why. */
export interface MailHealth {
  readonly relay: string;
  /** Host and port only: a URL can carry a password. */
  readonly host: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly error: string | null;
}

/** Greets every relay and sends nothing; for `doctor` and readiness. Never throws. */
export function mailHealth(settings: MailSettings): Promise<MailHealth[]> {
  return Promise.all(
    relaysOf(settings).relays.map(async ({ name, url }) => {
      const began = performance.now();
      const pool = new RelayPool(url, greetingName(settings.publicUrl), { ...TIMES, connect: 5_000 });
      const error = await pool.greet().then(
        () => null,
        (fault: Error) => fault.message,
      );
      pool.close();
      return {
        relay: name,
        host: new URL(url).host,
        ok: error === null,
        ms: Math.round(performance.now() - began),
        error,
      };
    }),
  );
}
