/** Ids, codes and keys of others: used where they do not belong, they change nothing and tell nothing. */
import { createHash } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM } from '../../src/platform/actor.ts';
import { read } from '../../src/platform/transaction.ts';
import { openStory, type Story } from '../stories/harness.ts';
import { type Answer, bare, type Door, openDoor, people } from './house.ts';
import { described, rowsOf } from './samples.ts';

let story: Story;
let door: Door;
/** Cases of the school, the power company and the brigade; a notice, a file, a draft and a key of each. */
const own: Record<
  'school' | 'power' | 'brigade',
  { case: string; notice: string; file: string; draft: string; key: string }
> = {} as never;
const FILERS = { school: 'teacher', power: 'engineer', brigade: 'captain' } as const;
const person: Record<string, string> = {};
const body: Record<string, string> = {};
const post: Record<string, string> = {};

const FORM = { impactLevel: 'D', description: 'x', scope: 'x', measures: 'x', contactPhone: '02-0000-1234' };
const BOUNDARY = 'x-x-x';
const upload = (text: string) =>
  [
    Buffer.from(
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="log.txt"\r\ncontent-type: text/plain\r\n\r\n${text}\r\n--${BOUNDARY}--\r\n`,
    ),
    { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
  ] as const;

beforeAll(async () => {
  story = await openStory('2026-03-05T09:00:00+08:00', people);
  door = await openDoor(story.ctx);
  await door.admit();
  for (const [table, into] of [
    ['persons', person],
    ['organisations', body],
    ['posts', post],
  ] as const) {
    const { rows } = await story.world.owner.query(`select id, code from ${table}`);
    for (const row of rows) into[row.code] = row.id;
  }
  for (const [name, filer] of Object.entries(FILERS)) {
    const file = (await door.ask(filer, 'POST', '/attachments', ...upload(`of ${name}`))).json as {
      id: string;
    };
    const draft = uuid();
    await door.ask(filer, 'PUT', `/drafts/${draft}`, {
      organisationId: body[name],
      caseId: null,
      kind: 'initial',
      content: {},
      revision: 0,
    });
    const key = uuid();
    const filed = await story.files(filer, name, { impactLevel: 'D' }, { key });
    const [notice] = await story.notices(filed.caseId);
    if (name === 'school')
      revision = (
        (await door.ask('officer', 'GET', `/cases/${filed.caseId}`)).json as { case: { revision: number } }
      ).case.revision;
    own[name as 'school'] = { case: filed.caseId, notice: notice?.id ?? '', file: file.id, draft, key };
  }
}, 120_000);
afterAll(async () => {
  await door.close();
  await story.close();
});

/** What is answered with the id in question written as one word, so that two ids can be compared. */
const about = (answer: Answer, ...given: string[]) =>
  given.reduce((text, one) => text.replaceAll(one, '(given)'), bare(answer));

const report = (changes: object) => ({
  kind: 'initial',
  organisationId: body['school'],
  content: FORM,
  ...changes,
});
let revision = 1;
const act = (changes: object) => ({ revision, ...changes });

/** Asks with an id of others and with one nobody has. */
interface Crossing {
  readonly what: string;
  readonly who: string;
  readonly ask: (id: string) => [method: string, path: string, body?: object];
  readonly foreign: () => string[];
}
const CROSSINGS: readonly Crossing[] = [
  {
    what: 'a further report to a case of others',
    who: 'teacher',
    ask: (id) => ['POST', '/reports', report({ kind: 'follow-up', caseId: id })],
    foreign: () => [own.power.case, own.brigade.case],
  },
  {
    what: 'a report for a body behind the wall',
    who: 'teacher',
    ask: (id) => ['POST', '/reports', report({ organisationId: id })],
    foreign: () => [body['brigade'] as string],
  },
  {
    what: 'his own case under the name of a body behind the wall',
    who: 'teacher',
    ask: (id) => [
      'POST',
      '/reports',
      report({ kind: 'follow-up', caseId: own.school.case, organisationId: id }),
    ],
    foreign: () => [body['brigade'] as string, body['power'] as string],
  },
  {
    what: 'a file of others in his report',
    who: 'teacher',
    ask: (id) => ['POST', '/reports', report({ content: { ...FORM, attachments: [id] } })],
    foreign: () => [own.power.file, own.brigade.file],
  },
  {
    what: 'a preview for a body behind the wall',
    who: 'officer',
    ask: (id) => ['POST', '/reports/preview', { organisationId: id, impactLevel: 'D' }],
    foreign: () => [body['brigade'] as string],
  },
  {
    what: 'a merge into a case behind the wall',
    who: 'officer',
    ask: (id) => [
      'POST',
      `/cases/${own.school.case}/acts`,
      act({ act: 'merge', intoCase: id, reason: '同一事件' }),
    ],
    foreign: () => [own.brigade.case],
  },
  {
    what: 'a merge into a case behind the wall, tried out',
    who: 'officer',
    ask: (id) => [
      'POST',
      `/cases/${own.school.case}/acts/preview`,
      act({ act: 'merge', intoCase: id, reason: '同一事件' }),
    ],
    foreign: () => [own.brigade.case],
  },
  {
    what: 'a handing over to somebody behind the wall',
    who: 'officer',
    ask: (id) => ['POST', `/cases/${own.school.case}/acts/preview`, act({ act: 'hand-over', toPerson: id })],
    foreign: () => [person['captain'] as string, person['nurse'] as string],
  },
  {
    what: 'an act in a post of somebody behind the wall',
    who: 'officer',
    ask: (id) => ['POST', `/cases/${own.school.case}/acts`, act({ act: 'take', as: id })],
    foreign: () => [post['contact-brigade'] as string, post['contact-power'] as string],
  },
  {
    what: 'a host that is a system of somebody behind the wall, in a case of others',
    who: 'teacher',
    ask: (id) => [
      'POST',
      '/reports',
      report({ kind: 'follow-up', caseId: own.power.case, content: { ...FORM, hosts: [{ systemId: id }] } }),
    ],
    foreign: () => [body['brigade'] as string],
  },
  {
    what: 'a confirmation by telephone from somebody behind the wall',
    who: 'officer',
    ask: (id) => [
      'POST',
      `/notices/${own.school.notice}/telephone-acknowledgement`,
      { at: '2026-03-05T09:00:00+08:00', personId: id },
    ],
    foreign: () => [person['captain'] as string, person['nurse'] as string],
  },
  {
    what: 'an account for somebody behind the wall',
    who: 'admin',
    ask: (id) => ['POST', '/accounts', { personId: id, login: 'someone.new' }],
    foreign: () => [person['captain'] as string],
  },
  {
    what: 'the end of an account of somebody behind the wall',
    who: 'admin',
    ask: (id) => ['DELETE', `/accounts/${id}`],
    foreign: () => [person['captain'] as string],
  },
  ...(['/acknowledgement', '/opened'] as const).map(
    (end): Crossing => ({
      what: `another's notice, ${end}`,
      who: 'engineer',
      ask: (id) => ['POST', `/notices/${id}${end}`],
      foreign: () => [own.school.notice, own.brigade.notice],
    }),
  ),
  {
    what: 'a confirmation by telephone of a notice behind the wall',
    who: 'officer',
    ask: (id) => [
      'POST',
      `/notices/${id}/telephone-acknowledgement`,
      { at: '2026-03-05T09:30:00+08:00', name: '某人' },
    ],
    foreign: () => [own.brigade.notice],
  },
  ...(['GET', 'DELETE'] as const).map(
    (method): Crossing => ({
      what: `${method} a draft of others`,
      who: 'engineer',
      ask: (id) => [method, `/drafts/${id}`],
      foreign: () => [own.school.draft, own.brigade.draft],
    }),
  ),
  ...(['GET', 'DELETE'] as const).map(
    (method): Crossing => ({
      what: `${method} a file of others`,
      who: 'engineer',
      ask: (id) => [method, `/attachments/${id}`],
      foreign: () => [own.school.file, own.brigade.file],
    }),
  ),
  {
    what: 'a report of a case behind the wall on paper',
    who: 'officer',
    ask: (id) => ['GET', `/cases/${id}/reports/1/paper.pdf`],
    foreign: () => [own.brigade.case],
  },
  {
    what: 'somebody behind the wall in a post',
    who: 'admin',
    ask: (id) => ['POST', `/posts/${post['contact-power']}/holders`, { personId: id }],
    foreign: () => [person['captain'] as string],
  },
  {
    what: 'somebody out of a post he does not hold',
    who: 'county-admin',
    ask: (id) => ['DELETE', `/posts/${post['contact-school']}/holders/${id}`],
    foreign: () => [person['captain'] as string, person['engineer'] as string],
  },
  ...(['contacts', 'team'] as const).map(
    (list): Crossing => ({
      what: `somebody behind the wall among the ${list}`,
      who: 'admin',
      ask: (id) => [
        'POST',
        `/organisations/${body['power']}/${list}`,
        { personId: id, ...(list === 'team' ? { function: 'head' } : {}) },
      ],
      foreign: () => [person['captain'] as string],
    }),
  ),
  {
    what: 'the data of somebody behind the wall',
    who: 'admin',
    ask: (id) => ['PATCH', `/persons/${id}`, { title: 'x' }],
    foreign: () => [person['captain'] as string],
  },
  ...(['superior', 'authority', 'successor'] as const).map(
    (field): Crossing => ({
      what: `a body behind the wall as ${field}`,
      who: 'admin',
      ask: (code) => [
        'POST',
        '/organisations',
        {
          code: 'office',
          nameZh: '某所',
          sectors: ['health'],
          superior: 'county',
          ...(field === 'successor' ? { validFrom: '2020-01-01', validTo: '2021-01-01' } : {}),
          [field]: code,
        },
      ],
      foreign: () => ['brigade'],
    }),
  ),
];

