/** Read-only posts (SI.9, ISO-12): they look and change nothing; every look is kept; the auditor takes a whole case along. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportCase } from '../../src/cases/index.ts';
import type { DirectoryRows } from '../../src/directory/index.ts';
import { sealNow } from '../../src/ledger/index.ts';
import { SYSTEM } from '../../src/platform/actor.ts';
import { read } from '../../src/platform/transaction.ts';
import { type Door, openDoor, people } from '../isolation/house.ts';
import { openStory, refusalOf, type Story } from './harness.ts';

/** With an auditor of the compartment's own. */
const rows: DirectoryRows = {
  ...people,
  posts: [
    ...(people.posts ?? []),
    {
      code: 'defence-auditor',
      organisation: 'mnd',
      group: 'sg-defence',
      role: 'auditor',
      nameZh: '國防稽核員',
      nameEn: 'Auditor of defence',
    },
  ],
  persons: [
    ...(people.persons ?? []),
    {
      code: 'mnd-auditor',
      organisation: 'mnd',
      nameZh: '岳稽核',
      nameEn: 'Auditor Yueh',
      email: 'mnd-auditor@mnd.example',
    },
  ],
  holdings: [...(people.holdings ?? []), { post: 'defence-auditor', person: 'mnd-auditor' }],
};

