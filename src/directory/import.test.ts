/** `tocsin import` on a real database: encodings, headers in both languages, every error with its place. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CliContext } from '../platform/cli-context.ts';
import { run } from './cli.ts';
import { decodeText, readCsv } from './csv.ts';
import { makeWorld, type World } from './test-world.ts';

let world: World;
let folder: string;
let out: string[];
let err: string[];

beforeAll(async () => {
  world = await makeWorld();
  folder = mkdtempSync(path.join(tmpdir(), 'tocsin-import-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await world.close();
});
beforeEach(() => {
  out = [];
  err = [];
});

let serial = 0;
function file(content: string | Uint8Array): string {
  serial += 1;
  const name = path.join(folder, `table${serial}.csv`);
  writeFileSync(name, content);
  return name;
}
function tocsinImport(...args: string[]): Promise<number> {
  const context = {
    log: world.ctx.log,
    config: () => world.ctx.config,
    database: async () => world.ctx.database,
    print: (line: string) => void out.push(...line.split('\n')),
    complain: (line: string) => void err.push(...line.split('\n')),
  } as unknown as CliContext;
  return run(args, context);
}
const state = async () => (await world.snapshot()).version;
/** 「機關名稱」與一列資料，以 Big5 編碼。 */
const big5 = (text: string) => {
  const table = new Map<string, [number, number]>();
  const decoder = new TextDecoder('big5');
  for (let lead = 0xa1; lead <= 0xf9; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      if (trail > 0x7e && trail < 0xa1) continue;
      table.set(decoder.decode(new Uint8Array([lead, trail])), [lead, trail]);
    }
  }
  return new Uint8Array([...text].flatMap((c) => table.get(c) ?? [c.charCodeAt(0)]));
};

describe('tables as offices write them', () => {
  const text = '代碼,機關名稱\r\nx,國中\r\n';
  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])],
    ['Big5', big5(text)],
    ['semicolons', Buffer.from(text.replaceAll(',', ';'))],
    ['tabs', Buffer.from(text.replaceAll(',', '\t'))],
  ])('%s', (_name, bytes) => {
    expect(readCsv(bytes)).toEqual({
      records: [
        { line: 1, cells: ['代碼', '機關名稱'] },
        { line: 2, cells: ['x', '國中'] },
      ],
    });
  });

  it('keep their line numbers over empty lines and lines within a cell', () => {
    const read = readCsv(Buffer.from('a,b\n\n"one\ntwo",x\n\nlast,y\n'));
    expect('records' in read && read.records.map((record) => record.line)).toEqual([1, 3, 6]);
  });

  it.each([
    ['a picture', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0x0d]), 'encoding'],
    ['nothing', new Uint8Array(), 'empty'],
    ['an open quote', Buffer.from('a,b\n"x,y\n'), 'csv'],
  ])('%s is no table', (_name, bytes, reason) => {
    expect(readCsv(bytes)).toMatchObject({ fault: { reason } });
  });

  it('do not lose a character that looks like a formula (WEB-3)', () => {
    const read = readCsv(Buffer.from('a\n"=1+1"\n@x\n+886\n-1\n'));
    expect('records' in read && read.records.slice(1).map((record) => record.cells[0])).toEqual([
      '=1+1',
      '@x',
      '+886',
      '-1',
    ]);
    expect(decodeText(new Uint8Array([0xff, 0xff, 0xff]))).toBeUndefined();
  });
});

const BODIES = `代碼,機關名稱,英文名稱,類別,上級機關,領域,縣市,電話,生效日期
star,星河縣政府,Xinghe County,機關,ey,local-government,星河縣,02-0000-3000,民國90年1月1日
star-school,星河國小,Xinghe School,學校,星河縣政府,academia,星河縣,０２-００００-３００１,115/1/1
`;
const CONTACTS = `單位全銜,姓名,職稱,電話,傳真電話,行動電話,電子信箱,處理小組
星河國小,宋老師,資訊組長,02-0000-3001,02-0000-3002,0900-000-301,sung@star.example,召集人
星河國小,杜老師,教師,02-0000-3001,,0900-000-302,tu@star.example,安全預防
`;

