/** What the bench asks of its helpers, which run beside it as processes of their own, and what they answer. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Reporter } from '../test/faults/rig/nation.ts';

/** Clients that file: as fast as answers come for `ms`, or `count` reports at an even pace over `ms`. */
export interface FilingOrder {
  readonly port: number;
  readonly reporters: readonly Reporter[];
  readonly clients: number;
  readonly ms: number;
  readonly count?: number;
  /** One report in so many is at level A. */
  readonly graveEvery?: number;
}
export interface FilingResult {
  readonly done: number;
  readonly seconds: number;
  readonly refused: readonly string[];
  /** From when it was due to be sent to its answer, in ms. */
  readonly latencies: readonly number[];
  /** Case and moment of each filing, for those who look where its mails went. */
  readonly filings: readonly { readonly caseId: string; readonly began: number }[];
}

/** Rows of one filing as the product stored them, by table in the order they can be inserted. */
export type Sample = readonly { readonly table: string; readonly rows: readonly Record<string, unknown>[] }[];

/** Clients that insert the rows of a filing by plain statements as fast as they can. */
export interface InsertOrder {
  readonly url: string;
  readonly clients: number;
  readonly ms: number;
  readonly sample: Sample;
}
export interface InsertResult {
  readonly done: number;
  readonly seconds: number;
  readonly latencies: readonly number[];
}

/** Screens to be kept open, or news they wait for. */
export type WatchOrder =
  | { readonly open: { readonly port: number; readonly cookies: readonly string[] } }
  | { readonly news: string; readonly patience: number };
export interface WatchResult {
  /** Screens that are open, or that have had the news. */
  readonly screens: number;
  /** When each of them had it, by the clock of this machine. */
  readonly at: readonly number[];
}

/** A helper process. */
export interface Helper<Order, Result> {
  ask(order: Order): Promise<Result>;
  end(): void;
}

/** Starts a helper; one order at a time. */
export function startHelper<Order, Result>(
  file: 'load.ts' | 'ceiling.ts' | 'watchers.ts',
): Helper<Order, Result> {
  const child: ChildProcess = fork(fileURLToPath(new URL(file, import.meta.url)), { stdio: 'inherit' });
  return {
    ask: (order) =>
      new Promise((resolve, reject) => {
        const gone = () => reject(new Error(`${file} ended`));
        child.once('exit', gone);
        child.once('message', (answer: { result?: Result; error?: string }) => {
          child.off('exit', gone);
          if (answer.error === undefined) resolve(answer.result as Result);
          else reject(new Error(answer.error));
        });
        child.send(order as object);
      }),
    end: () => child.disconnect(),
  };
}

/** Makes this process a helper. */
export function serveOrders<Order, Result>(work: (order: Order) => Promise<Result>): void {
  process.on('message', (order) => {
    work(order as Order).then(
      (result) => process.send?.({ result }),
      (error: Error) => process.send?.({ error: error.stack ?? String(error) }),
    );
  });
}
