/** What a part of the product asks of the database: its statements written down, to be asked again by a plain client. */
import { createHash } from 'node:crypto';
import pg from 'pg';
import { actorFor } from '../src/identity/index.ts';
import { type Actor, SYSTEM } from '../src/platform/actor.ts';
import type { AppContext } from '../src/platform/context.ts';
import { read } from '../src/platform/transaction.ts';
import { quantile } from '../test/faults/rig/table.ts';
import type { Installation } from './setting.ts';

export type Statement = string | { name?: string; text: string; values: unknown[] };

/** Runs something with every statement of the driver written down. */
export async function statementsOf(run: () => Promise<unknown>): Promise<Statement[]> {
  const heard: Statement[] = [];
  const prototype = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
  const { query } = prototype;
  prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [first, values] = args as [Statement, unknown[] | undefined];
    if (typeof first === 'string') heard.push(values ? { text: first, values } : first);
    else heard.push({ ...(first.name ? { name: first.name } : {}), text: first.text, values: first.values });
    return query.apply(this, args);
  };
  try {
    await run();
  } finally {
    prototype.query = query;
  }
  return heard;
}

/** Who is behind a session's cookie. */
export async function actorOf(here: Installation, ctx: AppContext, cookie: string): Promise<Actor> {
  const token = cookie.split('=')[1] as string;
  const [session] = await here.ask<{ person: string; expires: Date }>(
    'select person_id as person, expires_at as expires from sessions where token_hash = $1',
    [createHash('sha256').update(token).digest()],
  );
  const actor = await read(ctx.database, SYSTEM, ctx.clock, (tx) =>
    actorFor(ctx, tx, session?.person ?? '', session?.expires ?? new Date()),
  );
  if (!actor) throw new Error('nobody has this session');
  return actor;
}

/** Middle time of so many looks, in ms. */
export async function timeOf(looks: number, look: (turn: number) => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < looks; turn += 1) {
    const began = performance.now();
    await look(turn);
    times.push(performance.now() - began);
  }
  return quantile(times, 0.5);
}
