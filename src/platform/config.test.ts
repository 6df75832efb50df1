import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, VARIABLE_NAMES } from './config.ts';

const app = 'postgresql://app:geheim@db.example/tocsin';
const owner = 'postgresql://owner:geheim@db.example/tocsin';

const faultsOf = (env: Record<string, string>, mode: 'serve' | 'demo' = 'serve') => {
  try {
    loadConfig(env, mode);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  return undefined;
};

describe('the configuration', () => {
  it('needs nothing to be set', () => {
    const config = loadConfig({}, 'demo');
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      publicUrl: 'http://localhost:8080',
      trustProxy: false,
      workers: { web: true, work: true },
    });
    expect(config.dataDir).toMatch(/demo/);
    expect(loadConfig({}, 'serve').dataDir).not.toBe(config.dataDir);
  });

  it.each([
    ['HOST', '0.0.0.0', 'host', '0.0.0.0'],
    ['HOST', '::1', 'host', '::1'],
    ['PORT', ' 0 ', 'port', 0],
    ['PORT', '65535', 'port', 65_535],
    ['PORT', '', 'port', 8080],
    ['SMTP_URL', 'smtp://127.0.0.1:2525', 'smtpUrl', 'smtp://127.0.0.1:2525'],
    ['PUBLIC_URL', 'https://tocsin.example/', 'publicUrl', 'https://tocsin.example'],
    ['MAIL_FROM', '警鐘 <notice@tocsin.example>', 'mailFrom', '警鐘 <notice@tocsin.example>'],
    ['LOG_LEVEL', 'debug', 'logLevel', 'debug'],
    ['TRUST_PROXY', 'false', 'trustProxy', false],
    ['TRUST_PROXY', '10.0.0.0/8, loopback', 'trustProxy', ['10.0.0.0/8', 'loopback']],
    ['WORKERS', 'work', 'workers', { web: false, work: true }],
    ['WORKERS', 'web,work', 'workers', { web: true, work: true }],
    [
      'SMTP_ROUTES',
      'A.example=smtp://h:25, b.example=smtps://u:p@i',
      'smtpRoutes',
      new Map([
        ['a.example', 'smtp://h:25'],
        ['b.example', 'smtps://u:p@i'],
      ]),
    ],
  ])('reads %s=%s', (variable, value, field, expected) => {
    expect(loadConfig({ [variable]: value }, 'demo')[field as 'host']).toEqual(expected);
  });

  it.each([
    ['HOST', 'no host', '"no host"'],
    ['PORT', '80a', '"80a"'],
    ['PORT', '65536', '"65536"'],
    ['PORT', '-1', '"-1"'],
    ['DATABASE_POOL', '2', '"2"'],
    ['DATABASE_URL', 'mysql://u:geheim@h/d', '"mysql://…@h/d"'],
    ['DATABASE_URL', 'db', '（不顯示 not shown）'],
    ['DATABASE_URL', 'postgresql://h/d', '"postgresql://h/d"'],
    ['DATABASE_OWNER_URL', 'postgresql://u:geheim@h', '"postgresql://…@h"'],
    ['SMTP_URL', 'http://u:geheim@h', '"http://…@h"'],
    ['SMTP_ROUTES', 'a.example', '（不顯示 not shown）'],
    ['SMTP_ROUTES', 'a.example=smtp://u:geheim@h,a.example=smtp://i', '（不顯示 not shown）'],
    ['MAIL_FROM', 'nobody', '"nobody"'],
    ['MAIL_FROM', 'a@b.example\r\nBcc: c@d.example', '"a@b.example\\r\\nBcc: c@d.example"'],
    ['PUBLIC_URL', 'tocsin.example', '"tocsin.example"'],
    ['PUBLIC_URL', 'https://tocsin.example/app', '"https://tocsin.example/app"'],
    ['PUBLIC_URL', 'http://tocsin.example', '"http://tocsin.example"'],
    ['LOG_LEVEL', 'loud', '"loud"'],
    ['TRUST_PROXY', 'true', '"true"'],
    ['TRUST_PROXY', '10.0.0.0/33', '"10.0.0.0/33"'],
    ['WORKERS', 'web,play', '"web,play"'],
  ])('refuses %s=%s in one line per language, without secrets', (variable, value, shown) => {
    const error = faultsOf({ [variable]: value })!;
    expect(error.faults).toEqual([{ variable, shown, zh: expect.any(String), en: expect.any(String) }]);
    expect(error.message.split('\n')).toHaveLength(2);
    expect(error.message).toContain(variable);
    expect(error.message).not.toContain('geheim');
  });

  it('tells every wrong value at once', () => {
    const error = faultsOf({ PORT: 'x', HOST: '?', LOG_LEVEL: 'y' })!;
    expect(error.faults.map((fault) => fault.variable)).toEqual(['HOST', 'PORT', 'LOG_LEVEL']);
  });

  it('wants both database URLs or neither, and two roles', () => {
    expect(faultsOf({ DATABASE_URL: app })?.faults[0]?.variable).toBe('DATABASE_OWNER_URL');
    expect(faultsOf({ DATABASE_OWNER_URL: owner })?.faults[0]?.variable).toBe('DATABASE_URL');
    expect(faultsOf({ DATABASE_URL: owner, DATABASE_OWNER_URL: owner })?.faults[0]?.variable).toBe(
      'DATABASE_URL',
    );
    expect(loadConfig({ DATABASE_URL: app, DATABASE_OWNER_URL: owner }, 'serve').databaseUrl).toBe(app);
  });

  it('wants a public address over https when others can reach production', () => {
    expect(faultsOf({ HOST: '0.0.0.0' })?.faults[0]?.variable).toBe('PUBLIC_URL');
    expect(faultsOf({ HOST: '0.0.0.0' }, 'demo')).toBeUndefined();
    expect(faultsOf({ HOST: '0.0.0.0', PUBLIC_URL: 'https://tocsin.example' })).toBeUndefined();
    expect(faultsOf({ HOST: '0.0.0.0', WORKERS: 'work' })).toBeUndefined();
  });

  it('names every variable in the operations handbook', async () => {
    const { readFileSync } = await import('node:fs');
    const handbook = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    for (const name of VARIABLE_NAMES) expect(handbook).toContain(`\`${name}\``);
  });
});

