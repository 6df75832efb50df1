/**
 * Agencies that file side by side, and the recorder outside the system: what was acknowledged stands in a file of
 * theirs, synced to the disk, before they go on. An outcome nobody knows is asked for again under the same key.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { HttpLine, LineBroken } from './http-line.ts';
import type { Reporter } from './nation.ts';
import { fingerprint, reportContent, reportRequest } from './report.ts';

/** One filing the product acknowledged. */
export interface Ack {
  readonly key: string;
  readonly caseId: string;
  readonly reportId: string;
  readonly number: string;
  readonly kind: 'initial' | 'follow-up';
  /** Of the content as it was sent. */
  readonly fingerprint: string;
  readonly at: number;
  /** How often the answer was lost before. */
  readonly retries: number;
}

export interface Filers {
  readonly acks: readonly Ack[];
  /** Filings the product refused: none is expected. */
  readonly refusals: readonly string[];
  /** How often an outcome was unknown and was asked for again. */
  unknowns(): number;
  /** Settles when the next filing that begins from now on is acknowledged. */
  nextAck(): Promise<number>;
  /** No new filings; settles when the outcome of each is known. */
  stop(): Promise<void>;
}

export interface FilerOptions {
  readonly port: number;
  readonly reporters: readonly Reporter[];
  readonly clients: number;
  /** Where acknowledgements are kept. */
  readonly recordFile: string;
  /** What a client does between two filings, in ms. */
  readonly think: number;
  /** The first report's number, so that no two rounds file the same. */
  readonly firstSerial?: number;
}

/** Appends lines and syncs them to the disk; many at once share one sync. */
class Record {
  readonly #file: FileHandle;
  #lines: string[] = [];
  #last: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Settles when the line is on the disk. */
  add(line: string): Promise<void> {
    this.#lines.push(line);
    this.#next ??= this.#flush(this.#last);
    return this.#next;
  }

  async #flush(before: Promise<void> | undefined): Promise<void> {
    await before;
    this.#last = this.#next;
    this.#next = undefined;
    const lines = this.#lines.splice(0);
    await this.#file.appendFile(lines.map((one) => `${one}\n`).join(''));
    await this.#file.datasync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Starts the clients. */
export async function startFilers(options: FilerOptions): Promise<Filers> {
  const record = new Record(await open(options.recordFile, 'a'));
  const acks: Ack[] = [];
  const refusals: string[] = [];
  let waiting: { since: number; resolve: (at: number) => void }[] = [];
  let unknowns = 0;
  let serial = options.firstSerial ?? 0;
  let isStopping = false;

  const fileOne = async (
    line: HttpLine,
    reporter: Reporter,
    caseId: string | null,
  ): Promise<string | null> => {
    const began = Date.now();
    const key = randomUUID();
    const content = reportContent(serial++, began);
    const body = reportRequest(reporter.organisationId, content, caseId);
    for (let retries = 0; ; retries += 1) {
      try {
        const answer = await line.ask('POST', '/api/v1/reports', body, `idempotency-key: ${key}\r\n`);
        if (answer.status === 201) {
          const { caseId: filed, reportId, number, kind } = JSON.parse(answer.body) as Ack;
          const ack: Ack = {
            key,
            caseId: filed,
            reportId,
            number,
            kind,
            fingerprint: fingerprint(content),
            at: Date.now(),
            retries,
          };
          await record.add(JSON.stringify(ack));
          acks.push(ack);
          const { at } = ack;
          for (const one of waiting) if (began >= one.since) one.resolve(at);
          waiting = waiting.filter((one) => began < one.since);
          return filed;
        }
        // Asked again only what is worth it: anything else is an answer.
        if (answer.status < 500) {
          refusals.push(`${answer.status} ${answer.body.slice(0, 300)}`);
          return null;
        }
        if (answer.status !== 503) refusals.push(`${answer.status} ${answer.body.slice(0, 300)}`);
      } catch (error) {
        if (!(error instanceof LineBroken)) throw error;
      }
      unknowns += 1;
      await pause(40 + Math.random() * 80);
    }
  };

  const clients = Array.from({ length: options.clients }, async (_, index) => {
    const reporter = options.reporters[index % options.reporters.length] as Reporter;
    const headers = { cookie: reporter.cookie, origin: `http://localhost:${options.port}` };
    const line = new HttpLine(options.port, headers);
    let last: string | null = null;
    for (let turn = 0; !isStopping; turn += 1) {
      // Every fourth report goes on with the client's own last case.
      const filed: string | null = await fileOne(line, reporter, turn % 4 === 3 ? last : null);
      last = filed ?? last;
      await pause(options.think * (0.5 + Math.random()));
    }
    line.close();
  });

  return {
    acks,
    refusals,
    unknowns: () => unknowns,
    nextAck: () =>
      new Promise((resolve) => {
        waiting.push({ since: Date.now(), resolve });
      }),
    async stop() {
      isStopping = true;
      await Promise.all(clients);
      await record.close();
    },
  };
}
