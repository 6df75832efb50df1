/** A small world for the tests of delivery: a body, a post, holders, a case, and ways to queue notices. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { createTestDatabase } from '../../test/support/database.ts';
import { startSmtpSink } from '../../test/support/smtp-sink.ts';
import { loadPack } from '../mechanism/index.ts';
import { loadConfig } from '../platform/config.ts';
import type { AppContext } from '../platform/context.ts';
import { createDatabase } from '../platform/database.ts';
import { createLog } from '../platform/log.ts';
import { createSignals } from '../platform/signals.ts';
import { createTestClock } from '../platform/time.ts';

const PACK = fileURLToPath(new URL('../../packs/tw-2002', import.meta.url));

/** What a queued notice may differ in. */
export interface QueueOptions {
  readonly postId?: string;
  readonly caseId?: string;
  /** null: nobody held the post when the notice was made. */
  readonly personId?: string | null;
  readonly template?: string;
  readonly expects?: 'acknowledgement' | 'task' | 'none';
  readonly mode?: 'live' | 'exercise';
  readonly urgent?: boolean;
  readonly rank?: number;
  readonly relay?: string;
  readonly channel?: 'mail' | 'push' | 'sms' | 'webhook' | 'fax';
  readonly data?: Record<string, unknown>;
  readonly confirmBy?: Date | null;
}

/**
 * Makes the world on a database of its own, with real SMTP servers: `sink` is the default relay, `second` that of
 * `slow.example`.
 */
