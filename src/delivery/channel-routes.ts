/** The ways to people over HTTP: how each fares, trying one out, and one's own devices. */
import { createECDH } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { directorySnapshot, isCentrePost } from '../directory/index.ts';
import { actorOf, type SignedInActor, signedIn } from '../identity/index.ts';
import { channels as en } from '../locales/en/channels.ts';
import { channels as zh } from '../locales/zh-Hant/channels.ts';
import { activePack } from '../mechanism/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse, refuseFields } from '../platform/errors.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { relaysOf } from '../platform/mail.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import {
  type ChannelsView,
  channelsView,
  devicesView,
  deviceView,
  laneParams,
  newDevice,
} from './channel-contract.ts';
import { channelOfLane, FAX_LANE, PUSH_LANE, SMS_LANE, webhookLane } from './channel-rules.ts';
import { askTest, ownTests } from './channel-tests.ts';
import { refreshDevices } from './devices.ts';
import { laneStates } from './health.ts';
import { sayReason } from './mail.ts';
import { DEFAULT_RELAY } from './rules.ts';
import { pushKey } from './ways.ts';

/** A person has at most so many devices; the one longest unused gives way. */
const MOST_DEVICES = 10;

export interface ChannelDoor {
  /** Refuses unless the session was confirmed a moment ago (AUTH-6). */
  readonly confirmed: (request: FastifyRequest) => Promise<void>;
}

interface DeviceRow extends Record<string, unknown> {
  readonly id: string;
  readonly label: string;
  readonly madeAt: Date;
  readonly usedAt: Date | null;
  readonly failingSince: Date | null;
}

const deviceOf = (row: DeviceRow): z.infer<typeof deviceView> => ({
  id: row.id,
  label: row.label,
  madeAt: row.madeAt.toISOString(),
  usedAt: row.usedAt?.toISOString() ?? null,
  failingSince: row.failingSince?.toISOString() ?? null,
});

const DEVICES = `select id, label, made_at as "madeAt", used_at as "usedAt", failing_since as "failingSince"
  from push_subscriptions where person_id = $1 order by made_at desc, id`;
const ownDevices = (tx: Tx, personId: string) => tx.prepared<DeviceRow>('push-own', DEVICES, [personId]);

/** A push service's address as it may be kept: https, or one that an operator named; looked at again at every sending. */
function isPushService(ctx: AppContext, endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, origin, username, port } = new URL(endpoint);
  const { pushServices } = ctx.config.channels;
  if (username !== '') return false;
  if (pushServices.length > 0) return pushServices.includes(origin);
  return protocol === 'https:' && port === '';
}

function isPoint(key: Buffer): boolean {
  try {
    const pair = createECDH('prime256v1');
    pair.generateKeys();
    pair.computeSecret(key);
    return true;
  } catch {
    return false;
  }
}

