/** Invitation and recovery through the API: who may do it to whom, with how many eyes, and what a link is good for. */
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadDirectory } from '../directory/index.ts';
import { pack } from '../directory/test-world.ts';
import { write } from '../platform/transaction.ts';
import { putAccount } from './commands.ts';
import { type Browser, codeAt, openRooms, PASSWORD, type Rooms, tokenIn } from './test-kit.ts';

let rooms: Rooms;
const told: [string, string][] = [];
const as: Record<string, Browser> = {};
const ids: Record<string, string> = {};

beforeAll(async () => {
  rooms = await openRooms({
    config: { secondFactor: 'required' },
    identity: { tellPerson: (personId, what) => void told.push([personId, what]) },
  });
  await rooms.world.asSystem((tx) =>
    loadDirectory(rooms.ctx, tx, pack, {
      persons: [
        ['admin-2', 'dgbas-edpc'],
        ['county-admin-2', 'county'],
        ['clerk', 'county'],
        ['guest', 'county'],
        ['mnd-admin', 'mnd'],
        ['newcomer', 'school'],
        ['pupil', 'school'],
        ['pupil-2', 'school'],
        ['cadet', 'mnd'],
      ].map(([code, organisation]) => ({
        code: code!,
        organisation: organisation!,
        nameZh: code!,
        email: `${code}@${organisation}.example`,
      })),
      posts: [
        {
          code: 'administrator-mnd',
          nameZh: '管理員',
          role: 'administrator',
          organisation: 'mnd',
        },
        { code: 'contact-county', nameZh: '聯絡人', role: 'contact', organisation: 'county' },
        {
          code: 'centre-administrator-2',
          nameZh: '管理員',
          role: 'administrator',
          organisation: 'dgbas-edpc',
          group: pack.desk.group,
        },
        { code: 'administrator-county-2', nameZh: '管理員', role: 'administrator', organisation: 'county' },
      ],
      holdings: [
        { post: 'centre-administrator-2', person: 'admin-2' },
        { post: 'administrator-county-2', person: 'county-admin-2' },
        { post: 'contact-county', person: 'clerk' },
        { post: 'administrator-mnd', person: 'mnd-admin' },
      ],
    }),
  );
  // Whoever agrees to a recovery has been in his post for a while.
  rooms.clock.advance(31 * 24 * 3_600_000);
  const admins = ['admin', 'admin-2', 'county-admin', 'county-admin-2', 'mnd-admin'];
  for (const code of [...admins, 'officer', 'clerk', 'guest', 'teacher', 'captain', 'newcomer', 'cadet']) {
    ids[code] = ['newcomer', 'cadet'].includes(code) ? await rooms.idOf(code) : await rooms.account(code);
  }
  for (const code of admins) {
    const browser = rooms.browser();
    as[code] = browser;
    await browser.signIn(code);
    await browser.addKey(devices(code));
  }
});
afterAll(() => rooms.close());
const keys = new Map<string, ReturnType<Rooms['device']>>();
function devices(code: string) {
  const known = keys.get(code) ?? rooms.device();
  keys.set(code, known);
  return known;
}
/** Every administrator comes fresh from the door, an hour after whatever was before. */
beforeEach(async () => {
  rooms.clock.advance(61 * 60_000);
  for (const [code, browser] of Object.entries(as)) await browser.signInBy(devices(code));
});

const ask = (by: string, whom: string) =>
  as[by]!.post(`/accounts/${ids[whom]}/recovery`, { reason: '金鑰遺失' });
const NOBODY = { status: 404, body: { code: 'not-found' } };