export async function makeWorld(env: Readonly<Record<string, string>> = {}) {
  const database = await createTestDatabase();
  const [sink, second] = await Promise.all([startSmtpSink(), startSmtpSink()]);
  const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 4 });
  // The server may say its goodbye to an idle connection while the database is taken away.
  owner.on('error', () => undefined);
  // A line that is just being ended may still hear the server's goodbye.
  owner.on('connect', (client) => void client.on('error', () => undefined));
  const lines: Record<string, unknown>[] = [];
  const clock = createTestClock();
  const signals = createSignals();
  const log = createLog({
    level: 'debug',
    destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
  });
  const config = loadConfig(
    {
      SMTP_URL: sink.url,
      SMTP_ROUTES: `slow.example=${second.url}`,
      PUBLIC_URL: 'https://tocsin.example',
      MAIL_FROM: 'tocsin@tocsin.example',
      MAIL_PACE_SECONDS: '0',
      ...env,
    },
    'demo',
  );
  const app = createDatabase(database.appUrl, { poolSize: 12 });
  const ctx: AppContext = { config, log, database: app, clock, signals, demonstration: false };
  const { pack, hash } = loadPack(PACK);
  await owner.query(
    'insert into packs (hash, code, version, content) values ($1, $2, $3, $4) on conflict do nothing',
    [hash, pack.id, pack.version, JSON.stringify(pack)],
  );
  await owner.query('insert into active_pack (hash) values ($1) on conflict do nothing', [hash]);

  let serial = 0;
  const next = () => ++serial;

  async function addOrganisation(): Promise<string> {
    const id = randomUUID();
    const n = next();
    await owner.query(
      `insert into organisations (id, code, name_zh, name_en, kind, primary_sector, sectors, valid_from, seen_by)
       values ($1, $2, $3, $4, 'agency', 'government', '{government}', '2020-01-01', '{system,signed-in}')`,
      [id, `body-${n}`, `測試機關${n}`, `Test body ${n}`],
    );
    return id;
  }

  async function addPost(organisationId: string, role = 'contact'): Promise<string> {
    const id = randomUUID();
    const n = next();
    await owner.query(
      `insert into posts (id, code, name_zh, name_en, role, organisation_id, max_holders, valid_from, seen_by)
       values ($1, $2, $3, $4, $5, $6, 5, '2020-01-01', '{system,signed-in}')`,
      [id, `post-${n}`, `測試職位${n}`, `Test post ${n}`, role, organisationId],
    );
    return id;
  }

  async function addPerson(
    organisationId: string,
    email: string,
    language = 'zh-Hant',
    numbers: { readonly mobile?: string; readonly fax?: string } = {},
  ): Promise<string> {
    const id = randomUUID();
    const n = next();
    await owner.query(
      `insert into persons (id, code, organisation_id, name_zh, name_en, language) values ($1, $2, $3, $4, $5, $6)`,
      [id, `person-${n}`, organisationId, `王測試${n}`, `Person ${n}`, language],
    );
    await owner.query(
      `insert into person_details (person_id, email, mobile, fax, seen_by) values ($1, $2, $3, $4, '{system}')`,
      [id, email, numbers.mobile ?? '', numbers.fax ?? ''],
    );
    return id;
  }

  async function hold(
    postId: string,
    personId: string,
    from = new Date('2024-01-01T00:00:00Z'),
  ): Promise<void> {
    await owner.query('insert into holdings (id, post_id, person_id, held_from) values ($1, $2, $3, $4)', [
      randomUUID(),
      postId,
      personId,
      from,
    ]);
  }

  async function leave(postId: string, personId: string): Promise<void> {
    await owner.query(
      `update holdings set held_to = clock_timestamp() - interval '1 s' where post_id = $1 and person_id = $2`,
      [postId, personId],
    );
  }

  async function addCase(organisationId: string, seenBy: readonly string[]): Promise<string> {
    const id = randomUUID();
    const n = next();
    await owner.query(
      `insert into cases (id, number, series, year, seq, incident_id, organisation_id, mode, pack_hash, state, open, level,
         rank, level_status, suspected, summary, subgroup, affected_subgroups, sectors, opened_at, revision, changed_at,
         seen_by, detail)
       values ($1, $2, 'open', 115, $3, $1, $4, 'live', $5, 'reported', true, 'D', 1, 'proposed', false, '', 'x', '{}',
         '{government}', now(), 1, now(), $6, '{}')`,
      [id, `115-${n}`, n, organisationId, hash, ['system', ...seenBy]],
    );
    return id;
  }

  const organisationId = await addOrganisation();
  const postId = await addPost(organisationId);
  const personId = await addPerson(organisationId, 'holder@agency.example');
  await hold(postId, personId);
  const caseId = await addCase(organisationId, [`org:${organisationId}`]);

  /** Queues a notice with one delivery; due now. */
  async function queue(options: QueueOptions = {}): Promise<{ noticeId: string; deliveryId: string }> {
    const noticeId = randomUUID();
    const deliveryId = randomUUID();
    const of = options.caseId ?? caseId;
    const { rows } = await owner.query<{ number: string }>('select number from cases where id = $1', [of]);
    const data = options.data ?? {
      number: rows[0]?.number,
      level: 'D',
      levelStatus: 'proposed',
      state: pack.initialState,
      organisation: { zh: '測試機關', en: 'Test body' },
      phone: '02-0000-1234',
    };
    const now = clock.now();
    await owner.query(
      `insert into notices (id, case_id, fact_seq, route, post_id, organisation_id, capacity, capacities, expects, template,
         urgent, rank, data, made_at, confirm_by, mode)
       values ($1, $2, 1, 'r', $3, $4, 'centre', '{centre}', $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        noticeId,
        of,
        options.postId ?? postId,
        organisationId,
        options.expects ?? 'acknowledgement',
        options.template ?? 'initial-centre',
        options.urgent ?? false,
        options.rank ?? 1,
        JSON.stringify(data),
        now,
        options.confirmBy ?? null,
        options.mode ?? 'live',
      ],
    );
    await owner.query(
      `insert into deliveries (id, notice_id, case_id, channel, person_id, relay, state, urgent, rank, made_at, next_at)
       values ($1, $2, $3, $9, $4, $5, 'queued', $6, $7, $8, $8)`,
      [
        deliveryId,
        noticeId,
        of,
        options.personId === undefined ? personId : options.personId,
        options.relay ?? 'default',
        options.urgent ?? false,
        options.rank ?? 1,
        now,
        options.channel ?? 'mail',
      ],
    );
    return { noticeId, deliveryId };
  }

  /** Queues many deliveries in one statement, one notice each. */
  async function queueMany(count: number, relay = 'default', person = personId): Promise<void> {
    const data = { number: '115-0001', level: 'D', state: pack.initialState, phone: '02-0000-1234' };
    await owner.query(
      `with n as (
         insert into notices (id, case_id, fact_seq, route, post_id, organisation_id, capacity, capacities, expects, template,
           urgent, rank, data, made_at, mode)
         select gen_random_uuid(), $1, 1, 'r', $2, $3, 'centre', '{centre}', 'acknowledgement', 'initial-centre', false, 1,
           $4::jsonb, now(), 'live' from generate_series(1, $5)
         returning id)
       insert into deliveries (id, notice_id, case_id, channel, person_id, relay, state, urgent, rank, made_at, next_at)
       select gen_random_uuid(), id, $1, 'mail', $6, $7, 'queued', false, 1, now(), now() from n`,
      [caseId, postId, organisationId, JSON.stringify(data), count, person, relay],
    );
  }

  /** A delivery as it stands. */
  async function delivery(id: string) {
    const { rows } = await owner.query('select * from deliveries where id = $1', [id]);
    return rows[0] as {
      state: string;
      reason: string | null;
      attempts: number;
      fence: number;
      person_id: string | null;
      relay: string;
      lease_until: Date | null;
      leased_by: string | null;
      next_at: Date | null;
      handed_over_at: Date | null;
    };
  }

  async function close(): Promise<void> {
    await app.close();
    await owner.end();
    await Promise.all([sink.close(), second.close()]);
    await database.drop();
  }

  return {
    ctx,
    clock,
    signals,
    lines,
    owner,
    sink,
    second,
    pack,
    packHash: hash,
    organisationId,
    postId,
    personId,
    caseId,
    addOrganisation,
    addPost,
    addPerson,
    addCase,
    hold,
    leave,
    queue,
    queueMany,
    delivery,
    close,
  };
}

export type World = Awaited<ReturnType<typeof makeWorld>>;
