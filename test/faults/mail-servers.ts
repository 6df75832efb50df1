/**
 * FLT-7: fourteen mail servers, each going wrong in its own way, all at once and under the running product; one that is well
 * beside them. The post that is told by each of them is one that a level A calls together.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sendBounce } from '../support/bounce.ts';
import { type HttpSink, startHttpSink } from '../support/http-sink.ts';
import { type OddMode, type OddSmtp, startOddSmtp } from '../support/odd-smtp.ts';
import { until } from '../support/wait.ts';
import { startFilers } from './rig/filers.ts';
import { atLeast, atMost, isSo, type Showing, type Shown, spread, told } from './rig/shown.ts';
import { openStage, type Stage } from './rig/stage.ts';
import { quantile } from './rig/table.ts';

export interface MailServersOptions {
  readonly port: number;
  /** Where bounces come back to. */
  readonly bouncePort: number;
  /** How long reports come in while all is well, and while all is not. */
  readonly seconds: number;
  /** How long the greylisting server refuses, in ms. */
  readonly greylist: number;
}

interface Way {
  readonly name: string;
  readonly post: string;
  readonly mode: OddMode | 'refuses' | 'bounces';
  /** How the stored reason begins while it is so. */
  readonly reason: string;
  /** `later`: waits and arrives; `never`: has failed for good. */
  readonly ends: 'later' | 'never';
}

/** Other people at a server that refuses one recipient. */
const NEIGHBOURS: Readonly<Record<string, string>> = {
  'contact-load-0': 'subgroup-enterprise-1',
  'contact-load-1': 'subgroup-enterprise-2',
};

const domainOf = (post: string) => `${post}.example`;
const addressOf = (post: string) => `${post}@${domainOf(post)}`;

function waysOf(greylist: number): readonly Way[] {
  const later = (name: string, post: string, mode: Way['mode'], reason: string): Way => ({
    ...{ name, post, mode, reason },
    ends: 'later',
  });
  const never = (name: string, post: string, mode: Way['mode'], reason: string): Way => ({
    ...{ name, post, mode, reason },
    ends: 'never',
  });
  return [
    later('1 refuses the connection', 'subgroup-academia', 'refuses', 'relay-unreachable'),
    later('2 hangs after the connection', 'subgroup-enterprise-4', 'hang-greeting', 'relay-silent'),
    later('3 hangs after EHLO', 'subgroup-enterprise-3', 'hang-ehlo', 'relay-silent'),
    later('4 hangs after DATA', 'subgroup-administration', 'hang-data', 'relay-silent'),
    later('5 answers 421', 'deputy-convenor-stag', { at: 'greeting', code: 421 }, 'relay-refuses:421'),
    later('6 greylists with 451', 'convenor', { at: 'rcpt', code: 451, until: greylist }, 'deferred:451'),
    later(
      '7 has 452 for one recipient',
      'subgroup-enterprise-1',
      { at: 'rcpt', code: 452, only: addressOf('subgroup-enterprise-1') },
      'deferred:452',
    ),
    never(
      '8 has 550 for one recipient',
      'subgroup-enterprise-2',
      { at: 'rcpt', code: 550, only: addressOf('subgroup-enterprise-2') },
      'refused:550',
    ),
    never('9 answers 552', 'subgroup-defence', { at: 'data', code: 552 }, 'refused:552'),
    later('10 breaks the TLS handshake', 'subgroup-crisis', 'tls-fails', 'relay-'),
    later('11 does not understand EHLO', 'deputy-convenor-edpc', 'wrong-ehlo', 'relay-refuses:501'),
    later('12 cuts the line after the final dot', 'deputy-convenor-natsec', 'cut-after-dot', 'cut-off'),
    later('13 gives one byte a second', 'service-centre', 'dribble', 'relay-silent'),
    never('14 accepts and then bounces', 'wg-crisis', 'bounces', 'bounced'),
  ];
}

/** How many cases of level A are confirmed while all servers misbehave. */
const GRAVE = 3;
/** A's next way after a refusal for good, in ms. */
const NEXT_WAY = 30_000;