describe('an id of others where it does not belong', () => {
  test('ISO-2: parent of one body, child of another, every way: answered as an id nobody has, and no row of the database moves', async () => {
    const before = await rowsOf(story.world.owner);
    const none = 'no-such-body';
    for (const { what, who, ask, foreign } of CROSSINGS) {
      const isCode = foreign()[0] === 'brigade';
      const unused = isCode ? none : uuid();
      const expected = about(await door.ask(who, ...ask(unused)), unused);
      for (const id of foreign()) {
        expect(about(await door.ask(who, ...ask(id)), id), `${what}: ${id}`).toBe(expected);
      }
    }
    expect(await rowsOf(story.world.owner)).toBe(before);
  });

  test('ISO-2: every id that a body of the API may name is among those tried', async () => {
    const { operations, shapes } = await described(door);
    const named = new Set<string>();
    const walk = (schema: Parameters<typeof shapes>[0], path: string): void => {
      for (const shape of shapes(schema)) {
        if (shape.format === 'uuid') named.add(path);
        if (shape.items) walk(shape.items, path);
        for (const [name, inner] of Object.entries(shape.properties ?? {})) walk(inner, `${path}.${name}`);
      }
    };
    for (const { method, path, body: schema } of operations) if (schema) walk(schema, `${method} ${path}`);
    expect([...named].map((one) => one.replace('/api/v1', '')).sort()).toMatchSnapshot();
  });
});

