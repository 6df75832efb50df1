/** HOOK-1: an address somebody else named never makes us knock on a door inside. */
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcp, type Server as TcpServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEgress, EgressFault, type EgressOptions, isOutside } from './egress.ts';

/** Counts everybody who connects: nobody may. */
let canary: TcpServer;
let canaryPort: number;
let knocks = 0;

/** A provider inside, configured on purpose. */
let provider: Server;
let origin: string;
const seen: { method?: string; url?: string; host?: string; body: string; type?: string }[] = [];

beforeAll(async () => {
  canary = createTcp((socket) => {
    knocks += 1;
    socket.destroy();
  });
  await new Promise<void>((done) => canary.listen(0, '::', done));
  canaryPort = (canary.address() as AddressInfo).port;

  provider = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      seen.push({
        method: request.method ?? '',
        url: request.url ?? '',
        host: request.headers.host ?? '',
        body,
        type: request.headers['content-type'] ?? '',
      });
      if (request.url === '/moved') {
        response.writeHead(302, { location: `http://127.0.0.1:${canaryPort}/` }).end();
      } else if (request.url === '/large') {
        response.writeHead(200);
        response.end(Buffer.alloc(1_000_001));
      } else if (request.url === '/packed') {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
      } else if (request.url === '/never') {
        response.writeHead(200).write('a');
      } else {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"issuer":"x"}');
      }
    });
  });
  await new Promise<void>((done) => provider.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
});

beforeEach(() => {
  knocks = 0;
  seen.length = 0;
});

afterAll(async () => {
  provider.closeAllConnections();
  await new Promise((done) => provider.close(done));
  await new Promise((done) => canary.close(done));
});

/** Why an address is refused; 'answered' if it is not. */
async function reasonOf(url: string, options: EgressOptions = {}): Promise<string> {
  try {
    await createEgress({ timeoutMs: 1_000, ...options })(url);
    return 'answered';
  } catch (thrown) {
    if (!(thrown instanceof EgressFault)) throw thrown;
    return thrown.reason;
  }
}

