/**
 * Slow clients that do not give up: so many connections at a time, each of which begins something and then stands still,
 * and comes anew once it is cut. A thread of its own, so that what they cost is the server's cost and not the clients'.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** What each of them says before it stands still: half a head, half a body, or a question whose answer it does not read. */
const BEGINNINGS = [
  'GET /api/v1/quick HTTP/1.1\r\nHost: x\r\n',
  'POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{"a":"',
  'GET /api/v1/large HTTP/1.1\r\nHost: x\r\n\r\n',
];
/** Connections begun in a second: a patient attacker who always holds his places, not a flood that comes in waves. */
const PER_SECOND = 60;
/** Who does not read does not hear that he was cut either; he comes again after this long, in ms. */
const PATIENCE = 10_000;

const { port, count } = workerData as { readonly port: number; readonly count: number };
let begun = 0;

async function begin(): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.pause();
  const beginning = BEGINNINGS[begun % BEGINNINGS.length] as string;
  begun += 1;
  socket.write(beginning);
  if (begun % BEGINNINGS.length === 0) setTimeout(() => socket.destroy(), PATIENCE);
  else socket.resume();
  socket.on('close', () => setTimeout(() => void begin().catch(() => undefined), 50));
}

for (let n = 0; n < count; n += 1) {
  await begin();
  await new Promise((resolve) => setTimeout(resolve, 1_000 / PER_SECOND));
}
parentPort?.postMessage('all there');
