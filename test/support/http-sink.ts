/** A web server on loopback that keeps what it is sent and answers as told: the far end of webhooks and push. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { until } from './wait.ts';

export interface Request {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly at: number;
}

export interface HttpSink {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly requests: readonly Request[];
  /** The next requests get this status (`null`: no answer at all), the last one for ever. 201 unless said otherwise. */
  answer(...statuses: (number | null)[]): void;
  clear(): void;
  waitFor(predicate: (one: Request) => boolean): Promise<Request>;
  close(): Promise<void>;
}

/** Starts it at a free port. */
export async function startHttpSink(): Promise<HttpSink> {
  const requests: Request[] = [];
  let statuses: (number | null)[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    requests.push({ path: request.url ?? '', headers: request.headers, body, at: performance.now() });
    const status =
      (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? (statuses.length > 0 ? null : 201);
    if (status === null) return;
    if (status >= 300 && status < 400) response.setHeader('location', 'http://127.0.0.1:1/');
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    answer: (...wanted) => {
      statuses = wanted;
    },
    clear: () => {
      requests.length = 0;
      statuses = [];
    },
    waitFor: (predicate) => until(() => requests.find(predicate)),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
