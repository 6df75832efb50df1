/**
 * The database server under a keeper: a few lines of shell that hold the other end of a pipe from us.
 * When we end in whatever way, `kill -9` included, the kernel closes the pipe, and the keeper asks the
 * server for a fast shutdown. The server therefore never outlives the product, and nothing has to be
 * cleaned up by hand.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerAccount } from './account.ts';

const KEEPER = `
exec 3<&0
"$@" 3<&- </dev/null &
server=$!
( read -r _ <&3; kill -INT "$server" ) 2>/dev/null &
watcher=$!
exec 3<&-
wait "$server"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
`;

/** A server we started. */
export interface KeptServer {
  /** Settles when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  readonly running: () => boolean;
  /** Asks for a fast shutdown (open transactions are rolled back) and waits for it. */
  stop(): Promise<void>;
}

/** How to start it. */
export interface KeepOptions {
  readonly command: readonly [string, ...string[]];
  readonly account: ServerAccount;
  readonly logFile: string;
}

/** Starts the server; it may not accept connections yet. */
export function keepServer({ command, account, logFile }: KeepOptions): KeptServer {
  const log = openSync(logFile, 'a', 0o600);
  let child: ChildProcess;
  try {
    child = spawn('/bin/sh', ['-c', KEEPER, 'tocsin-postgres-keeper', ...command], {
      ...account.drop,
      cwd: '/',
      // A session of its own: Ctrl-C in a terminal must reach us first, so that we can end in order.
      detached: true,
      stdio: ['pipe', log, log],
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    });
  } finally {
    closeSync(log);
  }
  let alive = true;
  // The pipe breaks when the server ends first; that is news, not an error.
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      alive = false;
      child.stdin?.destroy();
      resolve();
    };
    child.once('exit', end);
    child.once('error', end);
  });
  return {
    ended,
    running: () => alive,
    async stop() {
      child.stdin?.end();
      await ended;
    },
  };
}

/** Process id of the server that holds `dataFolder`, if one is alive; by its working folder, not by its number alone. */
export function findServer(dataFolder: string): number | undefined {
  let pid: number;
  try {
    pid = Number(readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  } catch {
    return undefined;
  }
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === dataFolder ? pid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Ends a server that outlived the process it belonged to: fast first, then at once (it recovers from
 * its log at the next start; nothing that was answered is lost either way).
 */
export async function endLeftover(dataFolder: string, patience = 30_000): Promise<boolean> {
  const found = findServer(dataFolder);
  if (!found) return false;
  const deadline = Date.now() + patience;
  let asked: NodeJS.Signals | undefined;
  while (findServer(dataFolder) === found) {
    const ask: NodeJS.Signals = Date.now() < deadline ? 'SIGINT' : 'SIGQUIT';
    try {
      if (ask !== asked) process.kill(found, ask);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    asked = ask;
    if (Date.now() > deadline + 15_000) {
      throw new Error(
        `無法結束遺留的資料庫程序（${found}）。 The left-over database server (process ${found}) does not end.`,
      );
    }
    await pause(20);
  }
  return true;
}