const names = (found: Record<string, readonly string[]>): EgressOptions => ({
  lookup: async (host) =>
    (found[host] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
});

describe('HOOK-1: an address inside is refused before anything connects', () => {
  it.each([
    ['http://127.0.0.1', 'inside'],
    ['http://127.1/', 'inside'],
    ['http://0177.0.0.1/', 'inside'],
    ['http://0x7f.0.0.1/', 'inside'],
    ['http://[::1]/', 'inside'],
    ['http://[::]/', 'inside'],
    ['http://0/', 'inside'],
    ['http://2130706433/', 'inside'],
    ['http://０/', 'inside'],
    ['http://１２７.０.０.１/', 'inside'],
    ['http://169.254.169.254/latest/meta-data/', 'inside'],
    ['http://[fe80::1]/', 'inside'],
    ['http://[fd00:ec2::254]/', 'inside'],
    ['http://[::ffff:10.0.0.1]/', 'inside'],
    ['http://[::ffff:127.0.0.1]/', 'inside'],
    ['http://[::ffff:8.8.8.8]/', 'inside'],
    ['http://[64:ff9b::7f00:1]/', 'inside'],
    ['http://[2002:7f00:1::]/', 'inside'],
    ['http://[::127.0.0.1]/', 'inside'],
    ['http://[ff02::1]/', 'inside'],
    ['http://10.1.2.3/', 'inside'],
    ['http://172.31.255.255/', 'inside'],
    ['http://192.168.0.1/', 'inside'],
    ['http://100.64.0.1/', 'inside'],
    ['http://198.18.0.1/', 'inside'],
    ['http://224.0.0.1/', 'inside'],
    ['http://255.255.255.255/', 'inside'],
    ['http://localhost/', 'inside'],
    ['http://localhost./', 'inside'],
    ['gopher://127.0.0.1/', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['data:text/plain,x', 'scheme'],
    ['ftp://files.example/', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['http+unix://%2Fvar%2Frun%2Fdocker.sock/', 'scheme'],
    ['unix:/var/run/docker.sock', 'scheme'],
    ['http://unix:/var/run/docker.sock:/info', 'no-address'],
    ['//127.0.0.1/', 'malformed'],
    ['', 'malformed'],
    ['http://user@outside.example/', 'credentials'],
    ['http://outside.example:80@127.0.0.1/', 'credentials'],
    ['https://:word@outside.example/', 'credentials'],
    ['http://outside.example:25/', 'port'],
    ['http://outside.example:5432/', 'port'],
    ['https://outside.example:8443/', 'port'],
  ])('%s: %s', async (url, reason) => {
    const lookup = names({ localhost: ['127.0.0.1', '::1'], 'localhost.': ['127.0.0.1'] });
    expect(await reasonOf(url, lookup)).toBe(reason);
    expect(knocks).toBe(0);
  });

  it('a listening door on this machine is not opened by any of its names', async () => {
    const here = [
      '127.0.0.1',
      '127.1',
      '0',
      '2130706433',
      '[::1]',
      '[::ffff:127.0.0.1]',
      'localhost',
      '[::]',
    ];
    for (const host of here) {
      // Its port is allowed for another origin, and does not make it allowed here.
      const options = { allow: [`http://provider.example:${canaryPort}`] };
      expect(await reasonOf(`http://${host}:${canaryPort}/`, options)).toBe('port');
    }
    expect(knocks).toBe(0);
  });

  it('a name of the public internet that points inside is refused, also with one address among many', async () => {
    expect(await reasonOf('http://localtest.example/', names({ 'localtest.example': ['127.0.0.1'] }))).toBe(
      'inside',
    );
    const mixed = names({ 'mixed.example': ['8.8.8.8', '10.0.0.1'] });
    expect(await reasonOf('http://mixed.example/', mixed)).toBe('inside');
    expect(await reasonOf('http://nobody.example/', names({}))).toBe('no-address');
  });

  it('a name that answers otherwise a moment later (rebinding) is asked once, and only what was checked is called', async () => {
    let asked = 0;
    const flipping: EgressOptions = {
      timeoutMs: 300,
      lookup: async () => {
        asked += 1;
        // First a public address that answers nobody, afterwards this machine.
        return [{ address: asked === 1 ? '240.0.0.1' : '127.0.0.1', family: 4 }];
      },
      allow: [`http://rebind.example:${canaryPort}`],
    };
    expect(['no-connection', 'too-slow']).toContain(
      await reasonOf(`http://rebind.example:${canaryPort}/`, flipping),
    );
    expect(asked).toBe(1);
    expect(knocks).toBe(0);
  });

  it('a redirect into the house is not followed, and refused unless the caller reads it himself', async () => {
    const egress = createEgress({ allow: [origin] });
    await expect(egress(`${origin}/moved`)).rejects.toMatchObject({ reason: 'redirect' });
    await expect(egress(`${origin}/moved`, { redirect: 'follow' })).rejects.toMatchObject({
      reason: 'redirect',
    });
    expect((await egress(`${origin}/moved`, { redirect: 'manual' })).status).toBe(302);
    expect(knocks).toBe(0);
  });
});

describe('HOOK-1: what may be asked', () => {
  it('a configured provider inside is asked under its own name, and only at its own origin', async () => {
    const { port } = provider.address() as AddressInfo;
    const egress = createEgress({
      allow: [`http://login.ministry.example:${port}`],
      ...names({ 'login.ministry.example': ['127.0.0.1'], 'other.example': ['127.0.0.1'] }),
    });
    const answer = await egress(`http://login.ministry.example:${port}/token?x=1`, {
      method: 'POST',
      body: new URLSearchParams({ code: 'abc' }),
      headers: { host: 'evil.example', 'transfer-encoding': 'chunked', authorization: 'Basic eDp5' },
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ issuer: 'x' });
    expect(seen).toEqual([
      {
        method: 'POST',
        url: '/token?x=1',
        host: `login.ministry.example:${port}`,
        body: 'code=abc',
        type: 'application/x-www-form-urlencoded;charset=UTF-8',
      },
    ]);
    await expect(egress(`http://other.example:${port}/`)).rejects.toMatchObject({ reason: 'port' });
    await expect(egress('http://login.ministry.example/')).rejects.toMatchObject({ reason: 'inside' });
  });

  it('an answer is cut at its size, its time and its wrapping', async () => {
    const egress = createEgress({ allow: [origin], timeoutMs: 300 });
    await expect(egress(`${origin}/large`)).rejects.toMatchObject({ reason: 'too-large' });
    await expect(egress(`${origin}/packed`)).rejects.toMatchObject({ reason: 'encoding' });
    await expect(egress(`${origin}/never`)).rejects.toMatchObject({ reason: 'too-slow' });
    const hangs = createEgress({ timeoutMs: 100, lookup: () => new Promise(() => undefined) });
    await expect(hangs('http://slow.example/')).rejects.toMatchObject({ reason: 'too-slow' });
  });

  it('a caller may give up earlier, and learns that it was he', async () => {
    const stop = new AbortController();
    const asking = createEgress({ allow: [origin] })(`${origin}/never`, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(asking).rejects.toThrow('enough');
  });

  it('says of a fault only reason and host', async () => {
    const thrown = await createEgress()('http://127.0.0.1/secret?token=t').catch((error: unknown) => error);
    expect(String(thrown)).not.toMatch(/secret|token/);
  });

  it('knows the public internet', () => {
    for (const address of [
      '8.8.8.8',
      '1.1.1.1',
      '2606:4700::1111',
      '2400:cb00::1',
      '172.32.0.1',
      '100.128.0.1',
    ]) {
      expect(isOutside(address), address).toBe(true);
    }
    for (const address of [
      '',
      'x',
      '2001:db8::1',
      '2001::1',
      '3fff::1',
      'fe80::1%lo',
      '::ffff:8.8.8.8',
      '4000::1',
    ]) {
      expect(isOutside(address), address).toBe(false);
    }
  });
});
