/**
 * The far end of every notice: an SMTP server on loopback that writes down each message that arrived whole, and costs
 * the machine little, so that tens of thousands of mails measure the product and not their receiver.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface Arrival {
  /** When the final dot came, in ms since 1970. */
  readonly at: number;
  readonly to: string;
  /** Without angle brackets: `<delivery>@<host>`. */
  readonly messageId: string;
}

export interface MailRecorder {
  readonly url: string;
  /** Everything that arrived whole, in order, answered or not. */
  readonly arrivals: Arrival[];
  /** Answers each message only after this long, in ms, as a busy relay would. */
  delay: number;
  /** Message ids that came twice or more, with how often. */
  repeated(): Map<string, number>;
  close(): Promise<void>;
}

function recordFrom(data: string): string {
  return /^message-id:\s*<([^>]+)>/im.exec(data)?.[1] ?? '';
}

/** Starts the server at a free port. */
export async function startMailRecorder(): Promise<MailRecorder> {
  const arrivals: Arrival[] = [];
  const sockets = new Set<Socket>();
  const recorder = { delay: 0 };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.setEncoding('utf8');
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    const say = (line: string) => void (socket.writable && socket.write(`${line}\r\n`));
    let pending = '';
    let recipient = '';
    let isData = false;
    say('220 recorder.example ESMTP');
    const command = (line: string) => {
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'EHLO') say('250-recorder.example\r\n250-8BITMIME\r\n250 SMTPUTF8');
      else if (verb === 'RCPT') {
        recipient = /<([^>]*)>/.exec(line)?.[1] ?? '';
        say('250 2.1.5 ok');
      } else if (verb === 'DATA') {
        isData = true;
        say('354 go on');
      } else if (verb === 'QUIT') {
        say('221 bye');
        socket.end();
      } else say('250 2.0.0 ok');
    };
    const message = (data: string) => {
      isData = false;
      arrivals.push({ at: Date.now(), to: recipient, messageId: recordFrom(data) });
      if (recorder.delay === 0) say('250 2.0.0 taken');
      else setTimeout(() => say('250 2.0.0 taken'), recorder.delay);
    };
    socket.on('data', (text: string) => {
      pending += text;
      for (;;) {
        const end = pending.indexOf(isData ? '\r\n.\r\n' : '\r\n');
        if (end === -1) return;
        const part = pending.slice(0, end);
        pending = pending.slice(end + (isData ? 5 : 2));
        if (isData) message(part);
        else command(part);
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return Object.assign(recorder, {
    url: `smtp://127.0.0.1:${port}`,
    arrivals,
    repeated() {
      const seen = new Map<string, number>();
      for (const { messageId } of arrivals) seen.set(messageId, (seen.get(messageId) ?? 0) + 1);
      return new Map([...seen].filter(([, times]) => times > 1));
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