/** Latencies of mails by the healthy server, from the row that asks for it to the final dot, of deliveries made in a time, in ms. */
async function healthy(stage: Stage, from: Date, to: Date): Promise<number[]> {
  const rows = await stage.ask<{ id: string; at: Date }>(
    `select id, made_at as at from deliveries where relay = 'default' and channel = 'mail' and made_at between $1 and $2`,
    [from, to],
  );
  const arrived = new Map(stage.mail.arrivals.map((one) => [one.messageId.split('@', 1)[0], one.at]));
  return rows.map((row) => (arrived.get(row.id) ?? Number.POSITIVE_INFINITY) - row.at.getTime());
}

interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly post: string;
  readonly state: string;
  readonly reason: string | null;
  readonly attempts: number;
  /** From the mail's first failure, or from its making, to when another way had it, in ms; null while none has. */
  readonly otherMs: number | null;
}

/** The mails of level A to one holder of a post. */
function gravemails(stage: Stage, post: string): Promise<Row[]> {
  return stage.ask<Row>(
    `select d.id, p.code as post, d.state, d.reason, d.attempts,
            (select min(extract(epoch from o.handed_over_at - d.made_at))::float8 * 1000 from deliveries o
              where o.notice_id = d.notice_id and o.person_id = d.person_id and o.channel <> 'mail'
                and o.state = 'handed-over') as "otherMs"
       from deliveries d join notices n on n.id = d.notice_id join posts p on p.id = n.post_id
       join persons h on h.id = d.person_id
      where d.channel = 'mail' and n.urgent and h.code = $1
        -- What the next act made needless is sent by no way.
        and d.state <> 'withheld' order by d.made_at`,
    [`holder-${post}`],
  );
}

/** Reports come in for so many seconds; gives the time they came in. */
async function load(stage: Stage, seconds: number, serial: number, meanwhile: () => Promise<void>) {
  const from = new Date();
  const filers = await startFilers({
    port: stage.web.port,
    reporters: stage.nation.reporters.slice(2),
    clients: 4,
    recordFile: join(stage.folder, 'acknowledged.ndjson'),
    think: 400,
    firstSerial: serial,
  });
  await meanwhile();
  await pause(Math.max(0, from.getTime() + seconds * 1_000 - Date.now()));
  await filers.stop();
  return { from, to: new Date(), refusals: filers.refusals };
}

interface Servers {
  readonly of: ReadonlyMap<string, OddSmtp>;
  readonly gateway: HttpSink;
  close(): Promise<void>;
}

async function startServers(ways: readonly Way[]): Promise<Servers> {
  const gateway = await startHttpSink();
  const of = new Map<string, OddSmtp>();
  for (const { post } of ways) of.set(post, await startOddSmtp());
  return {
    of,
    gateway,
    close: async () => {
      await Promise.all([...of.values()].map((one) => one.close()));
      await gateway.close();
    },
  };
}

/** Everything misbehaves, or nothing. */
async function misbehave(servers: Servers, ways: readonly Way[], wanted: boolean): Promise<void> {
  for (const { post, mode } of ways) {
    const server = servers.of.get(post) as OddSmtp;
    if (mode === 'refuses') await server.listen(!wanted);
    else if (mode === 'bounces') continue;
    // The greylisting one ends by itself, in its time.
    else if (wanted) server.be(mode);
    else if (typeof mode === 'string' || mode.until === undefined) server.be('well');
  }
}

/** Sends back what the bouncing server has taken. */
async function bounceAll(servers: Servers, way: Way, port: number): Promise<void> {
  for (const messageId of new Set(servers.of.get(way.post)?.taken))
    await sendBounce(port, { messageId, to: 'tocsin@localhost', status: '5.1.1', action: 'failed' });
}