/** `GET /channels`, `POST /channels/:lane/test`, `GET|POST /me/devices`, `DELETE /me/devices/:id` (S8.3.6, AUTH-6, HOOK-1). */
export function channelRoutes(ctx: AppContext, door: ChannelDoor): FastifyPluginAsyncZod {
  const lanes = (): string[] => {
    const { smpp, webhooks, faxDomain } = ctx.config.channels;
    return [
      ...new Set([DEFAULT_RELAY, ...relaysOf(ctx.config).relays.map((relay) => relay.name)]),
      PUSH_LANE,
      ...(smpp ? [SMS_LANE] : []),
      ...webhooks.map(({ id }) => webhookLane(id)),
      ...(faxDomain === undefined ? [] : [FAX_LANE]),
    ];
  };
  const nameOf = (lane: string): { zh: string; en: string } => {
    const channel = channelOfLane(lane);
    const detail =
      channel === 'mail' && lane !== DEFAULT_RELAY
        ? lane
        : ctx.config.channels.webhooks.find((one) => webhookLane(one.id) === lane)?.name;
    const kind = ctx.config.channels.webhooks.find((one) => webhookLane(one.id) === lane)?.kind;
    const say = (words: typeof zh) =>
      (kind ? words.kind[kind] : words.name[channel]) + (detail === undefined ? '' : `：${detail}`);
    return { zh: say(zh), en: say(en).replace('：', ': ') };
  };
  const said = (reason: string | null) => {
    const inChinese = sayReason(reason, 'zh-Hant');
    return inChinese === null ? null : { zh: inChinese, en: sayReason(reason, 'en') ?? inChinese };
  };
  /** The desk, and administrators of the centre; to anybody else there is no such page. */
  const admitted = async (actor: SignedInActor): Promise<void> => {
    if (actor.keys.includes('desk')) return;
    const isOne = await read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
      const [directory, { pack }] = [await directorySnapshot(ctx, tx), await activePack(ctx, tx)];
      return actor.posts.some((post) => post.role === 'administrator' && isCentrePost(directory, pack, post));
    });
    if (!isOne) refuse('not-found');
  };

  return async (app) => {
    app.addHook('onRequest', signedIn(ctx));

    app.get(
      '/api/v1/channels',
      {
        schema: {
          ...about('delivery', '各通知管道的狀況', 'How each way to people fares'),
          response: { 200: channelsView },
        },
      },
      async (request): Promise<ChannelsView> => {
        const actor = actorOf(request);
        await admitted(actor);
        return read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
          const states = new Map((await laneStates(tx)).map((one) => [one.lane, one]));
          const tests = new Map((await ownTests(tx, actor.personId)).map((one) => [one.lane, one]));
          return {
            items: lanes().map((lane) => {
              const one = states.get(lane);
              const test = tests.get(lane);
              return {
                lane,
                channel: channelOfLane(lane),
                name: nameOf(lane),
                state: one?.failingSince
                  ? ('down' as const)
                  : one?.okAt
                    ? ('up' as const)
                    : ('unused' as const),
                okAt: one?.okAt?.toISOString() ?? null,
                failingSince: one?.failingSince?.toISOString() ?? null,
                reason: said(one?.reason ?? null),
                queued: one?.queued ?? 0,
                oldestDue: one?.oldestDue?.toISOString() ?? null,
                test: test
                  ? {
                      askedAt: test.askedAt.toISOString(),
                      doneAt: test.doneAt?.toISOString() ?? null,
                      ok: test.ok,
                      reason: said(test.reason),
                    }
                  : null,
              };
            }),
          };
        });
      },
    );

    app.post(
      '/api/v1/channels/:lane/test',
      {
        preHandler: door.confirmed,
        schema: {
          ...about('delivery', '試送一則給自己', 'Send a trial to oneself'),
          params: laneParams,
          body: z.strictObject({}).nullish(),
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const actor = actorOf(request);
        await admitted(actor);
        const { lane } = request.params;
        if (!lanes().includes(lane)) refuse('not-found');
        const isNew = await write(ctx.database, SYSTEM, ctx.clock, (tx) => askTest(tx, actor.personId, lane));
        if (!isNew) refuse('too-many-attempts', { retryAfter: 10 });
        return reply.status(204).send(null);
      },
    );

    app.get(
      '/api/v1/me/devices',
      {
        schema: {
          ...about('delivery', '我開啟推播的裝置', 'My devices with push switched on'),
          response: { 200: devicesView },
        },
      },
      async (request) => {
        const { personId } = actorOf(request);
        return read(ctx.database, SYSTEM, ctx.clock, async (tx) => ({
          key: (await pushKey(tx)).publicKey,
          items: (await ownDevices(tx, personId)).map(deviceOf),
        }));
      },
    );

    app.post(
      '/api/v1/me/devices',
      {
        schema: {
          ...about('delivery', '在此裝置開啟推播', 'Switch push on for this device'),
          body: newDevice,
          response: { 201: deviceView },
        },
      },
      async (request, reply) => {
        const { personId } = actorOf(request);
        const { endpoint, keys, label } = request.body;
        if (!isPushService(ctx, endpoint)) refuseFields({ path: 'endpoint', code: 'bad-choice' });
        const publicKey = Buffer.from(keys.p256dh, 'base64url');
        if (!isPoint(publicKey)) refuseFields({ path: 'keys.p256dh', code: 'bad-choice' });
        const device = await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
          await tx.prepared(
            'push-subscribe',
            // The browser is now this person's: whoever used it before is told nothing there any more.
            `insert into push_subscriptions (id, person_id, endpoint, public_key, auth_secret, label, made_at)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (endpoint) do update set id = excluded.id, person_id = excluded.person_id,
               public_key = excluded.public_key, auth_secret = excluded.auth_secret, label = excluded.label,
               made_at = excluded.made_at, used_at = null, failing_since = null`,
            [uuid(), personId, endpoint, publicKey, Buffer.from(keys.auth, 'base64url'), label, tx.now],
          );
          await tx.prepared(
            'push-crowd-out',
            `delete from push_subscriptions where id in (
               select id from push_subscriptions where person_id = $1
               order by greatest(used_at, made_at) desc offset $2)`,
            [personId, MOST_DEVICES],
          );
          const made = (await ownDevices(tx, personId))[0];
          return made ?? refuse('not-found');
        });
        await refreshDevices(ctx);
        return reply.status(201).send(deviceOf(device));
      },
    );

    app.delete(
      '/api/v1/me/devices/:id',
      {
        schema: {
          ...about('delivery', '關閉一部裝置的推播', 'Switch push off for a device'),
          params: z.strictObject({ id: z.uuid() }),
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const { personId } = actorOf(request);
        const gone = await write(ctx.database, SYSTEM, ctx.clock, (tx) =>
          tx.prepared(
            'push-unsubscribe',
            'delete from push_subscriptions where id = $1 and person_id = $2 returning id',
            [request.params.id, personId],
          ),
        );
        if (gone.length === 0) refuse('not-found');
        await refreshDevices(ctx);
        return reply.status(204).send(null);
      },
    );
  };
}
