/** The directory over HTTP, with real sessions, on a real database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  actorOf,
  hashPassword,
  identityRoutes,
  makeAccount,
  requireStepUp,
  signedIn,
} from '../identity/index.ts';
import { createHttp, type Http } from '../platform/http/index.ts';
import { directoryRoutes } from './index.ts';
import { makeWorld, type World } from './test-world.ts';

let world: World;
let app: Http;
const sessions = new Map<string, Record<string, string>>();
const ids = new Map<string, string>();
const told: string[][] = [];

beforeAll(async () => {
  world = await makeWorld();
  app = await createHttp({
    log: world.ctx.log,
    publicUrl: world.ctx.config.publicUrl,
    ready: async () => ({}),
  });
  await app.register(identityRoutes(world.ctx));
  await app.register(
    directoryRoutes(world.ctx, {
      admit: signedIn(world.ctx),
      actorOf,
      confirmed: (request) => requireStepUp(world.ctx, request),
      tellFormer: (personId, address) => void told.push([personId, address]),
    }),
  );
  await app.ready();
  for (const table of ['organisations', 'posts', 'persons']) {
    const { rows } = await world.owner.query(`select id, code from ${table}`);
    for (const row of rows) ids.set(`${table}/${row.code}`, row.id);
  }
  const passwordHash = await hashPassword('a long enough sentence');
  for (const login of [
    'teacher',
    'officer',
    'admin',
    'captain',
    'mnd-officer',
    'county-admin',
    'moe-officer',
    'inspector',
  ]) {
    const personId = ids.get(`persons/${login}`)!;
    await world.asSystem((tx) => makeAccount(world.ctx, tx, { personId, login, passwordHash }));
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { login, password: 'a long enough sentence' },
    });
    const cookie = answer.cookies.find((one) => one.name === 'tocsin')!.value;
    sessions.set(login, { cookie: `tocsin=${cookie}`, origin: world.ctx.config.publicUrl });
  }
});
afterAll(async () => {
  await app.close();
  await world.close();
});

const get = (who: string, url: string) =>
  app.inject({ url: `/api/v1${url}`, headers: sessions.get(who) ?? {} });
const send = (method: 'POST' | 'PATCH' | 'DELETE', who: string, url: string, payload?: object) =>
  app.inject({
    method,
    url: `/api/v1${url}`,
    headers: sessions.get(who) ?? {},
    ...(payload ? { payload } : {}),
  });
const body = (code: string) => ids.get(`organisations/${code}`)!;
const post = (code: string) => ids.get(`posts/${code}`)!;
const person = (code: string) => ids.get(`persons/${code}`)!;
const codesOf = (answer: { json(): { items: { code: string }[] } }) =>
  answer.json().items.map((one) => one.code);
/** An answer without what differs between any two requests. */
const bare = (answer: Awaited<ReturnType<typeof get>>) => {
  const { instance: _instance, ...problem } = answer.json();
  const { 'x-request-id': _id, date: _date, ...headers } = answer.headers;
  return { status: answer.statusCode, problem, headers };
};

