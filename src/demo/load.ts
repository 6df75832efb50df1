/** Files the demonstration nation into an empty database (DEC-24). */
import { layOutNumbers } from '../cases/index.ts';
import { loadDirectory } from '../directory/index.ts';
import { hashPassword, makeAccount } from '../identity/index.ts';
import { activePack, type Pack, seriesFor } from '../mechanism/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { createDatabase, type Database } from '../platform/database.ts';
import type { MailTransport } from '../platform/mail.ts';
import { createTestClock } from '../platform/time.ts';
import { read, write } from '../platform/transaction.ts';
import { nationRows } from './directory-rows.ts';
import { generateStories } from './generate.ts';
import { keepMail } from './mailbox.ts';
import { people } from './nation/people.ts';
import { type Ids, type Played, playStories } from './play.ts';
import { makeRosters } from './rosters.ts';
import { emptyTables } from './store.ts';

/** Everybody of the demonstration signs in with this; it is shown on the sign-in page and worth nothing elsewhere. */
export const DEMO_PASSWORD = 'tocsin-demo-2002';

/** The same nation every time. */
const SEED = 2002;
/** Mails older than this are counted as sent but not kept in the mailbox. */
const MAIL_DAYS = 14;

/** Whether the nation is there, whole. */
async function isLoaded(ctx: AppContext): Promise<boolean> {
  return read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const row = await tx.db.selectFrom('demo_loads').select('loaded_at').executeTakeFirst();
    return row !== undefined;
  });
}

async function loadPeople(ctx: AppContext, pack: Pack, since: Date, now: Date): Promise<Ids> {
  const clock = createTestClock();
  clock.set(since);
  return write(ctx.database, SYSTEM, clock, async (tx) => {
    const { organisations, posts, persons } = await loadDirectory(
      ctx,
      tx,
      pack,
      nationRows(pack, since, now),
    );
    const { series, year } = seriesFor(pack, { compartment: null, at: tx.now });
    await layOutNumbers(tx, series, year, 400);
    return { organisations, posts, persons };
  });
}

async function makeAccounts(ctx: AppContext, ids: Ids): Promise<void> {
  // One hash for all: the password is public, and 600 hashes would take minutes.
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    for (const person of people) {
      const personId = ids.persons.get(person.code);
      if (personId !== undefined) await makeAccount(ctx, tx, { personId, login: person.email, passwordHash });
    }
  });
}

/**
 * A connection whose commits do not wait for the disk. What a power cut loses here is filed anew: only the mark at the
 * end, which waits for everything before it, says that the nation is there.
 */
function swiftDatabase(ctx: AppContext): Database {
  const { connectionString = '' } = ctx.database.pool.options;
  const url = new URL(connectionString);
  url.searchParams.set('options', '-c synchronous_commit=off');
  return createDatabase(url.href, { poolSize: 4, name: 'tocsin-demo' });
}

/** Keeps recent mails in the mailbox; the rest only counts as handed over. */
function historyTransport(ctx: AppContext, now: Date): MailTransport {
  const oldest = now.getTime() - MAIL_DAYS * 86_400_000;
  return {
    send: async (_relay, mail) => {
      if (mail.date.getTime() < oldest) return;
      await keepMail(ctx, {
        recipient: mail.to,
        sender: mail.from.address,
        subject: mail.subject,
        body: mail.text,
        headers: Object.entries(mail.headers).map(([name, value]) => ({ name, value })),
        messageId: mail.messageId,
        at: mail.date,
      });
    },
    close: () => undefined,
  };
}

/**
 * Files the nation unless it is there. What was begun and cut off is begun anew.
 * @returns what was played, or null when the nation was there already
 */
export async function loadNation(
  ctx: AppContext,
  ownerUrl: string,
  onProgress?: (done: number, of: number) => void,
): Promise<Played | null> {
  if (await isLoaded(ctx)) return null;
  await emptyTables(ownerUrl);
  const now = new Date();
  const since = new Date(now.getTime() - 760 * 86_400_000);
  const { pack } = await read(ctx.database, SYSTEM, ctx.clock, (tx) => activePack(ctx, tx));
  const ids = await loadPeople(ctx, pack, since, now);
  await makeAccounts(ctx, ids);
  const swift = swiftDatabase(ctx);
  const played = await playStories(
    { ...ctx, database: swift },
    {
      stories: generateStories({ seed: SEED, now }),
      ids,
      pack,
      transport: historyTransport(ctx, now),
      ...(onProgress ? { onProgress } : {}),
    },
  ).finally(() => swift.close());
  await makeRosters(ctx, pack);
  await write(ctx.database, SYSTEM, ctx.clock, (tx) =>
    tx.insert({ demo_loads: [{ only_one: true, loaded_at: tx.now }] }),
  );
  return played;
}
