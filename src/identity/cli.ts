/**
 * `tocsin recover LOGIN`: a new start for an account, by whoever runs the machine. He could write into the database anyway;
 * this way it is one word, ends the old keys and sessions, and leaves its trace.
 */
import { SYSTEM } from '../platform/actor.ts';
import type { CliCommand } from '../platform/cli-context.ts';
import type { AppContext } from '../platform/context.ts';
import { createSignals } from '../platform/signals.ts';
import { productionClock } from '../platform/time.ts';
import { write } from '../platform/transaction.ts';
import { recover } from './accounts.ts';
import { canonicalLogin } from './rules.ts';
import { accountByLogin } from './store.ts';

/** Prints a link that is good once, for 15 minutes. Exit code 1 for a name nobody has, 2 when wrongly called. */
export const run: CliCommand = async (args, context) => {
  const [login, ...rest] = args;
  if (login === undefined || rest.length > 0) {
    context.complain('用法 usage: recover LOGIN');
    return 2;
  }
  const ctx: AppContext = {
    config: context.config(),
    log: context.log,
    database: await context.database(),
    clock: productionClock,
    signals: createSignals(),
    demonstration: false,
  };
  const made = await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const account = await accountByLogin(tx, canonicalLogin(login));
    return account && recover(ctx, tx, account.personId, null, () => undefined);
  });
  if (!made) {
    context.complain('沒有這個帳號。 There is no such account.');
    return 1;
  }
  context.print('原有金鑰、密碼與登入均已失效。15 分鐘內有效、只能使用一次的連結：');
  context.print('The old keys, password and sessions are void. The link, good once, for 15 minutes:');
  context.print(`  ${made.link}`);
  return 0;
};