describe('reading the directory', () => {
  it('is for those signed in only', async () => {
    for (const url of ['/organisations', `/organisations/${body('school')}`, '/groups', '/coverage']) {
      expect((await get('nobody', url)).statusCode).toBe(401);
    }
  });

  it('finds bodies by Chinese name, English name and code, the very name first', async () => {
    expect(codesOf(await get('teacher', `/organisations?q=${encodeURIComponent('光明')}`))).toEqual([
      'school',
    ]);
    expect(codesOf(await get('teacher', '/organisations?q=guangming'))).toEqual(['school']);
    expect(codesOf(await get('teacher', '/organisations?q=COUNTY'))).toEqual([
      'county',
      'county-edu',
      'hospital',
    ]);
    expect(codesOf(await get('teacher', '/organisations?sector=electricity'))).toEqual(['power']);
    expect(codesOf(await get('teacher', `/organisations?superiorId=${body('county')}`))).toEqual([
      'county-edu',
      'hospital',
    ]);
    expect(codesOf(await get('teacher', '/organisations?roots=yes'))).toEqual(['ey', 'natsec', 'power']);
  });

  it('pages through all of them once, in order', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await get('teacher', `/organisations?limit=7${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...codesOf(page));
      cursor = page.json().nextCursor;
    } while (cursor);
    const { rows } = await world.owner.query(
      'select code from organisations where code <> \'brigade\' order by code collate "C"',
    );
    expect(seen).toEqual(rows.map((row) => row.code));
    const other = await get('teacher', `/organisations?limit=7`);
    expect((await get('teacher', `/organisations?q=x&cursor=${other.json().nextCursor}`)).json().code).toBe(
      'bad-cursor',
    );
  });

  it('shows a body with its line, team, systems and where its report goes (S2.1, S3.1, S3.6, S7.12.1, S7.13.1.3)', async () => {
    const answer = await get('teacher', `/organisations/${body('school')}`);
    expect(answer.json()).toMatchObject({
      organisation: { code: 'school', subgroup: 'sg-academia', ended: false, gaps: [] },
      superior: { code: 'county-edu' },
      authority: { code: 'county-edu' },
      chain: [{ code: 'county-edu' }, { code: 'county' }, { code: 'ey' }],
      posts: [
        { code: 'contact-school', holders: [{ name: { zh: '莊組長' }, email: 'teacher@school.example' }] },
      ],
      contacts: [{ name: { zh: '莊組長' }, phone: '02-0000-2006' }],
      team: [{ name: { zh: '莊組長' }, function: 'head' }],
      systems: [{ name: { zh: '校園網站' }, securityGrade: 'D', ips: ['192.0.2.10'] }],
      route: {
        authority: { code: 'county-edu' },
        subgroup: { code: 'sg-academia', convenedBy: { code: 'moe' } },
      },
    });
  });

  it('gives addresses and systems to those above, the subgroup and the desk, to no other', async () => {
    const shown = async (who: string) => {
      const view = (await get(who, `/organisations/${body('school')}`)).json();
      return [view.posts[0].holders[0].email, view.contacts.length, view.team.length, view.systems.length];
    };
    const all = ['teacher@school.example', 1, 1, 1];
    for (const who of ['teacher', 'inspector', 'county-admin', 'moe-officer', 'officer']) {
      expect([who, await shown(who)]).toEqual([who, all]);
    }
    for (const who of ['captain', 'mnd-officer']) expect(await shown(who)).toEqual([null, 0, 0, 0]);
  });

  it('answers for a body in a compartment as for one that does not exist (ISO-1, DEC-19)', async () => {
    const unknown = '00000000-0000-4000-8000-000000000000';
    for (const who of ['teacher', 'officer', 'admin', 'county-admin']) {
      const none = bare(await get(who, `/organisations/${unknown}`));
      expect(none.status).toBe(404);
      expect(bare(await get(who, `/organisations/${body('brigade')}`))).toEqual(none);
      expect(bare(await get(who, `/posts/${post('contact-brigade')}`))).toEqual(
        bare(await get(who, `/posts/${unknown}`)),
      );
      expect(codesOf(await get(who, '/organisations?q=brigade'))).toEqual([]);
      const patch = { nameZh: '改名' };
      expect(bare(await send('PATCH', who, `/organisations/${body('brigade')}`, patch))).toEqual(
        bare(await send('PATCH', who, `/organisations/${unknown}`, patch)),
      );
    }
    for (const who of ['captain', 'mnd-officer']) {
      expect((await get(who, `/organisations/${body('brigade')}`)).json()).toMatchObject({
        organisation: { code: 'brigade', subgroup: 'sg-defence' },
        systems: [{ securityGrade: 'A' }],
      });
    }
  });

  it('names the ministry of the compartment, and how the desk reaches its officers, but not who below it', async () => {
    const seen = async (who: string) => (await get(who, `/posts/${post('subgroup-defence')}`)).json().holders;
    expect(await seen('officer')).toMatchObject([{ name: { zh: '薛承辦' }, phone: '02-0000-2005' }]);
    expect(await seen('teacher')).toEqual([]);
    const ministry = (await get('teacher', `/organisations/${body('mnd')}`)).json();
    expect(ministry.organisation.code).toBe('mnd');
    expect(ministry.subordinates.map((one: { code: string }) => one.code)).toEqual(['csist']);
  });

  it('lists the groups with who convenes them, two crisis groups apart (DEC-9)', async () => {
    const { items } = (await get('teacher', '/groups')).json();
    const group = (code: string) => items.find((one: { code: string }) => one.code === code);
    expect(group('sg-crisis')).toMatchObject({ kind: 'subgroup', convenedBy: { code: 'dgbas' } });
    expect(group('wg-crisis')).toMatchObject({ kind: 'working-group' });
    expect(group('sg-defence').convenedBy).toMatchObject({ code: 'mnd' });
  });

  it('shows what would keep reports from arriving, within what one may see (DEC-10, H41)', async () => {
    const desk = (await get('officer', '/coverage')).json();
    expect(desk.rows.map((row: { organisation: { code: string } }) => row.organisation.code)).toContain(
      'county',
    );
    expect(JSON.stringify(desk)).not.toContain('brigade');
    const own = (await get('teacher', '/coverage')).json();
    expect(own).toEqual({ total: 1, rows: [], vacantPosts: [] });
  });

  it('refuses a NUL, a wrong id and an unknown parameter with 4xx (WEB-4)', async () => {
    for (const url of [
      '/organisations?q=%00',
      '/organisations/x',
      '/organisations?order=1;drop',
      '/organisations?limit=1e9',
    ]) {
      expect((await get('teacher', url)).statusCode).toBe(400);
    }
  });
});

describe('administering the directory', () => {
  const office = {
    code: 'county-fire',
    nameZh: '青山縣消防局',
    nameEn: 'Fire office',
    superior: 'county',
    sectors: ['local-government'],
  };

  it('is not for those who hold no administrator’s post', async () => {
    for (const who of ['teacher', 'officer', 'moe-officer']) {
      expect((await send('POST', who, '/organisations', office)).json().code).toBe('forbidden-act');
      expect(
        (await send('PATCH', who, `/organisations/${body('school')}`, { phone: '02-0000-1' })).json().code,
      ).toBe('forbidden-act');
    }
  });

  it('lets a county run its own part and nothing else', async () => {
    expect(
      (await send('POST', 'county-admin', '/organisations', { ...office, superior: 'moea' })).json(),
    ).toMatchObject({
      code: 'invalid-input',
      fields: [{ path: 'superior', code: 'bad-choice' }],
    });
    expect(
      (await send('POST', 'county-admin', '/organisations', { ...office, superior: null })).statusCode,
    ).toBe(400);
    const made = await send('POST', 'county-admin', '/organisations', office);
    expect(made.statusCode).toBe(201);
    const { id } = made.json();
    expect((await send('POST', 'county-admin', '/organisations', office)).json().fields).toMatchObject([
      { path: 'code', code: 'duplicate' },
    ]);
    const someone = { code: 'fire-1', nameZh: '余隊員', email: 'fire@county.example', phone: '02-0000-7777' };
    const member = (await send('POST', 'county-admin', `/organisations/${id}/persons`, someone)).json().id;
    const contact = { code: 'contact-county-fire', nameZh: '聯絡人', role: 'contact' };
    const postId = (await send('POST', 'county-admin', `/organisations/${id}/posts`, contact)).json().id;
    expect(
      (await send('POST', 'county-admin', `/posts/${postId}/holders`, { personId: member })).statusCode,
    ).toBe(204);
    expect(
      (await send('POST', 'county-admin', `/organisations/${id}/contacts`, { personId: member })).statusCode,
    ).toBe(204);
    expect(
      (
        await send('POST', 'county-admin', `/organisations/${id}/team`, {
          personId: member,
          function: 'head',
        })
      ).statusCode,
    ).toBe(204);
    expect(
      (
        await send('POST', 'county-admin', `/organisations/${id}/systems`, {
          nameZh: '派遣',
          securityGrade: 'B',
        })
      ).statusCode,
    ).toBe(204);
    expect(
      (await send('PATCH', 'county-admin', `/persons/${member}`, { mobile: '0900-000-999' })).statusCode,
    ).toBe(204);
    expect((await get('county-admin', `/organisations/${id}`)).json()).toMatchObject({
      organisation: { gaps: [] },
      contacts: [{ email: 'fire@county.example', mobile: '0900-000-999', phone: '02-0000-7777' }],
      systems: [{ securityGrade: 'B' }],
    });
    expect((await send('DELETE', 'county-admin', `/posts/${postId}/holders/${member}`)).statusCode).toBe(204);
    expect((await get('county-admin', `/organisations/${id}`)).json().organisation.gaps).toEqual([
      'post-vacant',
    ]);
    expect(
      (await send('PATCH', 'county-admin', `/organisations/${body('power')}`, { note: 'x' })).json().code,
    ).toBe('forbidden-act');
  });

  it('lets nobody give himself rights beyond his body', async () => {
    for (const role of ['auditor', 'convenor', 'deputy-convenor', 'duty-officer', 'observer']) {
      const wide = { code: `county-${role}`, nameZh: '職位', role };
      expect(
        (await send('POST', 'county-admin', `/organisations/${body('county')}/posts`, wide)).json().code,
      ).toBe('forbidden-act');
    }
    const desk = { code: 'county-desk', nameZh: '職位', role: 'contact', group: 'sg-crisis' };
    expect(
      (await send('POST', 'county-admin', `/organisations/${body('county')}/posts`, desk)).json().code,
    ).toBe('forbidden-act');
    const own = { personId: person('county-admin') };
    expect(
      (await send('POST', 'county-admin', `/posts/${post('duty-officer')}/holders`, own)).json().code,
    ).toBe('forbidden-act');
    const foreign = { personId: person('moe-officer') };
    expect(
      (await send('POST', 'county-admin', `/posts/${post('administrator-county')}/holders`, foreign)).json()
        .fields,
    ).toMatchObject([{ path: 'personId', code: 'bad-choice' }]);
    expect(
      (
        await send('PATCH', 'county-admin', `/organisations/${body('school')}`, { sectors: ['defence'] })
      ).json().fields,
    ).toMatchObject([{ path: 'sectors', code: 'bad-choice' }]);
  });

  it('changes only the fields a change names, and names the field that is wrong', async () => {
    const before = (await get('admin', `/organisations/${body('power')}`)).json();
    expect(
      (await send('PATCH', 'admin', `/organisations/${body('power')}`, { phone: '02-0000-5555' })).statusCode,
    ).toBe(204);
    const after = (await get('admin', `/organisations/${body('power')}`)).json();
    expect(after).toEqual({ ...before, phone: '02-0000-5555' });
    const loop = await send('PATCH', 'admin', `/organisations/${body('county')}`, { superior: 'school' });
    expect(loop.json()).toMatchObject({
      code: 'invalid-input',
      fields: [{ path: 'superior', code: 'invalid' }],
    });
    const wrong = await send('PATCH', 'admin', `/organisations/${body('power')}`, {
      sectors: ['alchemy'],
      rank: 1,
    });
    expect(wrong.json().fields.map((field: { path: string }) => field.path)).toEqual(['rank']);
    const sectors = await send('PATCH', 'admin', `/organisations/${body('power')}`, { sectors: ['alchemy'] });
    expect(sectors.json().fields).toMatchObject([{ path: 'sectors.0', code: 'bad-choice' }]);
  });

  it('routes by the successor’s line from the day after a body ends (H42)', async () => {
    const view = async () => (await get('admin', `/organisations/${body('school')}`)).json();
    expect((await view()).route.authority.code).toBe('county-edu');
    const today = new Date(world.clock.now().getTime() - 26 * 3_600_000).toISOString().slice(0, 10);
    const ended = { validFrom: '2001-01-01', validTo: today, successor: 'moe' };
    expect((await send('PATCH', 'admin', `/organisations/${body('county-edu')}`, ended)).statusCode).toBe(
      204,
    );
    expect((await view()).route.authority.code).toBe('moe');
    expect((await view()).organisation.gaps).toEqual(['superior-ended']);
    // Whoever belonged to it no longer reads the school’s telephone numbers.
    expect((await get('inspector', `/organisations/${body('school')}`)).json().contacts).toEqual([]);
  });

  it('records every change as a fact without anything personal', async () => {
    const { rows } = await world.owner.query(
      "select kind, data, person_id, post_id from facts where stream = 'directory' and person_id = $1",
      [person('county-admin')],
    );
    expect(rows.map((row) => row.kind)).toEqual(
      expect.arrayContaining([
        'organisation-saved',
        'person-saved',
        'holding-saved',
        'contact-saved',
        'system-saved',
      ]),
    );
    expect(rows.every((row) => row.post_id === post('administrator-county'))).toBe(true);
    const { rows: all } = await world.owner.query('select data from facts');
    expect(JSON.stringify(all)).not.toMatch(/@|0900|02-0000|余隊員|莊組長/);
  });
});

describe('an open screen somebody found', () => {
  it('AUTH-6 ISO-15: changes nothing of the directory; the address a person had is told of the new one', async () => {
    const teacher = person('teacher');
    told.length = 0;
    const { rows } = await world.owner.query('select email from person_details where person_id = $1', [
      teacher,
    ]);
    const changed = await send('PATCH', 'admin', `/persons/${teacher}`, { email: 'new@school.example' });
    expect(changed.statusCode).toBe(204);
    expect(told).toEqual([[teacher, rows[0].email]]);
    await send('PATCH', 'admin', `/persons/${teacher}`, { phone: '02-0000-1111' });
    expect(told).toHaveLength(1);
    await world.owner.query('update sessions set stepped_up_at = null, stepped_up_how = null');
    const writes = [
      ['POST', '/organisations', { code: 'x', nameZh: 'x', superior: 'ey', sectors: ['academia'] }],
      ['PATCH', `/organisations/${body('school')}`, { note: 'x' }],
      ['POST', `/organisations/${body('school')}/posts`, { code: 'x', nameZh: 'x', role: 'contact' }],
      ['PATCH', `/posts/${post('contact-school')}`, { nameZh: 'x' }],
      ['POST', `/posts/${post('duty-officer')}/holders`, { personId: person('admin') }],
      ['DELETE', `/posts/${post('contact-school')}/holders/${teacher}`, undefined],
      ['POST', `/organisations/${body('school')}/persons`, { code: 'x', nameZh: 'x' }],
      ['PATCH', `/persons/${teacher}`, { email: 'evil@x.example' }],
      ['POST', `/organisations/${body('school')}/contacts`, { personId: teacher }],
      ['POST', `/organisations/${body('school')}/team`, { personId: teacher, function: 'head' }],
      ['POST', `/organisations/${body('school')}/systems`, { nameZh: 'x', securityGrade: 'A' }],
    ] as const;
    const refused: unknown[] = [];
    for (const [method, url, payload] of writes) {
      const answer = await send(method, 'admin', url, payload);
      refused.push([url, answer.json().code]);
    }
    expect(refused).toEqual(writes.map(([, url]) => [url, 'step-up-needed']));
    expect((await get('admin', `/organisations/${body('school')}`)).statusCode).toBe(200);
    expect(told).toHaveLength(1);
  });
});
