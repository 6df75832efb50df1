/** The ways themselves: a parcel is handed over to a relay, a gateway or a push service, or it is said why not. */
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { createEgress, EgressFault } from '../platform/egress.ts';
import type { MailTransport } from '../platform/mail.ts';
import { createSmppClient, type SmppClient, SmppFault, type SmppTimes } from '../platform/smpp.ts';
import type { Delivered } from '../platform/smpp-pdu.ts';
import { STATUS } from '../platform/smpp-pdu.ts';
import { type Tx, write } from '../platform/transaction.ts';
import { encryptPush, type PushKey, pushKeyOf, vapidHeader } from '../platform/web-push.ts';
import { webhookHeaders } from '../platform/webhook.ts';
import { FAX_LANE, PUSH_LANE, SMS_LANE, webhookLane } from './channel-rules.ts';
import { noteDevices } from './devices.ts';
import type { FaxSheet, Parcel } from './parcels.ts';
import type { Verdict } from './rules.ts';

/** A parcel was not taken. */
export class WayFault extends Error {
  readonly verdict: Verdict;
  /** For the log and the reason's code: a status or a word, never an address. */
  readonly code: string;

  constructor(verdict: Verdict, code: string, cause?: unknown) {
    super(`not taken: ${verdict.reason} ${code}`, { cause });
    this.name = 'WayFault';
    this.verdict = verdict;
    this.code = code;
  }
}

/** What handing over gave. */
export interface Handed {
  /** The gateway's id, by which a receipt will come. */
  readonly receipt: string | null;
}

/** Every way but the mail relays, which the sender has itself. */
export interface Ways {
  /** Lanes that are set up, without the mail relays. */
  readonly lanes: readonly string[];
  /** How many parcels at a time. */
  connectionsOf(lane: string): number;
  /** @throws WayFault, or MailFault for a fax */
  send(parcel: Exclude<Parcel, { kind: 'mail' }>): Promise<Handed>;
  /** Null while nobody knows; false when the way is known not to stand. */
  stands(lane: string): boolean | null;
  close(): Promise<void>;
}

export interface WaysOptions {
  readonly transport: MailTransport;
  /** Puts a sheet on paper, as PDF; without it there is no fax. */
  readonly paper?: (sheet: FaxSheet) => Promise<Buffer>;
  /** What comes in by SMS; rejects when it could not be kept. */
  readonly onSms?: (one: Delivered) => Promise<void>;
  readonly smppTimes?: Partial<SmppTimes>;
  readonly timeoutMs?: number;
}

const RETRY_LANE = (reason: Verdict['reason']): Verdict => ({ verdict: 'retry', scope: 'relay', reason });
const RETRY = (reason: Verdict['reason']): Verdict => ({ verdict: 'retry', scope: 'mail', reason });
const FOR_GOOD = (reason: Verdict['reason']): Verdict => ({ verdict: 'permanent', scope: 'mail', reason });
/** Push services keep an undelivered message so long, in seconds. */
const PUSH_TTL = 24 * 3_600;

/** What an HTTP answer other than 2xx means. */
function httpVerdict(status: number): Verdict {
  if (status === 429 || status === 408 || status >= 500) return RETRY_LANE('deferred');
  // Who answers so refuses us, or is not the one we meant: a mistake of whoever set it up, which loses nothing.
  if ([401, 403, 404, 405].includes(status)) return RETRY_LANE('relay-refuses');
  return FOR_GOOD('refused');
}

function egressVerdict(error: unknown): Verdict {
  if (!(error instanceof EgressFault)) throw error;
  if (error.reason === 'too-slow') return RETRY_LANE('relay-silent');
  if (error.reason === 'no-connection' || error.reason === 'no-address')
    return RETRY_LANE('relay-unreachable');
  return RETRY_LANE('relay-refuses');
}

/** What a gateway's refusal means: this number for good, all of it for now, or this message for now. */
function smppVerdict(fault: SmppFault): Verdict {
  if (fault.stage === 'link')
    return RETRY_LANE(
      fault.code === 'bind-refused'
        ? 'relay-refuses'
        : fault.code === 'silent'
          ? 'relay-silent'
          : fault.code === 'cut-off'
            ? 'cut-off'
            : 'relay-unreachable',
    );
  const { status } = fault;
  if (status === STATUS.throttled || status === STATUS.queueFull || status === STATUS.systemError)
    return RETRY_LANE('deferred');
  // Invalid destination, length, or what else no second try changes.
  if (status !== null && [0x01, 0x0b, 0x33, 0x40, 0x50, 0x51].includes(status)) return FOR_GOOD('refused');
  return RETRY('deferred');
}

/** The key that names this installation to push services. */
export async function pushKey(tx: Tx): Promise<PushKey> {
  const rows = await tx.prepared<{ secret: Buffer }>(
    'push-secret',
    `select secret from installation_secrets where name = 'push'`,
    [],
  );
  const secret = rows[0]?.secret;
  if (!secret) throw new Error('the key for push is missing');
  return pushKeyOf(secret);
}