describe('looks', () => {
  let story: Story;
  let door: Door;
  let id: string;
  let secret: string;
  const looks = async (code: string, query = '') => {
    const answer = await door.ask(code, 'GET', `/looks${query}`);
    const { items = [] } = (answer.json ?? {}) as {
      items?: {
        number: string;
        what: string;
        detail: string;
        caseId: string | null;
        person: { name: { zh: string } };
      }[];
    };
    return {
      status: answer.status,
      items,
      lines: items.map((one) => `${one.person.name.zh} ${one.what} ${one.number}`),
    };
  };
  beforeAll(async () => {
    story = await openStory('2026-03-10T09:00:00+08:00', rows);
    id = (
      await story.files('teacher', 'school', {
        impactLevel: 'C',
        description: '=cmd|calc 首頁遭置換。<script>x</script>',
      })
    ).caseId;
    await story.does('officer', id, { act: 'confirm-level', level: 'C', reason: '' });
    await story.does('officer', id, { act: 'message', text: '@SUM(1) 請補充' });
    secret = (await story.files('captain', 'brigade', { impactLevel: 'C' })).caseId;
    await sealNow(story.ctx);
    door = await openDoor(story.ctx);
    await door.admit();
  });
  afterAll(async () => {
    await door.close();
    await story.close();
  });

  test('SI.9 S3.5: auditor and observer read everything that is open and may do nothing', async () => {
    for (const code of ['auditor', 'observer']) {
      const view = await story.sees(code, id);
      expect(view.may.map((one) => one.act).filter((act) => act !== 'read' && act !== 'export')).toEqual([]);
      for (const doing of [
        { act: 'take' },
        { act: 'message', text: 'x' },
        { act: 'release', reason: '' },
      ] as const)
        expect(await story.refuses(code, id, doing)).toBe('forbidden-act');
    }
  });

  test('DEC-19: neither sees into the compartment; its own auditor does, and sees nothing outside', async () => {
    for (const code of ['auditor', 'observer'])
      await expect(story.sees(code, secret)).rejects.toMatchObject({ code: 'not-found' });
    expect((await story.sees('mnd-auditor', secret)).case.id).toBe(secret);
    await expect(story.sees('mnd-auditor', id)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('ISO-12: every look is recorded before its answer leaves; others’ reading is not', async () => {
    expect((await door.ask('auditor', 'GET', `/cases/${id}`)).status).toBe(200);
    expect((await door.ask('observer', 'GET', `/cases/${id}`)).status).toBe(200);
    expect((await door.ask('officer', 'GET', `/cases/${id}`)).status).toBe(200);
    expect((await door.ask('auditor', 'GET', `/cases/${secret}`)).status).toBe(404);
    expect((await door.ask('observer', 'POST', `/cases/${id}/looks`, { what: 'printed' })).status).toBe(204);
    expect((await door.ask('mnd-auditor', 'GET', `/cases/${secret}`)).status).toBe(200);
    expect((await looks('admin')).lines).toEqual([
      '金觀察 printed 115-0001',
      '金觀察 opened 115-0001',
      '江稽核 opened 115-0001',
    ]);
  });

  test('ISO-12: read by the administrators of the desk, of the auditor’s body and of the body that owns the case, and by nobody else', async () => {
    // Reading the record of looks is itself a look.
    expect((await looks('admin')).lines[0]).toBe('傅管理 looks ');
    expect((await looks('school-admin')).lines).toEqual([
      '金觀察 printed 115-0001',
      '金觀察 opened 115-0001',
      '江稽核 opened 115-0001',
    ]);
    // The auditor sees his own.
    expect((await looks('auditor', `?caseId=${id}`)).lines).toEqual(['江稽核 opened 115-0001']);
    expect((await looks('auditor', `?caseId=${id}`)).lines).toEqual([
      '江稽核 looks 115-0001',
      '江稽核 opened 115-0001',
    ]);
    for (const code of ['officer', 'teacher', 'observer', 'deputy', 'idle'])
      expect((await looks(code)).status, code).toBe(403);
    // A compartment's looks stay within its walls.
    expect((await looks('mnd-admin')).lines).toEqual(['岳稽核 opened DEF-115-0001']);
    expect((await looks('admin')).lines.join()).not.toContain('DEF');
  });

  test('ISO-12: the record is only ever added to, and hidden from whoever has not said who he is', async () => {
    const auditor = await story.person('auditor');
    for (const statement of ['update looks set number = $1', 'delete from looks where number <> $1'])
      await expect(story.change((tx) => tx.query(statement, ['x']))).rejects.toMatchObject({ code: '42501' });
    const seen = await read(story.ctx.database, { ...auditor, keys: [] }, story.ctx.clock, (tx) =>
      tx.query('select 1 from looks', []),
    );
    expect(seen).toEqual([]);
  });

  test('ISO-12 SI.9: the auditor takes the whole case along as one file, which proves itself and runs nothing', async () => {
    const auditor = await story.person('auditor');
    const { name, html } = await exportCase(story.ctx, auditor, id, 'zh-Hant');
    expect(name).toBe('全案紀錄-115-0001.html');
    const view = await story.sees('auditor', id);
    for (const word of [
      '115-0001',
      '光明國中',
      '林值勤',
      '莊組長',
      view.reports[0]?.contentHash ?? '?',
      '請補充',
    ])
      expect(html).toContain(word);
    // No cell begins a formula, nothing in it is markup (WEB-1, WEB-3).
    expect(html).not.toContain('<script>x');
    for (const [, cell] of html.matchAll(/<td>([^<]*)/g)) expect(cell).not.toMatch(/^\s*[=+@-]./);
    expect(html).toContain("'=cmd");
    const json = /<script type="application\/json" id="tocsin-case">(.*)<\/script>/s.exec(html)?.[1] ?? '';
    const record = JSON.parse(json) as {
      format: string;
      case: { facts: { seq: number }[]; reports: { content: { description: string } }[] };
      ledger: {
        head: { size: number } | null;
        facts: { seq: number; bytes: string; hash: string; index: number | null }[];
      };
    };
    expect(record.format).toBe('tocsin-case/1');
    expect(record.case.reports[0]?.content.description).toContain('=cmd|calc');
    expect(record.ledger.facts.map((one) => one.seq)).toEqual(record.case.facts.map((fact) => fact.seq));
    for (const one of record.ledger.facts) {
      const leaf = createHash('sha256')
        .update(Buffer.concat([Buffer.from([0]), Buffer.from(one.bytes, 'base64')]))
        .digest('hex');
      expect(one.hash).toBe(leaf);
      expect(one.index).not.toBeNull();
      const [row] = await read(story.ctx.database, SYSTEM, story.ctx.clock, (tx) =>
        tx.query<{ hash: string }>(
          `select encode(hash, 'hex') as hash from ledger_leaves where log = 'open' and index = $1`,
          [one.index],
        ),
      );
      expect(row?.hash).toBe(one.hash);
    }
    expect(record.ledger.head?.size).toBeGreaterThanOrEqual(record.ledger.facts.length);
    expect((await looks('school-admin')).lines).toContain('江稽核 exported 115-0001');
    const en = await exportCase(story.ctx, auditor, id, 'en');
    expect(en.html).toContain('Case 115-0001: the whole record');
  });

  test('ISO-12 AUTH-6: nobody else exports; over HTTP it asks for the key once more', async () => {
    for (const code of ['officer', 'observer', 'teacher', 'deputy'])
      expect(
        await refusalOf(story.person(code).then((actor) => exportCase(story.ctx, actor, id, 'zh-Hant'))),
        code,
      ).toBe('forbidden-act');
    expect(
      await refusalOf(
        story.person('auditor').then((actor) => exportCase(story.ctx, actor, secret, 'zh-Hant')),
      ),
    ).toBe('not-found');
    // The list as a file is one look, with its length, before the first byte.
    const list = await door.ask('auditor', 'GET', '/cases.csv');
    expect(list.status).toBe(200);
    expect((await door.ask('auditor', 'GET', `/cases/${id}/reports/1/paper.pdf`)).status).toBe(200);
    const { items } = await looks('admin');
    const [row] = items.filter((one) => one.what === 'exported' && one.caseId === null);
    expect(row).toMatchObject({ number: '', detail: '1', person: { name: { zh: '江稽核' } } });
    await door.ask('officer', 'GET', '/cases.csv');
    const after = (await looks('admin')).items;
    expect(after.filter((one) => one.what === 'exported' && one.caseId === null)).toHaveLength(1);
    // The door lets people in who have just confirmed who they are; he did so too long ago.
    await story.world.owner.query('update sessions set stepped_up_at = null, stepped_up_how = null');
    const answer = await door.ask('auditor', 'GET', `/cases/${id}/export`);
    expect(answer.status).toBe(403);
    expect((answer.json as { type: string }).type).toContain('step-up-needed');
    // One report on paper carries the people in it away just the same.
    const paper = await door.ask('auditor', 'GET', `/cases/${id}/reports/1/paper.pdf`);
    expect([paper.status, (paper.json as { code: string }).code]).toEqual([403, 'step-up-needed']);
    // So does what hides a case, what shows it again, and agreeing to what takes two.
    const { revision } = (await story.sees('officer', id)).case;
    const order = { authority: '青山地方檢察署', reference: 'R', until: null, reason: '偵查不公開' };
    const silence = { act: 'hold', ...order, organisationId: null, revision };
    const before = await door.ask('officer', 'POST', `/cases/${id}/acts`, silence);
    expect((before.json as { code: string }).code).toBe('step-up-needed');
    expect((await story.sees('officer', id)).hold).toBeNull();
    await story.does('officer', id, { act: 'hold', ...order, organisationId: null });
    const held = await story.sees('officer', id);
    const lift = { act: 'lift-hold', reason: '偵查終結', revision: held.case.revision };
    const lifted = await door.ask('officer', 'POST', `/cases/${id}/acts`, lift);
    expect((lifted.json as { code: string }).code).toBe('step-up-needed');
    await story.does('officer', id, { act: 'lift-hold', reason: '偵查終結' });
    const asked = await story.sees('deputy', id);
    const agree = { act: 'approve-act', proposal: asked.pending[0]?.id, revision: asked.case.revision };
    const agreed = await door.ask('deputy', 'POST', `/cases/${id}/acts`, agree);
    expect((agreed.json as { code: string }).code).toBe('step-up-needed');
  });
});
