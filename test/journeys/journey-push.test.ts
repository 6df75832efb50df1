/** Push in a real browser: the installed app's manifest and worker under our policy, a device switched on and off. */
import { createECDH, randomBytes } from 'node:crypto';
// @ts-expect-error the package has no types
import ece from 'http_ece';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { channels } from '../../src/locales/zh-Hant/channels.ts';
import { morePeople } from '../stories/nation.ts';
import { type HttpSink, startHttpSink } from '../support/http-sink.ts';
import { until } from '../support/wait.ts';
import { type House, openHouse } from './house.ts';
import { proveIfAsked } from './steps.ts';

const t = { channels };
const rows = {
  ...morePeople,
  persons: [
    ...(morePeople.persons ?? []),
    {
      code: 'admin2',
      organisation: 'dgbas-edpc',
      nameZh: '蘇管理',
      nameEn: 'Administrator Su',
      email: 'admin2@dgbas-edpc.example',
      phone: '02-0000-4000',
    },
  ],
  holdings: [...(morePeople.holdings ?? []), { post: 'centre-administrator', person: 'admin2' }],
};

describe('push and the ways to people, in the browser', { timeout: 180_000 }, () => {
  let house: House;
  let service: HttpSink;
  const device = createECDH('prime256v1');
  const publicKey = device.generateKeys();
  const authSecret = randomBytes(16);

  beforeAll(async () => {
    service = await startHttpSink();
    house = await openHouse({ rows, env: { PUSH_SERVICES: service.origin } });
  }, 180_000);
  afterAll(async () => {
    await house?.close();
    await service?.close();
  });

  test('S8.3.6: a person switches push on, tries it, is told, and switches it off; nothing breaks the policy (WEB-2)', async () => {
    const admin = await house.open('admin2');
    const { page } = admin;
    await page.context().grantPermissions(['notifications'], { origin: house.url });
    // The browser's own push service cannot be reached from here: the subscription is one of ours.
    const subscription = {
      endpoint: `${service.origin}/send/1`,
      keys: { p256dh: publicKey.toString('base64url'), auth: authSecret.toString('base64url') },
    };
    await page.addInitScript({
      content: `{
        const told = ${JSON.stringify(subscription)};
        let made = null;
        const own = {
          endpoint: told.endpoint,
          toJSON: () => told,
          unsubscribe: async () => { made = null; return true; },
        };
        PushManager.prototype.subscribe = async () => { made = own; return own; };
        PushManager.prototype.getSubscription = async () => made;
        Notification.requestPermission = async () => 'granted';
      }`,
    });
    await admin.goto('/security');
    const words = t.channels.devices;
    await page.getByRole('button', { name: words.on }).click();
    await page.getByText(words.here).waitFor();
    const manifest = await page.evaluate<{ link?: string; scope?: string }>(
      `navigator.serviceWorker.getRegistration('/').then((one) => ({
         link: document.querySelector('link[rel=manifest]')?.href, scope: one?.scope }))`,
    );
    expect(manifest.scope).toBe(`${house.url}/`);

    await admin.goto('/administration');
    const health = t.channels.health;
    const send = page.getByRole('button', { name: `${health.send}：${t.channels.name.push}` });
    await send.click();
    await proveIfAsked(admin, async () => service.requests.length > 0);
    const pushed = await service.waitFor(({ path }) => path === '/send/1');
    const said = JSON.parse(
      (
        ece.decrypt(pushed.body, { version: 'aes128gcm', privateKey: device, authSecret }) as Buffer
      ).toString(),
    );
    expect(said).toMatchObject({ title: t.channels.test.subject, path: '/security' });
    await page.getByText(health.testOk).first().waitFor();

    await admin.goto('/security');
    await page.getByRole('button', { name: words.off, exact: true }).click();
    await page.getByText(words.none).waitFor();
    await until(async () => (await admin.get<{ items: unknown[] }>('/me/devices')).body.items.length === 0);
  });
});