describe('sign-in settings', () => {
  const provider = {
    OIDC_ISSUER: 'https://login.ministry.example',
    OIDC_CLIENT_ID: 'tocsin',
    OIDC_CLIENT_SECRET: 'geheim',
  };

  it('ask for a second factor in production and leave it open in the demonstration', () => {
    expect(loadConfig({}, 'serve')).toMatchObject({
      secondFactor: 'required',
      session: { idleMs: 30 * 60_000, absoluteMs: 12 * 3_600_000 },
    });
    expect(loadConfig({}, 'demo').secondFactor).toBe('optional');
    expect(loadConfig({ SECOND_FACTOR: 'optional' }, 'serve').secondFactor).toBe('optional');
    expect(faultsOf({ SECOND_FACTOR: 'no' })?.faults[0]?.variable).toBe('SECOND_FACTOR');
    expect(faultsOf({ SESSION_HOURS: '25' })?.faults[0]?.variable).toBe('SESSION_HOURS');
  });

  it('take a provider as a whole, its secret also from a file, and several of them', async () => {
    const { mkdtempSync, rmSync, writeFileSync } = await import('node:fs');
    const { tmpdir } = await import('node:os');
    const folder = mkdtempSync(`${tmpdir()}/tocsin-config-`);
    writeFileSync(`${folder}/secret`, 'from-a-file\n');
    const { OIDC_CLIENT_SECRET: _, ...rest } = provider;
    const config = loadConfig(
      {
        ...rest,
        OIDC_CLIENT_SECRET_FILE: `${folder}/secret`,
        OIDC_NAME: '某部單一登入',
        OIDC_2_ISSUER: 'http://127.0.0.1:9000',
        OIDC_2_CLIENT_ID: 'x',
        OIDC_2_CLIENT_SECRET: 'y',
      },
      'serve',
    );
    rmSync(folder, { recursive: true });
    expect(config.oidc).toEqual([
      {
        id: '1',
        name: '某部單一登入',
        issuer: 'https://login.ministry.example',
        clientId: 'tocsin',
        clientSecret: 'from-a-file',
      },
      { id: '2', name: '127.0.0.1', issuer: 'http://127.0.0.1:9000', clientId: 'x', clientSecret: 'y' },
    ]);
  });

  it('say what is missing or wrong of a provider, never its secret', () => {
    const wrong = (env: Record<string, string>) => faultsOf(env)?.faults.map((fault) => fault.variable);
    expect(wrong({ OIDC_ISSUER: 'https://login.ministry.example' })).toEqual([
      'OIDC_CLIENT_ID',
      'OIDC_CLIENT_SECRET',
    ]);
    expect(wrong({ ...provider, OIDC_ISSUER: 'http://login.ministry.example' })).toEqual(['OIDC_ISSUER']);
    expect(wrong({ ...provider, OIDC_CLIENT_SECRET_FILE: '/nowhere' })).toEqual(['OIDC_CLIENT_SECRET_FILE']);
    const twice = { OIDC_2_ISSUER: provider.OIDC_ISSUER, OIDC_2_CLIENT_ID: 'a', OIDC_2_CLIENT_SECRET: 'b' };
    expect(wrong({ ...provider, ...twice })).toEqual(['OIDC_2_ISSUER']);
    expect(faultsOf({ ...provider, ...twice })?.message).not.toContain('geheim');
  });
});
