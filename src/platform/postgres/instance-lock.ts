/**
 * One process per data folder. The lock is a listening socket with a name in the kernel's abstract
 * namespace: whoever dies, however it dies, no longer holds it, so that no stale lock can ever keep
 * the mechanism from starting again. The name is made from the folder's identity (a link or a second
 * path to it is the same folder) and a secret only its owner can read.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** A held lock. */
export interface InstanceLock {
  release(): Promise<void>;
}

/** Another process serves this folder. */
export class FolderInUse extends Error {
  constructor(folder: string) {
    super(
      `資料夾 ${folder} 已由另一個執行中的程序使用；一個資料夾只能有一個。 ` +
        `Another running process already uses the data folder ${folder}; there can be only one.`,
    );
    this.name = 'FolderInUse';
  }
}

function secretOf(folder: string): string {
  const file = join(folder, 'instance');
  try {
    writeFileSync(file, `${randomBytes(16).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}

/**
 * Takes the lock of an existing folder.
 * @throws FolderInUse when a living process holds it
 */
export async function lockFolder(folder: string): Promise<InstanceLock> {
  const { dev, ino } = statSync(folder);
  const name = createHash('sha256')
    .update(`${dev}:${ino}:${secretOf(folder)}`)
    .digest('hex')
    .slice(0, 40);
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new FolderInUse(folder) : error);
    });
    server.listen({ path: `\0tocsin-${name}` }, resolve);
  });
  server.unref();
  return {
    release: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
