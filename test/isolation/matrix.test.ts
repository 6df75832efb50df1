/**
 * ISO-1: every route × everybody × what belongs to whom × where it stands. What the table says is what is answered; what
 * is behind the wall is answered to those outside byte for byte as what does not exist; a route without a row fails.
 */
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DirectoryRows } from '../../src/directory/index.ts';
import { openStory, type Story } from '../stories/harness.ts';
import { type Answer, bare, type Door, INSIDERS, openDoor, PERSONAS, people } from './house.ts';
import { type Objects, ROWS, STATES } from './matrix-table.ts';

const BODIES = { own: 'school', other: 'power', defence: 'brigade' } as const;
type Side = keyof typeof BODIES;
const SIDES = Object.keys(BODIES) as Side[];
const FILER = { own: 'teacher', other: 'engineer', defence: 'captain' } as const;
const DESK = { own: 'officer', other: 'officer', defence: 'mnd-officer' } as const;
/** Words and names found nowhere else. */
const CANARY = { own: '金絲雀甲', other: '金絲雀乙', defence: '金絲雀丙' } as const;

/** Somebody of each body whom no other test needs: his data may be changed and his account shut. */
const spare: DirectoryRows = {
  ...people,
  persons: [
    ...(people.persons ?? []),
    ...Object.values(BODIES).map((body) => ({
      code: `spare-${body}`,
      organisation: body,
      nameZh: `備${body}`,
      nameEn: `Spare of ${body}`,
      email: `spare@${body}.example`,
    })),
  ],
};

let story: Story;
let door: Door;
const objects: Record<Side, Record<(typeof STATES)[number], Objects>> = {} as never;

/** Keys, a session and a recovery under way of somebody, as they lie in the database. */
async function credentialsOf(person: string, side: Side) {
  const [session, passkey, oidc, recovery] = [uuid(), uuid(), uuid(), uuid()];
  const now = story.clock.now();
  const later = new Date(now.getTime() + 3_600_000);
  const asker = side === 'defence' ? 'colonel' : 'county-admin';
  const { rows } = await story.world.owner.query('select id from persons where code = $1', [asker]);
  const statements: readonly [string, unknown[]][] = [
    [
      "insert into sessions (token_hash, person_id, created_at, seen_at, expires_at, id, stepped_up_at, stepped_up_how) values ($1, $2, $3, $3, $4, $5, $3, 'link')",
      [Buffer.from(session), person, now, later, session],
    ],
    [
      `insert into passkeys (id, person_id, credential_id, public_key, counter, transports, name, synced, created_at)
       values ($1, $2, $3, $3, 0, '{}', 'key', false, $4)`,
      [passkey, person, Buffer.from(passkey), now],
    ],
    [
      `insert into oidc_links (id, person_id, issuer, subject, label, linked_at) values ($1::uuid, $2, 'https://id.example', ($1::uuid)::text, 'x', $3)`,
      [oidc, person, now],
    ],
    [
      `insert into recoveries (id, person_id, asked_by, reason, asked_at, expires_at, state) values ($1, $2, $3, 'matrix', $4, $5, 'waiting')`,
      [recovery, person, rows[0].id, now, later],
    ],
  ];
  for (const [statement, values] of statements) await story.world.owner.query(statement, values);
  return { session, passkey, oidc, recovery };
}

async function file(side: Side): Promise<Objects> {
  const [filer, body] = [FILER[side], BODIES[side]];
  const upload = await door.ask(
    filer,
    'POST',
    '/attachments',
    '--x\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nlog\r\n--x--\r\n',
    { 'content-type': 'multipart/form-data; boundary=x' },
  );
  const attachment = (upload.json as { id: string }).id;
  const draft = uuid();
  await door.ask(filer, 'PUT', `/drafts/${draft}`, {
    organisationId: await story.organisation(body),
    caseId: null,
    kind: 'initial',
    content: { description: CANARY[side] },
    revision: 0,
  });
  const { caseId } = await story.files(filer, body, {
    impactLevel: 'D',
    description: `${CANARY[side]}。`,
    attachments: [attachment],
  });
  const desk = side === 'defence' ? 'subgroup-defence' : 'duty-officer';
  const notice = (await story.notices(caseId)).find((one) => one.post === desk)?.id ?? '';
  const find = async (table: string, code: string) =>
    (await story.world.owner.query(`select id from ${table} where code = $1`, [code])).rows[0].id as string;
  return {
    case: caseId,
    attachment,
    draft,
    notice,
    organisation: await find('organisations', body),
    post: await find('posts', `contact-${body}`),
    person: await find('persons', `spare-${body}`),
    ...(await credentialsOf(await find('persons', `spare-${body}`), side)),
    code: body,
    activation: '',
    meeting: '',
  };
}