describe('tocsin import', () => {
  it('shows in a dry run what it would do, and does nothing', async () => {
    const before = await state();
    expect(await tocsinImport('organisations', file(BODIES), '--dry-run')).toBe(0);
    expect(out).toContain('新增 機關 star-school  new body star-school');
    expect(out).toContain('試行：將新增 2 筆、變更 0 筆；資料庫未變更。');
    expect(out).toContain('Dry run: 2 would be added, 0 changed; the database is as it was.');
    expect(await state()).toBe(before);
  });

  it('imports bodies and the contact survey (附表二), by name or code, and makes contact posts (S8.1.3, S8.F2.1–6)', async () => {
    expect(await tocsinImport(file(BODIES), file(CONTACTS))).toBe(0);
    const snapshot = await world.snapshot();
    const at = world.clock.now();
    const school = snapshot.organisationByCode('star-school')!;
    expect(school).toMatchObject({ kind: 'school', validFrom: '2026-01-01', phone: '02-0000-3001' });
    expect(snapshot.superiors(school.id).map((one) => one.code)).toEqual(['star', 'ey']);
    const contacts = snapshot.contactsOf(school.id, at).map((one) => snapshot.persons.get(one.personId));
    expect(contacts).toMatchObject([
      {
        nameZh: '宋老師',
        title: '資訊組長',
        phone: '02-0000-3001',
        fax: '02-0000-3002',
        mobile: '0900-000-301',
        email: 'sung@star.example',
      },
      { nameZh: '杜老師', email: 'tu@star.example' },
    ]);
    const post = snapshot.postByCode('contact-star-school')!;
    expect(post).toMatchObject({ role: 'contact', nameZh: '星河國小資通安全聯絡人' });
    expect(snapshot.holders(post.id, at)).toHaveLength(2);
    expect(snapshot.teamOf(school.id, at).map((one) => one.function)).toEqual(['head', 'prevention']);
  });

  it('changes nothing when the same files come again', async () => {
    const before = await state();
    expect(await tocsinImport(file(BODIES), file(CONTACTS))).toBe(0);
    expect(out).toEqual([
      '檔案內容與現有資料相同，無須變更。',
      'The files say what the directory says already; nothing to change.',
    ]);
    expect(await state()).toBe(before);
  });

  it('imports posts, with the words of either language', async () => {
    const posts =
      '職位代碼,職位名稱,職務,機關代碼,名額\nstar-admin,管理員,系統管理員,star,2\nstar-2,第二聯絡人,contact,star,\n';
    expect(await tocsinImport('posts', file(posts))).toBe(0);
    const snapshot = await world.snapshot();
    expect(snapshot.postByCode('star-admin')).toMatchObject({ role: 'administrator', max: 2 });
    expect(snapshot.postByCode('star-2')).toMatchObject({ role: 'contact', max: 1 });
  });

  it('says every error with its line and column, in both languages, and imports nothing', async () => {
    const before = await state();
    const wrong = `code,name_zh,superior,sectors,phone,valid_from,valid_to
good,好機關,ey,government,,,
loop,繞圈,loop,government,,,
bad,壞機關,nowhere,alchemy,call me,2025-02-29,
,無代碼,ey,government,,,
late,倒置,ey,government,,2026-02-01,2026-01-01
good,重複,ey,government,,,
`;
    expect(await tocsinImport('organisations', file(wrong))).toBe(1);
    const name = `table${serial}.csv`;
    const shown = err.filter((line) => line.includes('第'));
    expect(shown.map((line) => /第 \d+ 列第 \d+ 欄（\w+）/.exec(line)?.[0])).toEqual([
      '第 3 列第 3 欄（superior）',
      '第 4 列第 5 欄（phone）',
      '第 4 列第 6 欄（valid_from）',
      '第 5 列第 1 欄（code）',
      '第 6 列第 7 欄（valid_to）',
      '第 7 列第 1 欄（code）',
    ]);
    expect(err).toContain(
      `  ${name} line 3, column 3 (superior): The line of superiors (or mergers) leads back to the body itself.`,
    );
    expect(err.at(-2)).toBe('共 6 項錯誤，資料庫未有任何變更。');
    expect(err.at(-1)).toBe('6 errors; nothing in the database was changed.');
    expect(await state()).toBe(before);
  });

  it('says of each unknown reference what it does not know', async () => {
    const wrong = 'code,name_zh,superior,sectors\nq,某機關,nowhere,government; alchemy\n';
    expect(await tocsinImport('organisations', file(wrong))).toBe(1);
    expect(err.filter((line) => line.includes('查無')).map((line) => line.split('：')[1])).toEqual([
      '查無「nowhere」。',
      '查無「alchemy」。',
    ]);
  });

  it('blames a contact’s line once for what follows from one mistake', async () => {
    const wrong =
      '單位,姓名,電子信箱\n無此機關,某人,a@b.example\n光明國中,某人,not-an-address\n光明國中,,x@y.example\n';
    expect(await tocsinImport('contacts', file(wrong))).toBe(1);
    expect(
      err.filter((line) => line.includes('第')).map((line) => /第 \d+ 列第 \d+ 欄/.exec(line)?.[0]),
    ).toEqual(['第 2 列第 1 欄', '第 3 列第 3 欄', '第 4 列第 2 欄']);
  });

  it.each([
    ['an unknown column', 'code,name_zh,sectors,secret\na,甲,government,x\n', '不認得的欄位「secret」。'],
    ['a column twice', 'code,代碼,name_zh,sectors\na,a,甲,government\n', '欄位「代碼」重複。'],
    ['too many cells', 'code,name_zh,sectors\na,甲,government,x\n', '這一列的格數多於標題列。'],
    ['a missing column', 'code,name_zh\na,甲\n', '缺少欄位「sectors／sector／領域」。'],
    [
      'a prototype’s name',
      '__proto__,constructor,code,name_zh,sectors\nx,y,a,甲,government\n',
      '不認得的欄位「__proto__」。',
    ],
  ])('refuses %s', async (_name, content, words) => {
    expect(await tocsinImport('organisations', file(content))).toBe(1);
    expect(err.some((line) => line.includes(words))).toBe(true);
    expect(({} as Record<string, unknown>)['code']).toBeUndefined();
  });

  it('needs to know what a table is, and where', async () => {
    expect(await tocsinImport()).toBe(2);
    expect(err[0]).toContain('用法');
    expect(await tocsinImport('organisations', path.join(folder, 'none.csv'))).toBe(2);
    expect(await tocsinImport(file('a,b\n1,2\n'))).toBe(1);
    expect(await tocsinImport(file(new Uint8Array([0x89, 0x50, 0, 0])))).toBe(1);
  });
});
