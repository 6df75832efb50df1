/**
 * Messages to browsers by way of their push services: encrypted for one device (RFC 8291, `aes128gcm` of RFC 8188) and
 * signed by this installation (VAPID, RFC 8292). By hand on node:crypto, because it is short, because the request must
 * leave by our own way out (egress.ts), and because the usual package brings an old tree along; the test holds it to the
 * example of RFC 8291 and to another implementation's decryption.
 */
import {
  createCipheriv,
  createECDH,
  createHmac,
  createPrivateKey,
  type ECDH,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';

/** What a browser hands over when push is switched on. */
export interface PushTarget {
  readonly endpoint: string;
  /** The device's public key: 65 bytes, an uncompressed point of P-256. */
  readonly publicKey: Buffer;
  /** 16 bytes. */
  readonly authSecret: Buffer;
}

const RECORD = 4096;
/** Room for the longest payload: a record less its header, its tag and the delimiter. */
export const MOST_PUSH_BYTES = 3_000;
/** Payloads are filled up to a multiple of this, so that their length tells nothing. */
const PAD = 512;

const hmac = (key: Buffer, ...parts: (Buffer | string)[]): Buffer => {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
};
const ONE = Buffer.from([1]);

/** Chance, for tests that must have none. */
export interface PushChance {
  readonly salt: Buffer;
  readonly sender: ECDH;
  /** No filling up. */
  readonly bare?: boolean;
}

/**
 * The body of a push request: what only this device can read.
 * @throws when the device's key is no point of the curve, or the payload is longer than MOST_PUSH_BYTES
 */
export function encryptPush(
  target: Pick<PushTarget, 'publicKey' | 'authSecret'>,
  payload: Buffer,
  chance?: PushChance,
): Buffer {
  if (payload.length > MOST_PUSH_BYTES) throw new Error('push payload too long');
  const salt = chance?.salt ?? randomBytes(16);
  const sender = chance?.sender ?? createECDH('prime256v1');
  if (!chance) sender.generateKeys();
  const own = sender.getPublicKey();
  const shared = sender.computeSecret(target.publicKey);
  const keyed = hmac(target.authSecret, shared);
  const input = hmac(keyed, 'WebPush: info\0', target.publicKey, own, ONE);
  const key = hmac(salt, input);
  const contentKey = hmac(key, 'Content-Encoding: aes128gcm\0', ONE).subarray(0, 16);
  const nonce = hmac(key, 'Content-Encoding: nonce\0', ONE).subarray(0, 12);
  const filling = chance?.bare ? 0 : PAD - ((payload.length + 1) % PAD);
  const cipher = createCipheriv('aes-128-gcm', contentKey, nonce);
  const record = Buffer.concat([
    cipher.update(Buffer.concat([payload, Buffer.from([2]), Buffer.alloc(filling)])),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  const head = Buffer.alloc(21);
  salt.copy(head);
  head.writeUInt32BE(RECORD, 16);
  head.writeUInt8(own.length, 20);
  return Buffer.concat([head, own, record]);
}

/** The key that names an installation to push services. */
export interface PushKey {
  /** As browsers want it (`applicationServerKey`), base64url. */
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

/** The key pair of a secret of 32 bytes. */
export function pushKeyOf(secret: Buffer): PushKey {
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(secret);
  const point = pair.getPublicKey();
  const part = (from: number, to: number) => point.subarray(from, to).toString('base64url');
  return {
    publicKey: point.toString('base64url'),
    privateKey: createPrivateKey({
      format: 'jwk',
      key: { kty: 'EC', crv: 'P-256', d: secret.toString('base64url'), x: part(1, 33), y: part(33, 65) },
    }),
  };
}

const jwtPart = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const VALID_S = 3_600;

/** The `Authorization` header for one endpoint; `subject` is where a push service may complain (https: or mailto:). */
export function vapidHeader(key: PushKey, endpoint: string, subject: string, now: Date): string {
  const claims = {
    aud: new URL(endpoint).origin,
    exp: Math.floor(now.getTime() / 1000) + VALID_S,
    sub: subject,
  };
  const signed = `${jwtPart({ typ: 'JWT', alg: 'ES256' })}.${jwtPart(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), {
    key: key.privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `vapid t=${signed}.${signature.toString('base64url')}, k=${key.publicKey}`;
}
