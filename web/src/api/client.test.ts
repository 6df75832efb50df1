import { afterEach, describe, expect, it, vi } from 'vitest';
import { api, whenLimited, whenSignedOut, whenStepUpNeeded } from './client.ts';

/** Answers of a server, one after the other; what it was asked is kept. */
function serve(...answers: [status: number, body: object][]): { path: string; init: RequestInit }[] {
  const asked: { path: string; init: RequestInit }[] = [];
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    asked.push({ path, init });
    const [status, body] = answers.shift() ?? [500, { code: 'internal' }];
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  });
  return asked;
}
const NEEDED = [403, { code: 'step-up-needed', params: { methods: 'passkey' } }] as const;
const ACT = { act: 'confirm-level', level: 'A', reason: '影響公共安全。' };

describe('an act that asks once more who one is (AUTH-6)', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    whenStepUpNeeded(async () => false);
  });

  it('is sent again exactly as it was, under the same key', async () => {
    const asked = serve([...NEEDED], [200, { done: true }]);
    const refusals: unknown[] = [];
    whenStepUpNeeded(async (refusal) => {
      refusals.push(refusal.params['methods']);
      return true;
    });
    expect(await api.post('/cases/1/acts', ACT, { idempotencyKey: 'one-intent-of-mine' })).toEqual({
      done: true,
    });
    expect(refusals).toEqual(['passkey']);
    expect(asked).toHaveLength(2);
    expect(asked[1]).toEqual(asked[0]);
    expect(asked[0]?.init.headers).toMatchObject({ 'idempotency-key': 'one-intent-of-mine' });
  });

  it('is refused as any other when its author thinks better of it', async () => {
    const asked = serve([...NEEDED]);
    whenStepUpNeeded(async () => false);
    await expect(api.post('/cases/1/acts', ACT)).rejects.toMatchObject({ code: 'step-up-needed' });
    expect(asked).toHaveLength(1);
  });

  it('shares one proof with what was refused beside it', async () => {
    const asked = serve([...NEEDED], [...NEEDED], [200, {}], [200, {}]);
    let proofs = 0;
    whenStepUpNeeded(async () => {
      proofs += 1;
      await new Promise((resolve) => setImmediate(resolve));
      return true;
    });
    await Promise.all([api.delete('/me/totp'), api.delete('/me/passkeys/1')]);
    expect(proofs).toBe(1);
    expect(asked).toHaveLength(4);
  });

  it('does not ask about a wrong proof, nor lead away because of one', async () => {
    const led: string[] = [];
    whenSignedOut(() => led.push('out'));
    whenLimited(() => led.push('limited'));
    whenStepUpNeeded(async () => {
      led.push('asked');
      return true;
    });
    serve([...NEEDED], [401, { code: 'not-signed-in' }]);
    await expect(api.post('/session/step-up', {}, { anonymous: true })).rejects.toMatchObject({
      status: 403,
    });
    await expect(api.post('/session/step-up', {}, { anonymous: true })).rejects.toMatchObject({
      status: 401,
    });
    expect(led).toEqual([]);
  });

  it('leads half a session to its second proof, and an ended one to sign-in', async () => {
    const led: string[] = [];
    whenSignedOut(() => led.push('out'));
    whenLimited(() => led.push('limited'));
    serve([403, { code: 'second-factor-needed' }], [401, { code: 'not-signed-in' }]);
    await expect(api.get('/cases')).rejects.toMatchObject({ code: 'second-factor-needed' });
    await expect(api.get('/cases')).rejects.toMatchObject({ status: 401 });
    expect(led).toEqual(['limited', 'out']);
  });
});
