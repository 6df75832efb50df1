/**
 * Fails a test file that leaves something running: an open pool, server, timer or worker. Loaded before each file;
 * each file has its own process, so what is there at the end and was not at the start is the file's own.
 */
import { afterAll } from 'vitest';

interface Internals {
  _getActiveHandles?(): object[];
}

/** How long what is closing may take to be closed. */
const PATIENCE_MS = 3_000;

function countKinds(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** Kinds of which there are more than at the start; work of a moment (lookups, files being read) is passed over. */
function surplus(before: Map<string, number>): string[] {
  const passing =
    /^(FSReqPromise|FSReqCallback|GetAddrInfoReqWrap|TickObject|Immediate|CloseReq|WriteWrap|ShutdownWrap)$/;
  return [...countKinds()]
    .filter(([kind, count]) => !passing.test(kind) && count > (before.get(kind) ?? 0))
    .map(([kind, count]) => `${count - (before.get(kind) ?? 0)} × ${kind}`);
}

/** Where the open handles lead, as far as they tell. */
function describeHandles(known: WeakSet<object>): string {
  const handles = (process as unknown as Internals)._getActiveHandles?.() ?? [];
  return handles
    .filter((handle) => !known.has(handle))
    .map((handle) => {
      const one = handle as {
        remotePort?: number;
        path?: string;
        pid?: number;
        spawnfile?: string;
        address?: () => unknown;
      };
      const address = typeof one.address === 'function' ? JSON.stringify(one.address()) : '';
      const place = one.spawnfile ?? one.path ?? (one.remotePort ? `to port ${one.remotePort}` : address);
      return `${handle.constructor.name} ${place}`.trim();
    })
    .join('; ');
}

const before = countKinds();
const known = new WeakSet((process as unknown as Internals)._getActiveHandles?.() ?? []);

// Registered first, so it runs after the file's own clean-up.
afterAll(async () => {
  const end = performance.now() + PATIENCE_MS;
  let left = surplus(before);
  while (left.length > 0 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    left = surplus(before);
  }
  if (left.length > 0) {
    throw new Error(`this file leaves running: ${left.join(', ')}. ${describeHandles(known)}`);
  }
});