/** The nation's centre, formed up by a case of its own with a meeting, and defence's beside it. */
async function callOut(): Promise<void> {
  const open = await story.files('teacher', 'school', { impactLevel: 'B' });
  await story.does('officer', open.caseId, { act: 'confirm-level', level: 'B', reason: '' });
  await story.does('deputy', open.caseId, { act: 'order-stationing', reason: '' });
  const startsAt = '2026-03-05T10:00:00+08:00';
  await story.does('deputy', open.caseId, { act: 'call-meeting', startsAt, place: '應變中心', reason: '' });
  const walled = await story.files('captain', 'brigade', { impactLevel: 'A' });
  await story.does('mnd-officer', walled.caseId, { act: 'confirm-level', level: 'A', reason: '作戰' });
  for (const side of SIDES) {
    const caseId = side === 'defence' ? walled.caseId : open.caseId;
    const { rows } = await story.world.owner.query<{ activation: string; meeting: string }>(
      `select c.activation_id as activation, m.id as meeting
         from activation_cases c join meetings m on m.case_id = c.case_id where c.case_id = $1`,
      [caseId],
    );
    for (const state of STATES) Object.assign(objects[side][state], rows[0]);
  }
}

beforeAll(async () => {
  story = await openStory('2026-03-05T09:00:00+08:00', spare);
  door = await openDoor(story.ctx);
  await door.admit();
  for (const side of SIDES) {
    objects[side] = { reported: await file(side), handling: await file(side), released: await file(side) };
    for (const state of ['handling', 'released'] as const) {
      const id = objects[side][state].case;
      await story.does(DESK[side], id, { act: 'register' });
      await story.does(DESK[side], id, { act: 'confirm-level', level: 'D', reason: '' });
      if (state === 'handling') continue;
      await story.files(
        FILER[side],
        BODIES[side],
        { impactLevel: 'D', cause: '弱點。', solution: '已修補。', resolvedAt: '2026-03-05T08:59:00+08:00' },
        { kind: 'recovery', caseId: id },
      );
      await story.does(DESK[side], id, { act: 'release', reason: '' });
    }
  }
  await callOut();
}, 600_000);
afterAll(async () => {
  await door.close();
  await story.close();
});

const nowhere = (): Objects => ({
  case: uuid(),
  attachment: uuid(),
  draft: uuid(),
  notice: uuid(),
  organisation: uuid(),
  post: uuid(),
  person: uuid(),
  session: uuid(),
  passkey: uuid(),
  oidc: uuid(),
  recovery: uuid(),
  code: 'no-such-body',
  activation: uuid(),
  meeting: uuid(),
});

const plain = (answer: Answer, ids: Objects) =>
  Object.entries(ids).reduce((text, [name, id]) => text.replaceAll(id, `(${name})`), bare(answer));

/** One cell: what is answered, and whether it is what an id nobody has is answered. */
function cellOf(answer: Answer, ids: Objects, none: Answer, noneIds: Objects): string {
  const isSame = plain(answer, ids) === plain(none, noneIds);
  if (answer.status === 401) return '!';
  if (isSame) return answer.status === 404 ? '.' : ',';
  if (answer.status < 300) return '+';
  return { 400: '?', 403: 'x', 404: 'D', 409: '~' }[answer.status] ?? String(answer.status)[0] ?? 'E';
}

const codes = PERSONAS.map(([code]) => code);

describe('the matrix', () => {
  test('ISO-1: a route without a row fails, and so does a row without its route', () => {
    const routes = door.routes.map(({ method, url }) => `${method} ${url.replace('/api/v1', '')}`);
    expect(routes.filter((route) => !(route in ROWS))).toEqual([]);
    expect(Object.keys(ROWS).filter((route) => !routes.includes(route))).toEqual([]);
  });

  test('ISO-1: every cell is as the table says; what is hidden is answered, byte for byte, as what is not there', async () => {
    const found: Record<string, unknown> = {};
    let asked = 0;
    for (const [route, row] of Object.entries(ROWS)) {
      if (row.skip !== undefined) {
        found[route] = { skip: row.skip };
        continue;
      }
      const [method, path] = route.split(' ') as [string, string];
      // Whoever is asked to show once more who he is has just done so (AUTH-6).
      await story.world.owner.query(`update sessions set stepped_up_at = $1, stepped_up_how = 'link'`, [
        new Date(story.clock.now().getTime() - 1_000),
      ]);
      story.ctx.signals.emit('sessions');
      const ask = async (code: string, ids: Objects) => {
        asked += 1;
        if (row.before) await story.world.owner.query(row.before);
        const at = row.path ?? path;
        const url = at.replaceAll(
          /:(\w+)/g,
          (_, name: keyof Objects) => ids[row.ids?.[name] ?? name] ?? name,
        );
        return door.ask(code, method, url, row.body?.(ids));
      };
      if (row.own === undefined) {
        let line = '';
        for (const code of codes) {
          const answer = await ask(code, nowhere());
          line +=
            answer.status === 401
              ? '!'
              : answer.status < 300
                ? '+'
                : ({ 400: '?', 403: 'x', 404: '.' }[answer.status] ?? 'E');
        }
        found[route] = { all: line };
        continue;
      }
      const unused = nowhere();
      const none = new Map<string, Answer>();
      for (const code of codes) none.set(code, await ask(code, unused));
      const sides: Record<string, unknown> = {};
      for (const side of SIDES) {
        const lines: string[] = [];
        for (const state of row.states ? STATES : (['reported'] as const)) {
          let line = '';
          for (const code of codes) {
            const ids = objects[side][state];
            line += cellOf(await ask(code, ids), ids, none.get(code) as Answer, unused);
          }
          lines.push(line);
        }
        sides[side] = new Set(lines).size === 1 ? lines[0] : lines;
      }
      found[route] = sides;
    }
    const expected = Object.fromEntries(
      Object.entries(ROWS).map(([route, { skip, all, own, other, defence }]) => [
        route,
        skip !== undefined ? { skip } : own !== undefined ? { own, other, defence } : { all },
      ]),
    );
    if (process.env['TOCSIN_MATRIX'] === 'print')
      process.stdout.write(`\n${JSON.stringify(found, null, 1)}\n`);
    process.stdout.write(`\nISO-1: ${Object.keys(ROWS).length} routes, ${asked} requests\n`);
    expect(found).toEqual(expected);
  }, 600_000);

  test('ISO-1 DEC-19: no row of the table lets anybody outside the wall tell what is behind it from what is not there', () => {
    for (const [route, { defence }] of Object.entries(ROWS)) {
      if (defence === undefined) continue;
      for (const line of [defence].flat()) {
        codes.forEach((code, index) => {
          if (!INSIDERS.has(code)) expect('.,!', `${route} for ${code}`).toContain(line[index]);
        });
      }
      expect([defence].flat()[0]).toHaveLength(codes.length);
    }
  });
});

