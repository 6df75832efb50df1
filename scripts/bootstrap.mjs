/**
 * What has to be there before anything of Tocsin can run: the libraries of the lockfile and Node 24.
 *
 * Plain JavaScript for Node 20 without a single import from node_modules, because it runs before they
 * exist. It installs only when the lockfile differs from what was installed, so a second start costs
 * a hash and nothing more.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const LOCKFILE = join(root, 'package-lock.json');
const STAMP = join(root, 'node_modules', '.tocsin-installed');
const FLOOR = 24;

/** Ends the process with one readable sentence per language instead of a stack. */
export function giveUp(zh, en) {
  process.stderr.write(`${zh}\n${en}\n`);
  process.exit(1);
}

const sha256 = (data) => createHash('sha256').update(data).digest('hex');

/**
 * True when node_modules already holds exactly the lockfile's versions (npm's own record of the
 * installed tree says so): somebody installed by hand, and removing it all would only cost time.
 */
function alreadyInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(LOCKFILE, 'utf8')).packages;
  const present = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.optional || entry.peer) return true;
    return present[path]?.version === entry.version;
  });
}

/**
 * Runs a program to its end with our terminal, passing signals on.
 * @returns {Promise<number>} its exit code; 128 + signal number when a signal ended it, as shells do
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    // A terminal's Ctrl-C reaches the whole process group, so the child has it already; we only stay
    // alive for the child's own orderly end. A plain `kill` reaches us alone and must be handed on.
    const forward = (signal) => child.kill(signal);
    const wait = () => {
      if (!process.stdin.isTTY) child.kill('SIGINT');
    };
    process.on('SIGTERM', forward);
    process.on('SIGHUP', forward);
    process.on('SIGINT', wait);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('SIGTERM', forward);
      process.off('SIGHUP', forward);
      process.off('SIGINT', wait);
      resolve(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1));
    });
  });
}

/** Installs the lockfile's libraries when they are not the ones in node_modules. */
export async function install() {
  const wanted = sha256(readFileSync(LOCKFILE));
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8').trim() === wanted) return;
  if (!alreadyInstalled()) {
    process.stderr.write('安裝程式庫中（npm ci）… Installing libraries (npm ci) …\n');
    const code = await run('npm', ['ci', '--no-audit', '--no-fund'], { shell: process.platform === 'win32' });
    if (code !== 0) {
      giveUp(
        `npm ci 失敗（代碼 ${code}）。請確認可連線套件庫後再試。`,
        `npm ci failed (code ${code}). Check that the package registry can be reached, then try again.`,
      );
    }
  }
  writeFileSync(STAMP, `${wanted}\n`);
}

/**
 * Node 24 or newer: the one of the lockfile on Linux x64, the host's own elsewhere.
 * @returns {string} path of the program
 */
export function findNode() {
  const pinned = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(pinned)) return pinned;
  if (Number(process.versions.node.split('.')[0]) >= FLOOR) return process.execPath;
  return giveUp(
    `此平台（${process.platform}-${process.arch}）沒有隨附的 Node ${FLOOR}：請以 Node ${FLOOR} 以上版本執行（目前為 ${process.versions.node}），並以 DATABASE_URL 與 DATABASE_OWNER_URL 指定 PostgreSQL 15 以上的資料庫。`,
    `No Node ${FLOOR} comes along for this platform (${process.platform}-${process.arch}): run with Node ${FLOOR} or newer (this is ${process.versions.node}) and name a PostgreSQL 15 or newer by DATABASE_URL and DATABASE_OWNER_URL.`,
  );
}

/** Every file under the given paths (files or folders of the checkout), sorted, so that a hash is stable. */
function filesUnder(paths) {
  const found = [];
  const visit = (path) => {
    const info = statSync(path, { throwIfNoEntry: false });
    if (!info) return;
    if (info.isFile()) found.push(path);
    else if (info.isDirectory()) {
      for (const name of readdirSync(path))
        if (name !== 'dist' && name !== 'node_modules') visit(join(path, name));
    }
  };
  for (const path of paths) visit(join(root, path));
  return found.sort();
}

/** What the web app is made of: its own sources and the contracts, types and texts it shares with the server. */
const WEB_SOURCES = ['web', 'src', 'package-lock.json', 'tsconfig.json'];

/**
 * Builds web/dist when a source of it changed since the last build.
 * @param {string} node the Node to build with
 */
export async function buildWeb(node) {
  if (!existsSync(join(root, 'web', 'vite.config.ts'))) return;
  const hash = createHash('sha256');
  for (const file of filesUnder(WEB_SOURCES)) {
    if (/\.test\.tsx?$/.test(file)) continue;
    const content = readFileSync(file);
    hash.update(`${file.slice(root.length)}\0${content.length}\0`).update(content);
  }
  const wanted = hash.digest('hex');
  const stamp = join(root, 'web', 'dist', '.built-from');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === wanted) return;
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const code = await run(node, [
    vite,
    'build',
    'web',
    '--config',
    'web/vite.config.ts',
    '--logLevel',
    'warn',
  ]);
  if (code !== 0) giveUp('網頁建置失敗，請見上方訊息。', 'The web app could not be built; see above.');
  writeFileSync(stamp, `${wanted}\n`);
}

/**
 * Installs, finds Node 24 and runs a TypeScript program with it; never returns.
 * @param {string[]} args arguments for Node: the program's path first
 */
export async function handOver(args) {
  await install();
  // No program of ours can have a prototype changed under it by what it reads (WEB-6).
  process.exit(await run(findNode(), ['--disable-proto=throw', ...args]));
}

// `node scripts/bootstrap.mjs src/cli.ts verify …` runs any program of the checkout.
if (process.argv[1] === fileURLToPath(import.meta.url)) await handOver(process.argv.slice(2));