/** All is well, then fourteen servers are not, then all is well. */
export async function mailServers(options: MailServersOptions): Promise<Showing> {
  const { seconds, greylist } = options;
  const ways = waysOf(greylist);
  const servers = await startServers(ways);
  const bouncing = ways.find((one) => one.mode === 'bounces') as Way;
  const env = {
    SMTP_ROUTES: ways.map(({ post }) => `${domainOf(post)}=${servers.of.get(post)?.url}`).join(','),
    WEBHOOK_URL: `${servers.gateway.origin}/call`,
    WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    WEBHOOK_KIND: 'voice',
    WEBHOOK_INSIDE: servers.gateway.origin,
    BOUNCE_LISTEN: `127.0.0.1:${options.bouncePort}`,
  };
  const odd = new Set(ways.map((one) => one.post));
  const stage = await openStage({
    port: options.port,
    reporters: 24,
    workers: 1,
    env,
    addressOf: (post) =>
      odd.has(post) ? addressOf(post) : NEIGHBOURS[post] && `${post}@${domainOf(NEIGHBOURS[post] as string)}`,
  });
  try {
    const shown: Shown[] = [];
    const first = await load(stage, seconds, 0, async () => undefined);
    await misbehave(servers, ways, true);
    const trouble = await load(stage, seconds, 100_000, async () => {
      for (let n = 0; n < GRAVE; n += 1) {
        // Filed by those whose receipts go by a server that refuses somebody else.
        const { caseId } = await stage.file(n % 2, { impactLevel: 'A' });
        await stage.act(caseId, { act: 'confirm-level', level: 'A' });
      }
    });
    // Each recipient stands as the server's answer means; a hung one takes its time to be given up.
    const standsRight = (way: Way, row: Row) =>
      row.state === (way.ends === 'later' ? 'queued' : 'failed') && (row.reason ?? '').startsWith(way.reason);
    const mismatches: string[] = [];
    // One that is being tried again says nothing for the moment; none may have ended otherwise than it should.
    const isRight = async (way: Way) => {
      const rows = await gravemails(stage, way.post);
      if (rows.length < GRAVE) return false;
      if (way.ends === 'never') return rows.every((row) => standsRight(way, row));
      // The greylisting one may have ended by itself; that it was asked again says that it had refused.
      const isOver = (row: Row) =>
        typeof way.mode === 'object' && row.state === 'handed-over' && row.attempts > 1;
      return (
        rows.every((row) => row.state !== 'failed') &&
        rows.some((row) => standsRight(way, row) || isOver(row))
      );
    };
    await Promise.all(
      ways.map((way) =>
        until(
          async () => {
            if (way === bouncing) await bounceAll(servers, way, options.bouncePort);
            return isRight(way);
          },
          { timeout: 90_000, every: 500 },
        ).catch(async () => {
          const rows = await gravemails(stage, way.post);
          mismatches.push(
            `${way.name}: ${rows.map((row) => `${row.state} ${row.reason} ${row.attempts}`).join('; ')}`,
          );
        }),
      ),
    );
    shown.push(
      isSo(
        'all 14: each recipient stands as the answer means',
        mismatches.length === 0,
        mismatches.join(' | '),
      ),
    );
    const neighbours = await stage.ask<{ n: number }>(
      `select count(*)::int as n from deliveries d join persons h on h.id = d.person_id
        where h.code = any ($1::text[]) and d.channel = 'mail' and d.state <> 'handed-over'`,
      [Object.keys(NEIGHBOURS).map((post) => `holder-${post}`)],
    );
    shown.push(atMost('others at a server that refuses one recipient, not told', neighbours[0]?.n ?? -1, 0));
    // An A takes another way.
    const others = async (wanted: readonly Way[]) =>
      (await Promise.all(wanted.map((way) => gravemails(stage, way.post))))
        .flat()
        .map((row) => row.otherMs ?? Number.POSITIVE_INFINITY);
    const noneWaits = async () => (await others(ways)).every(Number.isFinite);
    await until(noneWaits, { timeout: 90_000, every: 250 }).catch(() => undefined);
    const forGood = ways.filter((one) => one.ends === 'never' && one !== bouncing);
    shown.push(
      atMost(
        'A refused for good: another way had it after',
        Math.max(...(await others(forGood))),
        NEXT_WAY,
        ' ms',
      ),
      atMost(
        'A by any of the 14: another way had it after',
        Math.max(...(await others(ways))),
        60_000,
        ' ms',
      ),
      told('by each of the 14, p50 / max', spread(await others(ways), ' ms')),
    );
    const slowest = await Promise.all(
      ways.map(
        async (way) =>
          `${way.name.split(' ', 1)[0]}: ${Math.round(Math.max(...(await others([way]))) / 100) / 10}`,
      ),
    );
    shown.push(told('by each of the 14, longest, s', slowest.join(', ')));

    await misbehave(servers, ways, false);
    const mended = Date.now();
    const waiting = () =>
      stage.ask<{ n: number }>(`select count(*)::int as n from deliveries where state = 'queued'`);
    await until(async () => (await waiting())[0]?.n === 0, {
      timeout: greylist * 3 + 180_000,
      every: 500,
      describe: 'every delivery settled',
    }).catch(() => undefined);
    const last = await load(stage, seconds, 200_000, async () => undefined);
    await until(async () => (await waiting())[0]?.n === 0, { timeout: 30_000, every: 200 }).catch(
      () => undefined,
    );

    for (const way of ways.filter((one) => one.ends === 'later')) {
      const rows = await gravemails(stage, way.post);
      const taken = servers.of.get(way.post)?.taken ?? [];
      const times = rows.map((row) => taken.filter((id) => id.startsWith(`<${row.id}@`)).length);
      const missing =
        rows.filter((row) => row.state !== 'handed-over').length + times.filter((n) => n === 0).length;
      shown.push(atMost(`${way.name}: not arrived in the end, of ${rows.length}`, missing, 0));
      const ids = new Set(taken);
      if (way.mode === 'cut-after-dot')
        shown.push(
          atLeast('   twice or more under the same Message-ID', times.filter((n) => n > 1).length, 1),
        );
      else shown.push(atMost('   came twice', taken.length - ids.size, 0));
    }
    for (const way of ways.filter((one) => one.ends === 'never')) {
      const rows = await gravemails(stage, way.post);
      const wrong = rows.filter((row) => row.state !== 'failed' || !row.reason?.startsWith(way.reason));
      // Those made after the trouble are taken.
      const after = rows.filter((row) => row.state === 'handed-over').length;
      shown.push(
        atMost(`${way.name}: not failed with its reason, of ${rows.length}`, wrong.length - after, 0),
      );
    }
    const grey = await stage.ask<{ s: number }>(
      `select max(extract(epoch from d.handed_over_at - d.made_at))::float8 as s from deliveries d
         join persons h on h.id = d.person_id where h.code = 'holder-convenor' and d.channel = 'mail' and d.state = 'handed-over'`,
    );
    const calm = [
      ...(await healthy(stage, first.from, first.to)),
      ...(await healthy(stage, last.from, last.to)),
    ];
    const hard = await healthy(stage, trouble.from, trouble.to);
    const ratio = quantile(hard, 0.99) / quantile(calm, 0.99);
    shown.push(
      told('greylisted for / delivered after', `${greylist / 1_000} s / ${Math.round(grey[0]?.s ?? 0)} s`),
      told('settled after the servers were well again', `${Math.round((Date.now() - mended) / 1_000)} s`),
      told('healthy server, all well: mails, p50 / p99', `${calm.length}, ${percentiles(calm)}`),
      told('healthy server, 14 others in trouble: mails, p50 / p99', `${hard.length}, ${percentiles(hard)}`),
      atMost('p99 of the healthy one, in trouble ÷ all well', Math.round(ratio * 100) / 100, 2, '×'),
      atMost(
        'mails by the healthy server that never arrived',
        [...calm, ...hard].filter((ms) => !Number.isFinite(ms)).length,
        0,
      ),
      atMost('deliveries still waiting', (await waiting())[0]?.n ?? -1, 0),
      atMost('reports refused', first.refusals.length + trouble.refusals.length + last.refusals.length, 0),
    );
    return { fault: 'FLT-7 fourteen mail servers misbehave at once', shown };
  } finally {
    await stage.close();
    await servers.close();
  }
}

function percentiles(values: readonly number[]): string {
  return `${Math.round(quantile(values, 0.5))} / ${Math.round(quantile(values, 0.99))} ms`;
}
