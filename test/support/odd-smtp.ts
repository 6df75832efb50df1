/** An SMTP server on loopback that misbehaves in every way a relay can, below what a library would let it (FLT-7). */

import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

export type OddMode =
  | 'well'
  | 'hang-greeting'
  | 'hang-ehlo'
  | 'hang-data'
  | 'wrong-ehlo'
  | 'tls-fails'
  | 'dribble'
  | 'cut-after-dot'
  | {
      readonly at: 'rcpt' | 'data' | 'greeting';
      readonly code: number;
      /** Refuses this recipient alone (`rcpt`). */
      readonly only?: string;
      /** Refuses until so many ms after it first refused (`rcpt`), as a server that greylists does. */
      readonly until?: number;
    };

export interface OddSmtp {
  readonly url: string;
  /** Message-IDs of what was taken whole, whether or not the sender was told. */
  readonly taken: readonly string[];
  readonly connections: number;
  be(mode: OddMode): void;
  /** Whether it takes connections at all; the port stays the same. */
  listen(wanted: boolean): Promise<void>;
  close(): Promise<void>;
}

export async function startOddSmtp(): Promise<OddSmtp> {
  const taken: string[] = [];
  const sockets = new Set<Socket>();
  let mode: OddMode = 'well';
  let firstRefused: number | undefined;
  let connections = 0;

  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    const own = mode;
    let data: string | undefined;
    let rest = '';
    let dribble: NodeJS.Timeout | undefined;
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearInterval(dribble);
      sockets.delete(socket);
    });
    const say = (line: string): void => void (socket.writable && socket.write(`${line}\r\n`));
    const refuses = (at: 'rcpt' | 'data' | 'greeting', line = ''): number | undefined => {
      if (typeof own !== 'object' || own.at !== at) return undefined;
      if (own.only !== undefined && !line.includes(`<${own.only}>`)) return undefined;
      if (own.until !== undefined) {
        firstRefused ??= performance.now();
        if (performance.now() - firstRefused > own.until) return undefined;
      }
      return own.code;
    };

    if (own === 'hang-greeting') return;
    if (own === 'dribble') {
      const letters = [...'220 odd.example ready and slow\r\n'];
      dribble = setInterval(() => {
        const letter = letters.shift();
        if (letter && socket.writable) socket.write(letter);
      }, 1_000);
      return;
    }
    say(refuses('greeting') ? `${refuses('greeting')} not now` : '220 odd.example');
    if (refuses('greeting')) socket.end();

    /** What is answered to a line; nothing where it hangs. */
    const answerTo = (verb: string, line: string): string | undefined => {
      switch (verb) {
        case 'EHLO':
        case 'HELO':
          if (own === 'hang-ehlo') return undefined;
          if (own === 'wrong-ehlo') return '501 what kind of name is that';
          return own === 'tls-fails' ? '250-odd.example\r\n250 STARTTLS' : '250 odd.example';
        case 'STAR':
          return '220 go ahead\r\nthis is no handshake';
        case 'RCPT': {
          const code = refuses('rcpt', line);
          return code ? `${code} refused by the test` : '250 fine';
        }
        case 'DATA':
          if (own === 'hang-data') return undefined;
          data = '';
          return '354 go on';
        default:
          return verb === 'QUIT' ? '221 bye' : '250 fine';
      }
    };
    const command = (line: string): void => {
      const answer = answerTo(line.slice(0, 4).toUpperCase(), line);
      if (answer) say(answer);
      if (answer?.startsWith('221')) socket.end();
    };
    socket.on('data', (bytes) => {
      rest += bytes.toString('latin1');
      for (;;) {
        if (data !== undefined) {
          const end = rest.indexOf('\r\n.\r\n');
          if (end < 0) return;
          const id = /^message-id:\s*(<[^>]+>)/im.exec(rest.slice(0, end))?.[1] ?? '';
          rest = rest.slice(end + 5);
          data = undefined;
          if (refuses('data')) say(`${refuses('data')} refused by the test`);
          else {
            taken.push(id);
            if (own === 'cut-after-dot') socket.destroy();
            else say('250 taken');
          }
          continue;
        }
        const end = rest.indexOf('\r\n');
        if (end < 0) return;
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        command(line);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    taken,
    get connections() {
      return connections;
    },
    be: (wanted) => {
      mode = wanted;
      firstRefused = undefined;
      for (const socket of sockets) socket.destroy();
    },
    listen: (wanted) =>
      new Promise((resolve) => {
        if (wanted) server.listen(port, '127.0.0.1', () => resolve());
        else server.close(() => resolve());
        if (!wanted) for (const socket of sockets) socket.destroy();
      }),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
