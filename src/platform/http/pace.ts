/**
 * Whoever sends or reads so slowly that it can only be on purpose gives up his place (AUTH-10). A report over a bad line
 * may take minutes as long as it moves; one byte a second does not move.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface PaceOptions {
  /** Milliseconds in which something must move. */
  readonly window: number;
  /** Least bytes that must move in one window; the worst mobile line does that in a second. */
  readonly least: number;
}

export const PACE: PaceOptions = { window: 8_000, least: 512 };

type Phase = 'idle' | 'body' | 'answer';

interface Watched {
  request: IncomingMessage;
  response: ServerResponse;
  phase: Phase;
  /** When the window began, and what had moved by then. */
  since: number;
  moved: number;
}

/** Bytes of the answer that the other side has not taken yet; 0 when it keeps up. */
function pendingBytes(socket: Socket): number {
  const handle = (socket as Socket & { _handle?: { writeQueueSize?: number } })._handle;
  return socket.writableLength + (handle?.writeQueueSize ?? 0);
}

/** What a connection waits for: nobody, the rest of a body being read, or the reader of an answer. */
function phaseOf({ request, response }: Watched, socket: Socket): Phase {
  if (pendingBytes(socket) > 0) return 'answer';
  // A body nobody reads yet is our delay, not the sender's.
  if (!request.complete && request.readableFlowing === true && !response.headersSent) return 'body';
  // An answer was given before the body had come: the rest of it is only thrown away.
  if (!request.complete && response.writableEnded) return 'body';
  return 'idle';
}

/**
 * Watches every connection of a server; `cut` ends one that is too slow. Returns what ends the watch. A live stream that
 * has nothing to say is nobody's slowness; one whose reader takes nothing is cut like any other answer.
 */
export function keepPace(
  server: Server,
  cut: (socket: Socket, phase: 'body' | 'answer') => void,
  { window, least }: PaceOptions = PACE,
): () => void {
  const watched = new Map<Socket, Watched>();

  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    if (!watched.has(socket)) socket.once('close', () => watched.delete(socket));
    watched.set(socket, { request, response, phase: 'idle', since: 0, moved: 0 });
  };

  const every = Math.min(500, window / 4);
  let looked = performance.now();

  const look = () => {
    const now = performance.now();
    // After a standstill of ours (a frozen process, a starved machine) what came meanwhile has not been read yet.
    const weStood = now - looked > 4 * every;
    looked = now;
    if (weStood) for (const one of watched.values()) one.phase = 'idle';
    for (const [socket, one] of watched) {
      const phase = phaseOf(one, socket);
      const moved = phase === 'body' ? socket.bytesRead : socket.bytesWritten - pendingBytes(socket);
      const isSlow = phase !== 'idle' && phase === one.phase && now - one.since >= window;
      if (isSlow && moved - one.moved < least) {
        watched.delete(socket);
        cut(socket, phase as 'body' | 'answer');
      } else if (phase !== one.phase || isSlow) {
        Object.assign(one, { phase, since: now, moved });
      }
    }
  };

  server.on('request', onRequest);
  const timer = setInterval(look, every);
  timer.unref();
  return () => {
    clearInterval(timer);
    server.off('request', onRequest);
    watched.clear();
  };
}
