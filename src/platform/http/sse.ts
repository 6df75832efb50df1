/**
 * Live streams (server-sent events). A stream says "something changed"; the reader then reads again through
 * its own rights. A reader who does not keep up is cut off and comes back with `Last-Event-ID`.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';

/** How much may wait for one slow reader before it is cut off. */
export const BACKLOG_BYTES = 1_000_000;

/** One open stream. */
export interface EventStream {
  /**
   * Sends one event: its name, the id to resume from (or undefined), and data that becomes JSON.
   * Returns false when the stream is closed or was just cut off because its reader is too slow.
   */
  send(event: string, id: string | undefined, data: unknown): boolean;
  /** Ends the stream; calling it again does nothing. */
  close(): void;
  readonly closed: boolean;
}

export interface StreamOptions {
  /** Called once when the stream ends, whoever ended it. */
  readonly onClose?: () => void;
  /** Milliseconds between heartbeats, by which proxies and both ends know the line is alive. */
  readonly heartbeatMs?: number;
}

/** Ends every stream of a server that stops; kept per server, beside its reply objects. */
const openStreams = new WeakMap<object, Set<EventStream>>();

function streamsOf(server: object): Set<EventStream> {
  let streams = openStreams.get(server);
  if (!streams) {
    streams = new Set();
    openStreams.set(server, streams);
  }
  return streams;
}

/** How many streams a server holds open, by its raw `http.Server`. */
export function countStreams(server: object): number {
  return streamsOf(server).size;
}

/** Ends all streams of a server; called when it stops, or it would never finish closing. */
export function closeStreams(server: object): void {
  for (const stream of [...streamsOf(server)]) stream.close();
}

/** A field of an event may not hold a line end: it would begin another field. */
function oneLine(value: string): string {
  return value.replace(/[\r\n\0]/g, '');
}

/**
 * Turns a request into a stream. Call it when the right to read has been checked; the reply is taken over and the
 * handler returns `reply`. The request's security headers stay on the answer. What the id of the last event seen
 * was, a reader who returns says in `Last-Event-ID`: {@link lastEventId}.
 */
export function openStream(
  request: FastifyRequest,
  reply: FastifyReply,
  { onClose, heartbeatMs = 15_000 }: StreamOptions = {},
): EventStream {
  const { raw } = reply;
  const streams = streamsOf(request.server.server);
  let closed = false;

  const headers = reply.getHeaders();
  reply.hijack();
  raw.writeHead(200, {
    ...(headers as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    // The line serves nothing else afterwards, and a stopping server need not wait for it.
    connection: 'close',
  });
  request.raw.socket.setNoDelay(true);

  const heartbeat = setInterval(() => write(': \n\n'), heartbeatMs);

  function finish() {
    if (closed) return;
    closed = true;
    clearInterval(heartbeat);
    streams.delete(stream);
    onClose?.();
  }

  function write(chunk: string): boolean {
    if (closed) return false;
    if (raw.destroyed) {
      // The reader was gone before the stream began: its line has closed already and will not say so again.
      finish();
      return false;
    }
    if (raw.writableLength + chunk.length > BACKLOG_BYTES) {
      raw.destroy();
      finish();
      return false;
    }
    raw.write(chunk);
    return true;
  }

  const stream: EventStream = {
    send(event, id, data) {
      const lines = [
        `event: ${oneLine(event)}`,
        ...(id === undefined ? [] : [`id: ${oneLine(id)}`]),
        `data: ${JSON.stringify(data)}`,
      ];
      return write(`${lines.join('\n')}\n\n`);
    },
    close() {
      if (closed) return;
      raw.end();
      finish();
    },
    get closed() {
      return closed;
    },
  };

  streams.add(stream);
  raw.on('close', finish);
  // A reader comes back after two seconds unless it knows better.
  write('retry: 2000\n\n');
  return stream;
}

/** The id of the last event a returning reader saw, or undefined on a first visit. */
export function lastEventId(request: FastifyRequest): string | undefined {
  const value = request.headers['last-event-id'];
  return typeof value === 'string' && value.length > 0 && value.length <= 100 ? value : undefined;
}