/** Opens the ways the configuration names. */
export function createWays(ctx: AppContext, options: WaysOptions): Ways {
  const { smpp, webhooks, webhooksInside, faxDomain, pushServices } = ctx.config.channels;
  const timeoutMs = options.timeoutMs ?? 5_000;
  const hookOut = createEgress({ allow: webhooksInside, timeoutMs, maxBytes: 100_000 });
  const pushOut = createEgress({ allow: pushServices, timeoutMs, maxBytes: 100_000 });
  const gateway: SmppClient | undefined = smpp
    ? createSmppClient(smpp, options.onSms ?? (async () => undefined), {
        ...(options.smppTimes ? { times: options.smppTimes } : {}),
      })
    : undefined;
  const canFax = faxDomain !== undefined && options.paper !== undefined;
  let key: Promise<PushKey> | undefined;
  const keyOnce = () => {
    key ??= write(ctx.database, SYSTEM, ctx.clock, pushKey).catch((error: unknown) => {
      key = undefined;
      throw error;
    });
    return key;
  };

  async function push(parcel: Extract<Parcel, { kind: 'push' }>): Promise<void> {
    const own = await keyOnce();
    const fared = { reached: [] as string[], missed: [] as string[], gone: [] as string[] };
    let verdict: Verdict = FOR_GOOD('no-device');
    let code = '';
    await Promise.all(
      parcel.devices.map(async (device) => {
        try {
          const answer = await pushOut(device.endpoint, {
            method: 'POST',
            headers: {
              // The real time: whoever checks it knows no shifted clock.
              authorization: vapidHeader(own, device.endpoint, ctx.config.publicUrl, new Date()),
              'content-encoding': 'aes128gcm',
              'content-type': 'application/octet-stream',
              ttl: String(PUSH_TTL),
              urgency: parcel.urgent ? 'high' : 'normal',
              topic: parcel.topic,
            },
            body: new Uint8Array(encryptPush(device, Buffer.from(parcel.payload))),
          });
          if (answer.ok) fared.reached.push(device.id);
          else if (answer.status === 404 || answer.status === 410) fared.gone.push(device.id);
          else {
            fared.missed.push(device.id);
            // One service among several: a refusal says nothing of the others, so that the lane goes on.
            verdict = answer.status >= 500 || answer.status === 429 ? RETRY('deferred') : FOR_GOOD('refused');
            code = String(answer.status);
          }
        } catch (error) {
          fared.missed.push(device.id);
          verdict = { ...egressVerdict(error), scope: 'mail' };
          code = (error as EgressFault).reason;
        }
      }),
    );
    await write(ctx.database, SYSTEM, ctx.clock, (tx) => noteDevices(tx, fared)).catch((error: unknown) =>
      ctx.log.warn({ err: error }, 'how devices fared could not be noted'),
    );
    if (fared.reached.length === 0) throw new WayFault(verdict, code);
  }

  async function webhook(parcel: Extract<Parcel, { kind: 'webhook' }>): Promise<void> {
    const { receiver, id, body } = parcel;
    const headers = webhookHeaders(receiver.secrets, id, body, new Date());
    const answer = await hookOut(receiver.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    }).catch((error: unknown) => {
      throw new WayFault(egressVerdict(error), (error as EgressFault).reason, error);
    });
    if (!answer.ok) throw new WayFault(httpVerdict(answer.status), String(answer.status));
  }

  return {
    lanes: [
      PUSH_LANE,
      ...(gateway ? [SMS_LANE] : []),
      ...webhooks.map(({ id }) => webhookLane(id)),
      ...(canFax ? [FAX_LANE] : []),
    ],
    connectionsOf: (lane) => (lane === PUSH_LANE ? 16 : lane === SMS_LANE ? 10 : 4),
    send: async (parcel) => {
      switch (parcel.kind) {
        case 'push':
          await push(parcel);
          return { receipt: null };
        case 'webhook':
          await webhook(parcel);
          return { receipt: null };
        case 'sms': {
          if (!gateway) throw new WayFault(FOR_GOOD('no-lane'), '');
          try {
            return { receipt: (await gateway.send(parcel.to, parcel.text)) || null };
          } catch (error) {
            if (!(error instanceof SmppFault)) throw error;
            const code = error.status === null ? '' : String(error.status);
            throw new WayFault(smppVerdict(error), code, error);
          }
        }
        case 'fax': {
          if (!options.paper) throw new WayFault(FOR_GOOD('no-lane'), '');
          const content = await options.paper(parcel.sheet);
          await options.transport.send(parcel.relay, {
            ...parcel.mail,
            attachments: [{ name: 'notice.pdf', type: 'application/pdf', content }],
          });
          return { receipt: null };
        }
      }
    },
    stands: (lane) => (lane === SMS_LANE ? (gateway?.isBound ?? null) : null),
    close: async () => {
      await gateway?.close();
    },
  };
}
