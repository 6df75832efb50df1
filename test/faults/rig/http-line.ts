/** One kept-open HTTP/1.1 connection that costs the machine next to nothing, so that a measurement is of the product. */
import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The line broke before the answer was whole: whether the request was carried out is unknown. */
export class LineBroken extends Error {
  constructor(why: string) {
    super(`the line broke: ${why}`);
    this.name = 'LineBroken';
  }
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** Connects when first used and again after a break. One request at a time. */
export class HttpLine {
  readonly #port: number;
  readonly #fixed: string;
  readonly #patience: number;
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  /**
   * @param port of the product on loopback
   * @param headers sent with every request
   * @param patience longest to wait for an answer, in ms
   */
  constructor(port: number, headers: Readonly<Record<string, string>>, patience = 15_000) {
    this.#port = port;
    this.#patience = patience;
    this.#fixed = Object.entries({ host: `localhost:${port}`, ...headers })
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
  }

  /** Asks; rejects with LineBroken when no whole answer came. */
  async ask(method: string, path: string, body?: string, headers = ''): Promise<Answer> {
    const socket = await this.#open();
    const bytes = body === undefined ? 0 : Buffer.byteLength(body);
    const type = body === undefined ? '' : `content-type: application/json\r\ncontent-length: ${bytes}\r\n`;
    const timer = setTimeout(() => socket.destroy(new Error('no answer in time')), this.#patience);
    try {
      return await new Promise<Answer>((resolve, reject) => {
        this.#waiting = { resolve, reject };
        socket.write(`${method} ${path} HTTP/1.1\r\n${this.#fixed}${headers}${type}\r\n${body ?? ''}`);
      });
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #open(): Promise<Socket> {
    if (this.#socket && !this.#socket.destroyed && this.#socket.writable)
      return Promise.resolve(this.#socket);
    return new Promise((resolve, reject) => {
      const socket = connect(this.#port, '127.0.0.1');
      socket.setNoDelay(true);
      let fault = 'closed';
      this.#received = Buffer.alloc(0);
      socket.once('connect', () => {
        this.#socket = socket;
        resolve(socket);
      });
      socket.on('data', (chunk: Buffer) => this.#take(chunk));
      socket.on('error', (error) => {
        fault = error.message;
      });
      socket.once('close', () => {
        const broken = new LineBroken(fault);
        reject(broken);
        if (this.#socket === socket) {
          this.#socket = undefined;
          this.#waiting?.reject(broken);
        }
      });
    });
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd === -1) return;
    const head = this.#received.toString('latin1', 0, headEnd);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const from = headEnd + HEAD_END.length;
    if (this.#received.length < from + length) return;
    const answer = {
      status: Number(head.slice(9, 12)),
      body: this.#received.toString('utf8', from, from + length),
    };
    this.#received = this.#received.subarray(from + length);
    if (/connection: close/i.test(head)) this.close();
    this.#waiting?.resolve(answer);
  }
}
