import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { webhookHeaders } from './webhook.ts';

it('signs as the Standard Webhooks ask, and with both secrets while one takes over from the other', () => {
  const [fresh, former, foreign] = [randomBytes(32), randomBytes(32), randomBytes(32)];
  const body = JSON.stringify({ type: 'notice', data: { text: '警鐘：請簽收' } });
  const now = new Date();
  const receiver = (secret: Buffer) => new Webhook(secret.toString('base64'));
  const headers = webhookHeaders([fresh, former], 'd-1', body, now);
  expect(receiver(fresh).verify(body, headers)).toMatchObject({ type: 'notice' });
  expect(receiver(former).verify(body, headers)).toMatchObject({ type: 'notice' });
  expect(() => receiver(foreign).verify(body, headers)).toThrow();
  expect(() => receiver(fresh).verify(body.replace('簽', '鑒'), headers)).toThrow();
  expect(() => receiver(fresh).verify(body, { ...headers, 'webhook-id': 'd-2' })).toThrow();
  const old = webhookHeaders([fresh], 'd-1', body, new Date(now.getTime() - 600_000));
  expect(() => receiver(fresh).verify(body, old)).toThrow();
});
