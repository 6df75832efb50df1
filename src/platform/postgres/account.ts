/**
 * Under whose name the database server runs. PostgreSQL refuses to run as root, and rightly: its
 * superuser can read every file its process can. So a process started as root gives the server to an
 * unprivileged account and keeps nothing of root's for it.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';

/** Whose rights the server gets. `drop` is undefined when we are an ordinary user already. */
export interface ServerAccount {
  /** Numeric ids to take on before the program starts; undefined = our own. */
  readonly drop: { readonly uid: number; readonly gid: number } | undefined;
  /** What to put before the program's name: how to enter the namespace of the last resort; usually nothing. */
  readonly wrap: readonly string[];
  /** The name of the account *we* run under, which the server accepts by the socket's peer credentials. */
  readonly ownName: string;
  /** Name shown in logs. */
  readonly name: string;
}

/** Accounts in order of preference: a dedicated one if the administrator made it, else `nobody`. */
const PREFERRED = ['tocsin', 'nobody'];

/** Entries of a passwd file by name. Exported for its test. */
export function parsePasswd(text: string): Map<string, { uid: number; gid: number }> {
  const found = new Map<string, { uid: number; gid: number }>();
  for (const line of text.split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (!name || !uid || !gid || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) continue;
    found.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  return found;
}

/**
 * Chooses the server's account: our own, or an unprivileged one when we are root.
 * @throws when we are root and the machine has neither a `tocsin` nor a `nobody` account
 */
export function chooseAccount(
  ownUid = process.getuid?.() ?? -1,
  passwd = () => readFileSync('/etc/passwd', 'utf8'),
): ServerAccount {
  const ownName = userInfo().username;
  if (ownUid !== 0) return { drop: undefined, wrap: [], ownName, name: ownName };
  const accounts = parsePasswd(passwd());
  for (const name of PREFERRED) {
    const ids = accounts.get(name);
    if (ids && ids.uid !== 0) return { drop: ids, wrap: [], ownName, name };
  }
  throw new Error(
    '以 root 執行但找不到可用的低權限帳號（tocsin 或 nobody）；請建立 tocsin 帳號。 ' +
      'Running as root and no unprivileged account (tocsin or nobody) exists; create an account named tocsin.',
  );
}

/**
 * The last resort of a root whose folder no other account may enter: the server keeps root's identity towards
 * files, but sees itself, in a user namespace without any mapping, as nobody. It can then read what root can
 * read, so production never does this.
 * @returns undefined where the kernel does not let us
 */
export function namespaceAccount(): ServerAccount | undefined {
  const account: ServerAccount = {
    drop: undefined,
    wrap: ['unshare', '--user', '--'],
    // The kernel shows whoever connects from outside the namespace as the overflow account.
    ownName: 'nobody',
    name: 'root (unshare)',
  };
  return canRun(account, '/bin/sh', ['-c', 'test "$(id -u)" != 0']) ? account : undefined;
}

/** A program and its arguments as this account starts them. */
export function asAccount(account: ServerAccount, command: readonly string[]): [string, ...string[]] {
  return [...account.wrap, ...command] as [string, ...string[]];
}

/** True when the account can run this program (it may lie below a folder only root can enter). */
export function canRun(account: ServerAccount, program: string, args: readonly string[]): boolean {
  const [command, ...rest] = asAccount(account, [program, ...args]);
  const result = spawnSync(command, rest, { ...account.drop, cwd: '/', stdio: 'ignore', timeout: 10_000 });
  return result.status === 0;
}

/** True when the account can reach this folder from the root of the file system. */
export function canReach(account: ServerAccount, folder: string): boolean {
  return canRun(account, '/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder]);
}
