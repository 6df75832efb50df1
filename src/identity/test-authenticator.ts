/** A passkey's authenticator in software: makes keys and answers challenges as a device would, or as a thief would. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();
const b64 = (data: Uint8Array) => Buffer.from(data).toString('base64url');

/** What an honest device does not do. */
export interface Twist {
  readonly origin?: string;
  readonly rpId?: string;
  /** The holder did not confirm (no finger, no PIN). */
  readonly unverified?: boolean;
  /** The answer shows this counter instead of the next. */
  readonly counter?: number;
  /** Another key's id, or another person's handle. */
  readonly id?: string;
  readonly userHandle?: string | null;
  readonly challenge?: string;
  readonly type?: string;
}

interface Key {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly rpId: string;
  readonly userHandle: string;
  counter: number;
}

type Options = Record<string, unknown>;

/** A device with any number of keys; `synced` ones do not count, as platforms have them. */
export class Authenticator {
  readonly keys: Key[] = [];
  readonly #origin: string;
  readonly #synced: boolean;

  constructor(origin: string, synced = false) {
    this.#origin = origin;
    this.#synced = synced;
  }

  #clientData(type: string, challenge: string, twist: Twist): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: twist.type ?? type,
        challenge: twist.challenge ?? challenge,
        origin: twist.origin ?? this.#origin,
        crossOrigin: false,
      }),
    );
  }

  #authData(rpId: string, counter: number, twist: Twist, attested?: Buffer): Buffer {
    const flags = 1 | (twist.unverified ? 0 : 4) | (this.#synced ? 8 | 16 : 0) | (attested ? 64 : 0);
    const head = Buffer.alloc(5);
    head.writeUInt8(flags, 0);
    head.writeUInt32BE(counter, 1);
    return Buffer.concat([sha256(twist.rpId ?? rpId), head, attested ?? Buffer.alloc(0)]);
  }

  /** Makes a key for the options of a registration. */
  create(options: Options, twist: Twist = {}) {
    const { challenge, rp, user } = options as {
      challenge: string;
      rp: { id: string };
      user: { id: string };
    };
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x, y } = publicKey.export({ format: 'jwk' });
    const id = randomBytes(32);
    const cose = new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x!, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y!, 'base64url'))],
    ]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const attested = Buffer.concat([Buffer.alloc(16), length, id, Buffer.from(isoCBOR.encode(cose))]);
    const authData = this.#authData(rp.id, 0, twist, attested);
    const attestationObject = isoCBOR.encode(
      new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', new Uint8Array(authData)],
      ]) as never,
    );
    this.keys.push({ id: b64(id), privateKey, rpId: rp.id, userHandle: user.id, counter: 0 });
    return {
      id: b64(id),
      rawId: b64(id),
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: b64(this.#clientData('webauthn.create', challenge, twist)),
        attestationObject: b64(attestationObject),
        transports: ['internal'],
      },
    };
  }

  /** Answers a challenge with the newest key, or with the one named. */
  get(options: Options, twist: Twist = {}, key: Key = this.keys.at(-1)!) {
    const { challenge } = options as { challenge: string };
    if (!this.#synced) key.counter += 1;
    const authData = this.#authData(key.rpId, twist.counter ?? key.counter, twist);
    const clientData = this.#clientData('webauthn.get', challenge, twist);
    const signature = sign('sha256', Buffer.concat([authData, sha256(clientData)]), key.privateKey);
    const id = twist.id ?? key.id;
    return {
      id,
      rawId: id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: b64(clientData),
        authenticatorData: b64(authData),
        signature: b64(signature),
        userHandle: twist.userHandle === undefined ? key.userHandle : twist.userHandle,
      },
    };
  }
}
