/** What the API speaks about the ways to people: how each fares, trying one out, and one's own devices. */
import { z } from 'zod';
import { NOTICE_CHANNELS } from '../mechanism/vocabulary.ts';
import { text } from '../platform/fields.ts';

const when = z.iso.datetime();
const bilingual = z.strictObject({ zh: z.string(), en: z.string() });

const testView = z.strictObject({
  askedAt: when,
  doneAt: when.nullable(),
  ok: z.boolean().nullable(),
  reason: bilingual.nullable(),
});

/** One way, as one lane: a relay, a gateway, a receiver. */
export const laneView = z.strictObject({
  lane: z.string(),
  channel: z.enum(NOTICE_CHANNELS),
  name: bilingual,
  /** `down`: it takes nothing; `unused`: nobody knows yet. */
  state: z.enum(['up', 'down', 'unused']),
  okAt: when.nullable(),
  failingSince: when.nullable(),
  reason: bilingual.nullable(),
  queued: z.int(),
  oldestDue: when.nullable(),
  /** The asker's own last trial. */
  test: testView.nullable(),
});
/** GET /channels */
export const channelsView = z.strictObject({ items: z.array(laneView) });
export type ChannelsView = z.infer<typeof channelsView>;

/** POST /channels/:lane/test — sends to the asker himself. */
export const laneParams = z.strictObject({ lane: z.string().min(1).max(200) });

/** A device of one's own on which push is switched on. */
export const deviceView = z.strictObject({
  id: z.uuid(),
  label: z.string(),
  madeAt: when,
  usedAt: when.nullable(),
  failingSince: when.nullable(),
});
/** GET /me/devices */
export const devicesView = z.strictObject({
  /** What the browser's `subscribe` wants as `applicationServerKey`, base64url. */
  key: z.string(),
  items: z.array(deviceView),
});
export type DevicesView = z.infer<typeof devicesView>;

const base64url = (bytes: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/)
    .refine((value) => Buffer.from(value, 'base64url').length === bytes);

/** POST /me/devices — what `PushSubscription.toJSON()` gives, and a name for the list. */
export const newDevice = z.strictObject({
  endpoint: z.string().max(1_000),
  keys: z.strictObject({ p256dh: base64url(65), auth: base64url(16) }),
  label: text(100).default(''),
});
