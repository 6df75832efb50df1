import { createECDH, createPublicKey, randomBytes, verify } from 'node:crypto';
// @ts-expect-error the package has no types
import ece from 'http_ece';
import { describe, expect, it } from 'vitest';
import { encryptPush, MOST_PUSH_BYTES, pushKeyOf, vapidHeader } from './web-push.ts';

const b64 = (text: string): Buffer => Buffer.from(text, 'base64url');

describe('push to a browser', () => {
  it('says the example of RFC 8291 byte for byte', () => {
    const sender = createECDH('prime256v1');
    sender.setPrivateKey(b64('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'));
    const body = encryptPush(
      {
        publicKey: b64(
          'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
        ),
        authSecret: b64('BTBZMqHH6r4Tts7J_aSIgg'),
      },
      Buffer.from('When I grow up, I want to be a watermelon'),
      { salt: b64('DGv6ra1nlYgDCS1FRnbzlw'), sender, bare: true },
    );
    expect(body.toString('base64url')).toBe(
      'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
    );
  });

  it('is read by another implementation, and its length does not tell how much it says', () => {
    const device = createECDH('prime256v1');
    const publicKey = device.generateKeys();
    const authSecret = randomBytes(16);
    const bodies = ['警', '警鐘：115-0001　A 級　請簽收'].map((text) => {
      const body = encryptPush({ publicKey, authSecret }, Buffer.from(text));
      const read = ece.decrypt(body, { version: 'aes128gcm', privateKey: device, authSecret }) as Buffer;
      expect(read.toString()).toBe(text);
      return body;
    });
    expect(bodies[0]?.length).toBe(bodies[1]?.length);
    const longest = encryptPush({ publicKey, authSecret }, Buffer.alloc(MOST_PUSH_BYTES, 65));
    expect(longest.length).toBeLessThanOrEqual(4096);
    expect(() => encryptPush({ publicKey, authSecret }, Buffer.alloc(MOST_PUSH_BYTES + 1))).toThrow();
    expect(() => encryptPush({ publicKey: Buffer.alloc(65, 4), authSecret }, Buffer.from('x'))).toThrow();
  });

  it('is signed for one push service by a key that any secret of the installation gives', () => {
    const key = pushKeyOf(randomBytes(32));
    const now = new Date('2026-03-05T01:00:00Z');
    const header = vapidHeader(key, 'https://push.example/send/abc', 'https://tocsin.example', now);
    const [, head, claims, signature, k] =
      /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(header) ?? [];
    expect(JSON.parse(b64(claims ?? '').toString())).toEqual({
      aud: 'https://push.example',
      exp: now.getTime() / 1000 + 3600,
      sub: 'https://tocsin.example',
    });
    expect(k).toBe(key.publicKey);
    const point = b64(k ?? '');
    const publicKey = createPublicKey({
      format: 'jwk',
      key: {
        kty: 'EC',
        crv: 'P-256',
        x: point.subarray(1, 33).toString('base64url'),
        y: point.subarray(33).toString('base64url'),
      },
    });
    const signed = Buffer.from(`${head}.${claims}`);
    expect(
      verify('sha256', signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, b64(signature ?? '')),
    ).toBe(true);
  });
});