describe('an invitation', () => {
  it('leads to a passkey, once, within a day, by a link whose secret no server sees', async () => {
    const first = await as['county-admin']!.post('/accounts', {
      personId: ids['newcomer'],
      login: 'newcomer',
    });
    expect(first.body.link).toMatch(/^http:\/\/localhost:6100\/enrol#token=[\w-]{43}$/);
    const second = await as['county-admin']!.post('/accounts', {
      personId: ids['newcomer'],
      login: 'newcomer',
    });
    const gone = { status: 410, body: { code: 'setup-link-used' } };
    const browser = rooms.browser();
    expect(await browser.post('/enrolment', { token: tokenIn(first.body.link) })).toMatchObject(gone);
    const token = tokenIn(second.body.link);
    expect((await browser.post('/enrolment', { token })).body).toMatchObject({
      kind: 'invitation',
      secondFactor: 'required',
    });
    // A password alone is not enough here.
    const alone = await browser.post('/enrolment/password', { token, password: PASSWORD });
    expect(alone.body.fields).toMatchObject([{ path: 'code', code: 'required' }]);
    const device = rooms.device();
    const { body } = await browser.post('/enrolment/passkey/options', { token });
    const response = device.create(body.options);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        rooms.browser().post('/enrolment/passkey', { token, name: '筆電', response }),
      ),
    );
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    expect((await rooms.browser().signInBy(device)).body).toMatchObject({ access: 'full', how: 'passkey' });
    const stored = await rooms.rows('select token_hash from enrolment_links');
    expect(JSON.stringify(stored)).not.toContain(token);
    const again = await as['county-admin']!.post('/accounts', {
      personId: ids['newcomer'],
      login: 'newcomer',
    });
    expect(again.body.code).toBe('account-enrolled');
  });

  it('leads to a password with codes just as well', async () => {
    const [{ id }] = await rooms.rows("select id from persons where code = 'nurse'");
    const made = await as['admin']!.post('/accounts', { personId: id, login: 'nurse' });
    const token = tokenIn(made.body.link);
    const browser = rooms.browser();
    const { secret } = (await browser.post('/enrolment/totp', { token })).body;
    const wrong = { token, password: PASSWORD, code: '000000' };
    expect((await browser.post('/enrolment/password', wrong)).body.code).toBe('code-refused');
    const code = codeAt(secret, rooms.clock.now());
    const done = await browser.post('/enrolment/password', { token, password: PASSWORD, code });
    expect(done.body).toMatchObject({ access: 'full', how: 'totp' });
    expect((await rooms.browser().signIn('hospital-nurse')).status).toBe(202);
  });

  it('ISO-6: a name that somebody elsewhere has is as free as any other; within one’s own body it is taken', async () => {
    const invite = (code: string, login: string) =>
      as['county-admin']!.post('/accounts', { personId: ids[code], login });
    ids['pupil'] = await rooms.idOf('pupil');
    ids['pupil-2'] = await rooms.idOf('pupil-2');
    // Somebody behind the wall, of another body, and nobody at all.
    for (const login of [
      'captain',
      'brigade-captain',
      'captain@brigade.example',
      'officer',
      'nobody-at-all',
    ]) {
      const made = await invite('pupil', login);
      expect([login, made.status]).toEqual([login, 201]);
      const shown = await rooms.browser().post('/enrolment', { token: tokenIn(made.body.link) });
      expect(shown.body.login).toBe(`school-${login}`);
    }
    expect((await invite('pupil-2', 'nobody-at-all')).body).toMatchObject({
      code: 'invalid-input',
      fields: [{ path: 'login', code: 'duplicate' }],
    });
    expect((await invite('pupil-2', 'Pupil-2@School.example')).status).toBe(201);
    // Behind the wall an address takes none outside.
    const walled = await as['mnd-admin']!.post('/accounts', {
      personId: ids['cadet'],
      login: 'p@school.example',
    });
    const link = await rooms.browser().post('/enrolment', { token: tokenIn(walled.body.link) });
    expect(link.body.login).toBe('mnd-p@school.example');
  });

  it('runs out after a day, and names the configured address whatever Host says (AUTH-5)', async () => {
    const [{ id }] = await rooms.rows("select id from persons where code = 'engineer'");
    const admin = as['admin']!;
    const cookie = [...admin.jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const made = await rooms.app.inject({
      method: 'POST',
      url: '/api/v1/accounts',
      payload: { personId: id, login: 'engineer' },
      headers: {
        origin: rooms.origin,
        cookie,
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
        forwarded: 'host=evil.example',
      },
    });
    expect(made.json().link).toMatch(/^http:\/\/localhost:6100\/enrol#/);
    expect(made.headers['referrer-policy']).toBe('no-referrer');
    rooms.clock.advance(24 * 3_600_000);
    const late = await rooms.browser().post('/enrolment', { token: tokenIn(made.json().link) });
    expect(late.body.code).toBe('setup-link-used');
  });
});

describe('whose account an administrator may touch', () => {
  const acts: [string, (by: string, whom: string) => Promise<unknown>][] = [
    ['invite', (by, whom) => as[by]!.post('/accounts', { personId: ids[whom], login: `${whom}-x` })],
    ['look', (by, whom) => as[by]!.get(`/accounts/${ids[whom]}`)],
    ['shut', (by, whom) => as[by]!.delete(`/accounts/${ids[whom]}`)],
    ['sign out', (by, whom) => as[by]!.delete(`/accounts/${ids[whom]}/sessions`)],
    ['recover', ask],
  ];
  const outOfReach: [string, string, string][] = [
    ['county-admin', 'admin', 'somebody of the centre (role order: MISP’s class)'],
    ['county-admin', 'officer', 'the desk’s officer'],
    ['county-admin', 'captain', 'somebody behind walls'],
    ['admin', 'captain', 'somebody behind walls, from the centre'],
    ['admin', 'mnd-admin', 'an administrator behind walls, from the centre'],
    ['mnd-admin', 'teacher', 'somebody outside, from behind walls'],
    ['mnd-admin', 'admin', 'the centre, from behind walls'],
  ];
  it.each(outOfReach)('%s: not of %s (%s)', async (by, whom) => {
    for (const [name, act] of acts) expect([name, await act(by, whom)]).toMatchObject([name, NOBODY]);
    const nobody = uuid();
    ids['nobody'] = nobody;
    for (const [, act] of acts) expect(await act(by, 'nobody')).toMatchObject(NOBODY);
  });

  it('is decided by all his posts: one elsewhere, or one that begins later, puts him out of reach (CVE-2026-44730)', async () => {
    const county = as['county-admin']!;
    expect((await county.get(`/accounts/${ids['guest']}`)).status).toBe(200);
    const holding = uuid();
    const [{ id: desk }] = await rooms.rows("select id from posts where code = 'duty-officer'");
    const begins = new Date(rooms.clock.now().getTime() + 20 * 3_600_000);
    await rooms.rows('insert into holdings (id, post_id, person_id, held_from) values ($1, $2, $3, $4)', [
      holding,
      desk,
      ids['guest'],
      begins,
    ]);
    rooms.ctx.signals.emit('directory');
    for (const [name, act] of acts) {
      expect([name, await act('county-admin', 'guest')]).toMatchObject([name, NOBODY]);
    }
    await rooms.rows('update holdings set held_from = $2 where id = $1', [holding, rooms.clock.now()]);
    rooms.ctx.signals.emit('directory');
    for (const [name, act] of acts) {
      expect([name, await act('county-admin', 'guest')]).toMatchObject([name, NOBODY]);
    }
    await rooms.rows('delete from holdings where id = $1', [holding]);
  });

  it('is never his own', async () => {
    for (const [name, act] of acts) {
      if (name === 'look') continue;
      expect([name, await act('county-admin', 'county-admin')]).toMatchObject([name, { status: 403 }]);
    }
  });

  it('is nobody’s without the post of an administrator', async () => {
    const clerk = rooms.browser();
    await clerk.signIn('clerk');
    await clerk.addCodes();
    expect(await clerk.get(`/accounts/${ids['guest']}`)).toMatchObject(NOBODY);
    expect(await clerk.post(`/accounts/${ids['guest']}/recovery`, { reason: 'x' })).toMatchObject(NOBODY);
    expect((await clerk.get('/recoveries')).body.items).toEqual([]);
  });
});

describe('a recovery', () => {
  it('of an ordinary person is one administrator’s: old keys and sessions end at once, and he is told', async () => {
    const teacher = rooms.browser();
    await teacher.signIn('teacher');
    const device = rooms.device();
    await teacher.addKey(device);
    told.length = 0;
    const answer = await ask('county-admin', 'teacher');
    expect(answer).toMatchObject({ status: 201, body: { link: expect.stringContaining('/enrol#token=') } });
    expect((await teacher.get('/session')).status).toBe(401);
    expect((await rooms.browser().signInBy(device)).body.code).toBe('passkey-refused');
    expect((await rooms.browser().signIn('teacher')).status).toBe(401);
    expect(told).toEqual([[ids['teacher'], 'recovery-approved']]);
    rooms.clock.advance(14 * 60_000 + 59_000);
    const token = tokenIn(answer.body.link);
    const browser = rooms.browser();
    const { body } = await browser.post('/enrolment/passkey/options', { token });
    const fresh = rooms.device();
    const done = await browser.post('/enrolment/passkey', {
      token,
      name: '新金鑰',
      response: fresh.create(body.options),
    });
    expect(done.status).toBe(200);
    const kinds = (await browser.get('/me/security')).body.events.map((one: { kind: string }) => one.kind);
    expect(kinds).toEqual(expect.arrayContaining(['recovered', 'recovery-approved', 'passkey-added']));
  });

  it('link runs out after 15 minutes (AUTH-5)', async () => {
    const { body } = await ask('county-admin', 'teacher');
    rooms.clock.advance(15 * 60_000);
    expect((await rooms.browser().post('/enrolment', { token: tokenIn(body.link) })).status).toBe(410);
  });

  it('is asked three times an hour at most (AUTH-5)', async () => {
    for (let n = 0; n < 3; n += 1) expect((await ask('county-admin', 'clerk')).status).toBe(201);
    const fourth = await ask('county-admin-2', 'clerk');
    expect(fourth).toMatchObject({ status: 429, body: { code: 'too-many-attempts' } });
    expect(Number(fourth.headers['retry-after'])).toBeGreaterThan(3_000);
  });

  it('of somebody at the centre takes two administrators (AUTH-4, ISO-15)', async () => {
    const officer = rooms.browser();
    await officer.signIn('officer');
    const device = rooms.device();
    await officer.addKey(device);
    told.length = 0;
    const asked = await ask('admin', 'officer');
    expect(asked).toMatchObject({ status: 202, body: { mayApprove: false, reason: '金鑰遺失' } });
    expect((await rooms.browser().signInBy(device)).status).toBe(200);
    // Asking again is the same question, by whomever.
    expect((await ask('admin-2', 'officer')).body.id).toBe(asked.body.id);
    const approve = (by: string) => as[by]!.post(`/recoveries/${asked.body.id}/approve`);
    expect(await approve('admin')).toMatchObject({ status: 403, body: { code: 'second-person-needed' } });
    expect(await approve('county-admin')).toMatchObject(NOBODY);
    expect((await as['county-admin']!.get('/recoveries')).body.items).toEqual([]);
    expect((await as['admin-2']!.get('/recoveries')).body.items).toMatchObject([
      { id: asked.body.id, mayApprove: true, person: { name: { en: 'Officer Lin' } } },
    ]);
    const answers = await Promise.all(Array.from({ length: 8 }, () => approve('admin-2')));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array(7).fill(409)]);
    expect((await rooms.browser().signInBy(device)).status).toBe(401);
    expect((await officer.get('/session')).status).toBe(401);
    const links = await rooms.rows('select 1 from enrolment_links where person_id = $1 and used_at is null', [
      ids['officer'],
    ]);
    expect(links).toHaveLength(1);
    expect(told.map(([, what]) => what)).toEqual(['recovery-asked', 'recovery-approved']);
    // Neither of the two makes himself another link by way of an invitation.
    for (const by of ['admin', 'admin-2']) {
      const invited = await as[by]!.post('/accounts', { personId: ids['officer'], login: 'officer' });
      expect(invited.body.code).toBe('account-enrolled');
    }
  });

  it('the database itself refuses the same person twice', async () => {
    const asked = await ask('admin', 'county-admin');
    expect(asked.status).toBe(202);
    const twice = rooms.rows(
      "update recoveries set state = 'approved', settled_by = asked_by where id = $1",
      [asked.body.id],
    );
    await expect(twice).rejects.toThrow(/check constraint/);
    expect((await as['admin']!.post(`/recoveries/${asked.body.id}/refuse`)).status).toBe(204);
    const late = await as['admin-2']!.post(`/recoveries/${asked.body.id}/approve`);
    expect(late.body.code).toBe('recovery-settled');
  });

  it('is not approved on the word of somebody who has meanwhile lost the right to ask', async () => {
    const asked = await ask('county-admin-2', 'county-admin');
    expect(asked.status).toBe(202);
    await rooms.rows('update holdings set held_to = held_from where person_id = $1', [ids['county-admin-2']]);
    rooms.ctx.signals.emit('directory');
    const answer = await as['admin']!.post(`/recoveries/${asked.body.id}/approve`);
    expect(answer.body.code).toBe('recovery-settled');
  });

  it('AUTH-4 ISO-15: a post taken away to be given back guards its holder for 30 days more', async () => {
    const held = "post_id = (select id from posts where code = 'subgroup-academia')";
    const officer = await rooms.account('moe-officer');
    ids['moe-officer'] = officer;
    const saved = (holding: object) =>
      rooms.world.asSystem((tx) => loadDirectory(rooms.ctx, tx, pack, { holdings: [holding as never] }));
    // Ended with dates written back by years: the record says when that was done.
    await saved({
      post: 'subgroup-academia',
      person: 'moe-officer',
      from: '2001-01-01T00:00:00Z',
      to: '2002-01-01T00:00:00Z',
    });
    const asked = await ask('admin', 'moe-officer');
    expect(asked.status).toBe(202);
    expect((await as['admin']!.post(`/recoveries/${asked.body.id}/refuse`)).status).toBe(204);
    rooms.clock.advance(31 * 24 * 3_600_000);
    await as['admin']!.signInBy(devices('admin'));
    expect((await ask('admin', 'moe-officer')).status).toBe(201);
    // An ended post guards as well, and one whose role was changed.
    await rooms.rows(`update holdings set held_to = null where ${held} and person_id = $1`, [officer]);
    await rooms.rows("update posts set role = 'contact', group_code = null where code = 'subgroup-academia'");
    rooms.ctx.signals.emit('directory');
    rooms.clock.advance(61 * 60_000);
    await as['admin']!.signInBy(devices('admin'));
    const again = await ask('admin', 'moe-officer');
    expect(again.status).toBe(202);
    await as['admin']!.post(`/recoveries/${again.body.id}/refuse`);
  });

  it('AUTH-4 ISO-15: nobody makes his own second administrator', async () => {
    const day = 24 * 3_600_000;
    const seated = async (code: string, by: string | null, from?: string) => {
      const actor = { personId: by === null ? null : ids[by]!, keys: ['system'] };
      await write(rooms.ctx.database, actor, rooms.ctx.clock, (tx) =>
        loadDirectory(rooms.ctx, tx, pack, {
          persons: [{ code, organisation: 'dgbas-edpc', nameZh: code, email: `${code}@centre.example` }],
          posts: [
            {
              code: `seat-${code}`,
              nameZh: '管理員',
              role: 'administrator',
              organisation: 'dgbas-edpc',
              group: pack.desk.group,
            },
          ],
          holdings: [{ post: `seat-${code}`, person: code, ...(from ? { from } : {}) }],
        }),
      );
      ids[code] = await rooms.account(code);
      as[code] = rooms.browser();
      await as[code]!.signIn(code);
      await as[code]!.addKey(devices(code));
    };
    await seated('puppet', 'admin');
    // Dates written back make nobody older.
    await seated('newcome', null, '2001-01-01T00:00:00Z');
    const NEEDED = { status: 403, body: { code: 'not-independent' } };
    const question = await ask('admin', 'officer');
    expect(question.status).toBe(202);
    const approve = (by: string, id = question.body.id) => as[by]!.post(`/recoveries/${id}/approve`);
    for (const by of ['puppet', 'newcome']) {
      expect((await as[by]!.get('/recoveries')).body.items).toMatchObject([{ mayApprove: false }]);
      expect(await approve(by)).toMatchObject(NEEDED);
    }
    await as['admin']!.post(`/recoveries/${question.body.id}/refuse`);
    // A puppet does not ask for his maker either.
    const lent = await ask('puppet', 'officer');
    expect(await approve('admin', lent.body.id)).toMatchObject(NEEDED);
    await as['admin']!.post(`/recoveries/${lent.body.id}/refuse`);
    rooms.clock.advance(8 * day);
    for (const code of ['admin', 'puppet', 'newcome']) await as[code]!.signInBy(devices(code));
    const late = await ask('admin', 'officer');
    expect(await approve('puppet', late.body.id)).toMatchObject(NEEDED);
    expect((await approve('newcome', late.body.id)).status).toBe(201);
  });

  it('AUTH-4 ISO-15: nobody agrees from an account the asker made lately, nor asks from one; by a third, neither', async () => {
    const made = (of: string, by: string) =>
      write(rooms.ctx.database, { personId: ids[by]!, keys: ['system'] }, rooms.ctx.clock, (tx) =>
        putAccount(tx, ids[of]!, of),
      );
    const DEPENDENT = { status: 403, body: { code: 'not-independent' } };
    const approve = (by: string, id: string) => as[by]!.post(`/recoveries/${id}/approve`);
    // His post is old and from others; only his account is new, and its first link was in the asker's hands.
    await made('admin-2', 'admin');
    const asked = await ask('admin', 'officer');
    expect((await as['admin-2']!.get('/recoveries')).body.items).toMatchObject([{ mayApprove: false }]);
    expect(await approve('admin-2', asked.body.id)).toMatchObject(DEPENDENT);
    await as['admin']!.post(`/recoveries/${asked.body.id}/refuse`);
    const lent = await ask('admin-2', 'officer');
    expect(await approve('admin', lent.body.id)).toMatchObject(DEPENDENT);
    await as['admin']!.post(`/recoveries/${lent.body.id}/refuse`);
    rooms.clock.advance(31 * 24 * 3_600_000);
    for (const code of ['admin', 'admin-2']) await as[code]!.signInBy(devices(code));
    // Both from one hand, which is neither's.
    for (const code of ['admin', 'admin-2']) await made(code, 'county-admin');
    const both = await ask('admin', 'officer');
    expect(await approve('admin-2', both.body.id)).toMatchObject(DEPENDENT);
    await as['admin']!.post(`/recoveries/${both.body.id}/refuse`);
    rooms.clock.advance(31 * 24 * 3_600_000);
    for (const code of ['admin', 'admin-2']) await as[code]!.signInBy(devices(code));
    const late = await ask('admin', 'officer');
    expect((await approve('admin-2', late.body.id)).status).toBe(201);
  });

  it('AUTH-4 ISO-10: what somebody asked for ends with his account', async () => {
    const asked = await ask('admin', 'officer');
    expect(asked.status).toBe(202);
    const approve = () => as['admin-2']!.post(`/recoveries/${asked.body.id}/approve`);
    await rooms.rows('update accounts set disabled_at = $2 where person_id = $1', [
      ids['admin'],
      rooms.clock.now(),
    ]);
    expect((await approve()).body.code).toBe('recovery-settled');
    await rooms.rows('update accounts set disabled_at = null where person_id = $1', [ids['admin']]);
    expect((await as['admin-2']!.delete(`/accounts/${ids['admin']}`)).status).toBe(204);
    const { state } = (await rooms.rows('select state from recoveries where id = $1', [asked.body.id]))[0];
    expect(state).toBe('refused');
    await rooms.rows('update accounts set disabled_at = null where person_id = $1', [ids['admin']]);
    await as['admin']!.signInBy(devices('admin'));
  });

  it('opens a shut account again, and nothing else does', async () => {
    expect((await as['county-admin']!.delete(`/accounts/${ids['guest']}`)).status).toBe(204);
    expect((await as['county-admin']!.get(`/accounts/${ids['guest']}`)).body.state).toBe('disabled');
    const invited = await as['county-admin']!.post('/accounts', { personId: ids['guest'], login: 'guest' });
    expect(invited.body.code).toBe('account-enrolled');
    expect((await ask('county-admin', 'guest')).status).toBe(201);
    expect((await as['county-admin']!.get(`/accounts/${ids['guest']}`)).body).toMatchObject({
      state: 'active',
      hasPassword: false,
      fourEyes: false,
    });
  });
});
