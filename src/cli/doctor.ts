/** `tocsin doctor`: what the platform examines, and whether every notice would reach somebody. */

import { coverageOn, dayAt, directorySnapshot, standIns } from '../directory/index.ts';
import { activePack } from '../mechanism/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { CliCommand, CliContext } from '../platform/cli-context.ts';
import { examineAll, type Finding, finding, PLATFORM, report } from '../platform/doctor.ts';
import { read } from '../platform/transaction.ts';
import { appContext } from './app-context.ts';

/** How many bodies or posts are named in a row; the screen shows all of them. */
const NAMED = 5;

const naming = (codes: readonly string[]): string =>
  `${codes.slice(0, NAMED).join(' ')}${codes.length > NAMED ? ' …' : ''}`;

/** Bodies that could not be routed or reached as they should, and posts for which nobody would be found (DEC-10, H41). */
async function examineRoutes(context: CliContext): Promise<Finding[]> {
  const app = await appContext(context);
  return await read(app.database, SYSTEM, app.clock, async (tx) => {
    const known = await tx.db.selectFrom('active_pack').select('hash').executeTakeFirst();
    if (!known) return [finding('routes', 'warn', '尚無機制設定', 'no mechanism in force yet')];
    const { pack } = await activePack(app, tx);
    const directory = await directorySnapshot(app, tx);
    const gapsOf = coverageOn(directory, pack, dayAt(pack, tx.now), tx.now);
    const bodies = [...directory.organisations.values()];
    const found = new Map<string, string[]>();
    for (const body of bodies) {
      for (const gap of gapsOf(body.id)) found.set(gap, [...(found.get(gap) ?? []), body.code]);
    }
    const unreachable = [...directory.posts.values()]
      .filter((post) => standIns(directory, post.id, tx.now).by === 'nobody')
      .map((post) => post.code);
    const findings = [...found].map(([gap, codes]) =>
      finding(
        'routes',
        'warn',
        `${gap}：${codes.length} 個機關（${naming(codes)}）`,
        `${gap}: ${codes.length} bodies (${naming(codes)})`,
      ),
    );
    if (unreachable.length > 0) {
      findings.unshift(
        finding(
          'routes',
          'broken',
          `${unreachable.length} 個職位通知無人可收（${naming(unreachable)}）`,
          `nobody would get the notices of ${unreachable.length} posts (${naming(unreachable)})`,
        ),
      );
    }
    if (findings.length === 0) {
      findings.push(
        finding(
          'routes',
          'ok',
          `${bodies.length} 個機關皆可通達`,
          `all ${bodies.length} bodies can be reached`,
        ),
      );
    }
    return findings;
  });
}

/** How people get in. */
async function examineSignIn(context: CliContext): Promise<Finding[]> {
  const { secondFactor, oidc } = context.config();
  const found =
    secondFactor === 'required'
      ? finding('sign-in', 'ok', '須有通行金鑰或驗證碼', 'a passkey or one-time codes are required')
      : finding(
          'sign-in',
          'warn',
          'SECOND_FACTOR=optional：僅憑密碼即可登入所有帳號',
          'SECOND_FACTOR=optional: a password alone opens every account',
        );
  return [
    found,
    ...oidc.map(({ name, issuer }) =>
      finding('sign-in', 'ok', `${name}（${issuer}）`, `${name} (${issuer})`),
    ),
  ];
}

/** Prints the table; exit code 1 when something is broken. */
export const run: CliCommand = async (_args, context) =>
  report(
    context,
    await examineAll(context, [...PLATFORM, ['sign-in', examineSignIn], ['routes', examineRoutes]]),
  );