describe('a field of the database that is not the asker’s to set', () => {
  test('ISO-3: every column’s name as one field more is refused by its name, on every route, and no row moves', async () => {
    const { rows } = await story.world.owner.query<{ name: string }>(
      `select distinct column_name as name from information_schema.columns where table_schema = 'public'`,
    );
    const camel = (name: string) => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const names = [
      ...new Set([...rows.flatMap(({ name }) => [name, camel(name)]), 'isAdmin', 'role_id', 'file_path']),
    ];
    const { operations, shapes, sample, resolve } = await described(door);
    const before = await rowsOf(story.world.owner);
    const wrong: string[] = [];
    let sent = 0;
    for (const operation of operations) {
      if (!operation.body) continue;
      for (const shape of shapes(operation.body)) {
        const known = new Set(Object.keys(resolve(shape).properties ?? {}));
        const extra = names.filter((name) => !known.has(name));
        const base = sample(shape) as object;
        for (let at = 0; at < extra.length; at += 90) {
          const some = extra.slice(at, at + 90);
          const path = operation.path.replace('{provider}', '1').replaceAll(/\{[^}]+\}/g, uuid());
          const who = operation.path.startsWith('/api/v1/organisations') ? 'admin' : 'teacher';
          const answer = await door.ask(who, operation.method, path, {
            ...base,
            ...Object.fromEntries(some.map((name) => [name, 'x'])),
          });
          sent += 1;
          const fields = (answer.json as { fields?: { path: string; code: string }[] } | null)?.fields ?? [];
          const refused = new Set(
            fields.filter((one) => one.code === 'unknown-field').map((one) => one.path),
          );
          const passed = some.filter((name) => !refused.has(name));
          if (answer.status !== 400 || (passed.length > 0 && fields.length < 100))
            wrong.push(
              `${operation.method} ${operation.path}: ${answer.status} ${passed.join(' ').slice(0, 120)}`,
            );
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(sent).toBeGreaterThan(100);
    const proto = await door.ask(
      'teacher',
      'POST',
      '/reports',
      `{"__proto__":{"isAdmin":true},${JSON.stringify(report({})).slice(1)}`,
      { 'content-type': 'application/json' },
    );
    expect(proto.status).toBe(400);
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
    expect(await rowsOf(story.world.owner)).toBe(before);
  }, 240_000);
});

describe('a name that must be unique', () => {
  /** Both answers with their ids as one word. */
  const same = (a: Answer, b: Answer, ...given: string[]) => {
    const words = (answer: Answer) =>
      about(answer, ...given)
        .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '(id)')
        .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '(time)')
        .replaceAll(/\d{3}-\d{4}/g, '(number)');
    expect(words(a)).toBe(words(b));
  };

  test('ISO-6: the idempotency key of another is a new key', async () => {
    const [theirs, fresh] = [own.brigade.key, uuid()];
    const [a, b] = [
      await door.ask('teacher', 'POST', '/reports', report({}), { 'idempotency-key': theirs }),
      await door.ask('teacher', 'POST', '/reports', report({}), { 'idempotency-key': fresh }),
    ];
    expect(a.status).toBe(201);
    same(a, b, theirs, fresh);
  });

  test('ISO-6: the id of another’s draft is a new id, and his draft stays his', async () => {
    const save = {
      organisationId: body['school'],
      caseId: null,
      kind: 'initial',
      content: { description: '我的' },
    };
    for (const revision of [0, 1]) {
      const fresh = uuid();
      const a = await door.ask('engineer', 'PUT', `/drafts/${own.brigade.draft}`, { ...save, revision });
      const b = await door.ask('engineer', 'PUT', `/drafts/${fresh}`, { ...save, revision: 0 });
      expect(a.status).toBe(200);
      if (revision === 0) same(a, b, own.brigade.draft, fresh);
    }
    const theirs = (await door.ask('captain', 'GET', `/drafts/${own.brigade.draft}`)).json as {
      content: object;
      organisationId: string;
    };
    expect([theirs.content, theirs.organisationId]).toEqual([{}, body['brigade']]);
    // A draft that names a case behind the wall says as little as one that names none.
    const [x, y] = [uuid(), uuid()];
    same(
      await door.ask('engineer', 'PUT', `/drafts/${x}`, { ...save, caseId: own.brigade.case, revision: 0 }),
      await door.ask('engineer', 'PUT', `/drafts/${y}`, { ...save, caseId: uuid(), revision: 0 }),
      x,
      y,
    );
  });

  test('ISO-6: a file that somebody behind the wall has already sent is a new file', async () => {
    same(
      await door.ask('engineer', 'POST', '/attachments', ...upload('of brigade')),
      await door.ask('engineer', 'POST', '/attachments', ...upload('of brigadf')),
      ...['of brigade', 'of brigadf'].map((text) => createHash('sha256').update(text).digest('hex')),
    );
  });

  test('ISO-6: a code somebody behind the wall has is as free as any other, and theirs is untouched', async () => {
    const office = (code: string) => ({ code, nameZh: '某所', sectors: ['health'], superior: 'county' });
    const top = (code: string) => ({
      code,
      nameZh: '某社',
      kind: 'operator',
      sectors: ['finance'],
      superior: null,
    });
    const contact = (code: string) => ({ code, nameZh: '聯絡人', role: 'contact' });
    const someone = (code: string) => ({ code, nameZh: '某人' });
    const county = `/organisations/${body['county']}`;
    for (const [who, path, make, theirs] of [
      ['county-admin', '/organisations', office, 'brigade'],
      ['admin', '/organisations', office, 'brigade'],
      ['admin', '/organisations', top, 'brigade'],
      ['county-admin', `${county}/posts`, contact, 'contact-brigade'],
      ['county-admin', `${county}/persons`, someone, 'captain'],
    ] as const) {
      const fresh = `x${Math.random().toString(36).slice(2, 9)}`;
      const a = await door.ask(who, 'POST', path, make(`${theirs}`));
      const b = await door.ask(who, 'POST', path, make(fresh));
      // The centre's administrator comes second to the county's; what he is told is his own to know.
      if (who === 'admin' && make === office) continue;
      expect([who, path, a.status]).toEqual([who, path, 201]);
      same(a, b, theirs, fresh);
    }
    const { rows } = await story.world.owner.query(
      `select o.code, o.compartment, p.code as person from organisations o join persons p on p.organisation_id = o.id
        where o.code = 'brigade'`,
    );
    expect(rows).toEqual([{ code: 'brigade', compartment: 'defence', person: 'captain' }]);
  });

  test('ISO-6 H52: the numbers of the open series go on without a gap, and those behind the wall are not found', async () => {
    await story.files('captain', 'brigade', { impactLevel: 'D' });
    const a = await story.files('engineer', 'power', { impactLevel: 'D' });
    await story.files('captain', 'brigade', { impactLevel: 'D' });
    const b = await story.files('engineer', 'power', { impactLevel: 'D' });
    const seq = (number: string) => Number(number.split('-').at(-1));
    expect(seq(b.number)).toBe(seq(a.number) + 1);
    const hidden = await read(story.ctx.database, SYSTEM, story.ctx.clock, (tx) =>
      tx.query<{ number: string }>(`select number from cases where compartment is not null limit 1`, []),
    );
    const search = async (q: string) =>
      bare(await door.ask('officer', 'GET', `/cases?q=${q}`)).replaceAll(q, '(q)');
    expect(await search(hidden[0]?.number ?? '')).toBe(await search('DEF-115-9999'));
  });
});
