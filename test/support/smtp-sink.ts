/**
 * A real SMTP server on loopback that keeps what it receives and misbehaves on order: the far end of every
 * notice in the tests.
 */
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { until } from './wait.ts';

/** What the server does with a recipient. */
export type Behaviour =
  /** Takes the message. */
  | { readonly act: 'accept' }
  /** Refuses at RCPT with this code (421 and 451: try later; 550: never), or after the data with `at: 'data'`. */
  | { readonly act: 'refuse'; readonly code: number; readonly at?: 'rcpt' | 'data'; readonly text?: string }
  /** Says nothing any more, at RCPT or after the final dot. */
  | { readonly act: 'hang'; readonly at?: 'rcpt' | 'data' }
  /** Takes the whole message and cuts the line before answering: the sender cannot know. */
  | { readonly act: 'drop' };

/** One message that arrived whole. */
export interface Received {
  readonly at: Date;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly messageId: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly raw: Buffer;
  readonly parsed: Email;
  /** Whether the sender was told so; false after `drop`, `hang` and refusals after the data. */
  readonly accepted: boolean;
}

type Matcher = string | RegExp;

interface Rule {
  readonly recipient: Matcher;
  readonly behaviour: Behaviour;
  left: number;
}

function matches(recipient: string, matcher: Matcher): boolean {
  if (matcher instanceof RegExp) return matcher.test(recipient);
  if (matcher === '*') return true;
  return matcher.startsWith('@') ? recipient.endsWith(matcher) : recipient === matcher;
}

export interface SmtpSink {
  readonly port: number;
  /** `smtp://127.0.0.1:<port>`, as `SMTP_URL` takes it. */
  readonly url: string;
  /** Everything that arrived whole, in order. */
  readonly messages: readonly Received[];
  /** How many connections were opened. */
  readonly connections: number;
  /**
   * From now on recipients that match (`a@b.example`, `@b.example`, `*` or an expression) are treated so; the latest
   * rule wins. `times` ends it after that many recipients.
   */
  behave(recipient: Matcher, behaviour: Behaviour, times?: number): void;
  /** Forgets messages and rules. */
  clear(): void;
  /** The first accepted message that fits, waiting for it if need be; 45 s unless said otherwise. */
  waitForMail(predicate: (mail: Received) => boolean, timeout?: number): Promise<Received>;
  /** Accepted messages to an address, in order. */
  mailTo(address: string): Received[];
  /** Stops listening: every further connection is refused. The port stays ours for {@link resume}. */
  pause(): Promise<void>;
  /** Listens again at the same port. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

function refusal(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

/** Starts a sink at a free loopback port, or at `port`. */
export async function startSmtpSink({ port: wanted = 0 }: { port?: number } = {}): Promise<SmtpSink> {
  const messages: Received[] = [];
  let rules: Rule[] = [];
  let port = wanted;
  let connections = 0;

  function behaviourFor(recipient: string): Behaviour {
    const rule = rules.findLast((one) => one.left > 0 && matches(recipient, one.recipient));
    if (!rule) return { act: 'accept' };
    rule.left -= 1;
    return rule.behaviour;
  }

  /** What was decided at RCPT for the transaction's recipients, to be carried out after the data. */
  const decided = new WeakMap<SMTPServerSession, Behaviour[]>();

  async function receive(session: SMTPServerSession, raw: Buffer, accepted: boolean): Promise<void> {
    const parsed = await PostalMime.parse(raw);
    const { mailFrom, rcptTo } = session.envelope;
    messages.push({
      at: new Date(),
      from: mailFrom ? mailFrom.address : '',
      to: rcptTo.map((one) => one.address),
      subject: parsed.subject ?? '',
      messageId: parsed.messageId ?? '',
      text: parsed.text ?? '',
      html: parsed.html ?? '',
      headers: Object.fromEntries(parsed.headers.map(({ key, value }) => [key, value])),
      raw,
      parsed,
      accepted,
    });
  }

  function makeServer(): SMTPServer {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      hideENHANCEDSTATUSCODES: false,
      closeTimeout: 200,
      onConnect(_session, done) {
        connections += 1;
        done();
      },
      onMailFrom(_address, session, done) {
        decided.set(session, []);
        done();
      },
      onRcptTo({ address }, session, done) {
        const behaviour = behaviourFor(address);
        if (behaviour.act === 'refuse' && behaviour.at !== 'data') {
          return done(refusal(behaviour.code, behaviour.text ?? 'refused by the test'));
        }
        if (behaviour.act === 'hang' && behaviour.at !== 'data') return;
        decided.get(session)?.push(behaviour);
        done();
      },
      onData(stream, session, done) {
        void (async () => {
          const raw = await buffer(stream);
          const worst = decided.get(session)?.find(({ act }) => act !== 'accept') ?? { act: 'accept' };
          await receive(session, raw, worst.act === 'accept');
          if (worst.act === 'accept') done();
          else if (worst.act === 'refuse') done(refusal(worst.code, worst.text ?? 'refused by the test'));
          else if (worst.act === 'drop') socketOf(server, session)?.destroy();
        })().catch(done);
      },
    });
    // A sender that is killed resets its line; that is part of the tests.
    server.on('error', () => undefined);
    return server;
  }

  let server: SMTPServer | undefined;

  async function resume(): Promise<void> {
    if (server) return;
    const next = makeServer();
    await new Promise<void>((resolve, reject) => {
      next.server.once('error', reject);
      next.listen(port, '127.0.0.1', resolve);
    });
    port = (next.server.address() as AddressInfo).port;
    server = next;
  }

  async function pause(): Promise<void> {
    const last = server;
    server = undefined;
    if (!last) return;
    const closed = new Promise<void>((resolve) => last.close(() => resolve()));
    for (const connection of connectionsOf(last)) connection._socket.destroy();
    await closed;
  }

  await resume();
  return {
    get port() {
      return port;
    },
    get url() {
      return `smtp://127.0.0.1:${port}`;
    },
    messages,
    get connections() {
      return connections;
    },
    behave(recipient, behaviour, times = Number.POSITIVE_INFINITY) {
      rules.push({ recipient, behaviour, left: times });
    },
    clear() {
      messages.length = 0;
      rules = [];
    },
    waitForMail(predicate, timeout = 45_000) {
      return until(() => messages.find((mail) => mail.accepted && predicate(mail)), {
        timeout,
        describe: () =>
          `a mail that fits; ${messages.length} came: ${messages
            .slice(-20)
            .map((mail) => `${mail.to.join(',')} "${mail.subject}"${mail.accepted ? '' : ' (not accepted)'}`)
            .join('; ')}`,
      });
    },
    mailTo: (address) => messages.filter((mail) => mail.accepted && mail.to.includes(address)),
    pause,
    resume,
    close: pause,
  };
}

interface Connection {
  readonly id: string;
  readonly _socket: Socket;
}

/** The server's open connections; the library keeps them in a set it does not describe. */
function connectionsOf(server: SMTPServer): Connection[] {
  return [...(server as unknown as { connections: Set<Connection> }).connections];
}

function socketOf(server: SMTPServer, session: SMTPServerSession): Socket | undefined {
  return connectionsOf(server).find((one) => one.id === session.id)?._socket;
}