describe('what many see at once', () => {
  test('ISO-1: lists, counts, search, exports and the directory name an object exactly to those who may open it', async () => {
    const opens = (side: Side, code: string) => {
      const row = ROWS['GET /cases/:id'];
      return [row?.[side]].flat()[0]?.[codes.indexOf(code as never)] === '+';
    };
    const paths = [
      '/cases?limit=100',
      '/cases?limit=100&order=gravest',
      '/cases?limit=100&open=yes',
      ...SIDES.flatMap((side) => [
        `/cases?q=${encodeURIComponent(CANARY[side])}`,
        `/cases?organisationId=${objects[side].reported.organisation}`,
      ]),
      '/cases?q=DEF',
      '/cases.csv',
    ];
    for (const code of codes.filter((one) => one !== 'nobody')) {
      for (const path of paths) {
        const answer = await door.ask(code, 'GET', path);
        expect([code, path, answer.status]).toEqual([code, path, 200]);
        for (const side of SIDES) {
          const text = objects[side].reported.case;
          // The words asked for come back in nothing but the rows found.
          const isNamed = answer.text.includes(text);
          const isAsked =
            !/[?&](q|organisationId)=/.test(path) ||
            path.includes(encodeURIComponent(CANARY[side])) ||
            path.includes(objects[side].reported.organisation) ||
            (path.includes('DEF') && side === 'defence');
          expect([code, path, side, isNamed]).toEqual([code, path, side, isAsked && opens(side, code)]);
        }
      }
    }
  }, 120_000);

  test('DEC-19 ISO-1: no list of any kind carries a word from behind the wall to those outside it', async () => {
    const words = [
      CANARY.defence,
      '通信大隊',
      'Signals brigade',
      '盧通資',
      'Captain Lu',
      'captain@',
      '金鑰',
      'spare-brigade',
      ...STATES.flatMap((state) => [
        objects.defence[state].case,
        objects.defence[state].draft,
        objects.defence[state].attachment,
        objects.defence[state].notice,
      ]),
      objects.defence.reported.organisation,
      objects.defence.reported.person,
      objects.defence.reported.post,
    ];
    const paths = Object.entries(ROWS)
      .filter(([route, row]) => route.startsWith('GET ') && !route.includes(':') && row.skip === undefined)
      .map(([route, row]) => row.path ?? route.slice(4));
    const extra = [
      '/organisations?limit=100',
      '/organisations?q=brigade',
      `/organisations?superiorId=${await story.organisation('mnd')}`,
      '/organisations?sector=defence',
      `/organisations/${await story.organisation('mnd')}`,
    ];
    for (const code of codes.filter((one) => one !== 'nobody' && !INSIDERS.has(one))) {
      for (const path of [...paths, ...extra]) {
        const { text } = await door.ask(code, 'GET', path);
        for (const word of words)
          expect([code, path, text.includes(word) ? word : '']).toEqual([code, path, '']);
        // A number behind the wall is in the pack's stub, at the desk, and nowhere else; how it begins is in the pack.
        if (!(code === 'officer' && path.startsWith('/queue')) && path !== '/mechanism')
          expect([code, path, text.includes('DEF-')]).toEqual([code, path, false]);
      }
    }
  }, 120_000);
});
