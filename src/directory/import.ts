/** From tables of bodies, posts and contacts to rows of the directory, every cell with its place. Pure. */
import type { Pack } from '../mechanism/index.ts';
import { parseWhen } from '../mechanism/roc-date.ts';
import type { FieldErrorCode } from '../platform/errors.ts';
import type * as contract from './contract.ts';
import { type CsvFault, type CsvRecord, readCsv } from './csv.ts';
import type { DirectorySnapshot } from './snapshot.ts';

export const IMPORT_KINDS = ['organisations', 'posts', 'contacts'] as const;
export type ImportKind = (typeof IMPORT_KINDS)[number];

/** Where in the files something stands; column from 1, or 0 for the whole line. */
export interface CellPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly header: string;
}

export type ImportReason =
  | CsvFault['reason']
  | 'unknown-kind'
  | 'unknown-column'
  | 'duplicate-column'
  | 'missing-column'
  | 'too-many-cells'
  | 'unknown';

export interface ImportFault {
  readonly place: CellPlace;
  readonly reason: { readonly import: ImportReason } | { readonly field: FieldErrorCode };
  readonly params?: Readonly<Record<string, unknown>>;
}

/** Names a column may have, the one we print first. */
type Columns = Readonly<Record<string, readonly string[]>>;

const COLUMNS: Readonly<Record<ImportKind, Columns>> = {
  organisations: {
    code: ['code', '代碼', '機關代碼'],
    nameZh: ['name_zh', 'name', '機關名稱', '單位全銜', '全銜', '名稱'],
    nameEn: ['name_en', '英文名稱'],
    kind: ['kind', '類別'],
    superior: ['superior', '上級機關', '上級機關代碼'],
    authority: ['authority', '主管機關', '主管機關代碼'],
    sectors: ['sectors', 'sector', '領域'],
    county: ['county', '縣市'],
    phone: ['phone', '電話'],
    fax: ['fax', '傳真', '傳真電話'],
    email: ['email', 'e-mail', '電子信箱', '電子郵件'],
    address: ['address', '地址'],
    note: ['note', '備註'],
    validFrom: ['valid_from', '生效日期', '成立日期'],
    validTo: ['valid_to', '失效日期', '裁撤日期'],
    successor: ['merged_into', '併入機關', '併入機關代碼'],
  },
  posts: {
    code: ['code', '代碼', '職位代碼'],
    nameZh: ['name_zh', 'name', '職位名稱', '名稱'],
    nameEn: ['name_en', '英文名稱'],
    role: ['role', '職務'],
    organisation: ['organisation', 'organization', '機關', '機關代碼'],
    group: ['group', '分組', '分組代碼'],
    max: ['max', '名額'],
    press: ['press', '對外發言'],
    validFrom: ['valid_from', '生效日期'],
    validTo: ['valid_to', '失效日期'],
  },
  contacts: {
    organisation: ['organisation', 'organization', '單位', '單位全銜', '機關', '機關代碼'],
    code: ['code', '人員代碼'],
    nameZh: ['name', 'name_zh', '姓名'],
    nameEn: ['name_en', '英文姓名'],
    title: ['title', '職稱'],
    phone: ['phone', '電話'],
    fax: ['fax', '傳真', '傳真電話'],
    mobile: ['mobile', '行動電話'],
    email: ['email', 'e-mail', '電子信箱', '電子郵件'],
    language: ['language', '語言'],
    post: ['post', '職位', '職位代碼'],
    acting: ['acting', '代理'],
    function: ['team', '處理小組'],
  },
};
const REQUIRED: Readonly<Record<ImportKind, readonly string[]>> = {
  organisations: ['code', 'nameZh', 'sectors'],
  posts: ['code', 'nameZh', 'role', 'organisation'],
  contacts: ['organisation', 'nameZh', 'email'],
};

/** Words of a cell for the words of the engine. */
const KIND_WORDS: Readonly<Record<string, string>> = {
  機關: 'agency',
  政府機關: 'agency',
  業者: 'operator',
  事業機構: 'operator',
  學校: 'school',
  醫院: 'hospital',
  軍事機關: 'military',
  軍事: 'military',
  研究機構: 'research',
  其他: 'other',
};
const FUNCTION_WORDS: Readonly<Record<string, string>> = {
  召集人: 'head',
  安全預防: 'prevention',
  危機處理: 'crisis',
  安全預防及危機處理: 'both',
};
const ROLE_WORDS: Readonly<Record<string, string>> = {
  聯絡人: 'contact',
  聯絡人員: 'contact',
  值勤員: 'duty-officer',
  分組承辦人: 'subgroup-officer',
  召集人: 'convenor',
  副召集人: 'deputy-convenor',
  技術服務中心: 'service-centre',
  工作組承辦人: 'group-officer',
  系統管理員: 'administrator',
  稽核員: 'auditor',
  觀察員: 'observer',
};
const YES = new Set(['是', 'y', 'yes', 'true', '1', 'v', '✓']);
const NO = new Set(['', '否', 'n', 'no', 'false', '0']);

function plain(text: string): string {
  return text.normalize('NFKC').replace(/\s+/g, '').toLowerCase();
}

export interface ImportFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Absent: read from the header. */
  readonly kind?: ImportKind | undefined;
}

/** Rows for the directory, and the cell behind every field of them. */
export interface ImportPlan {
  readonly rows: {
    readonly organisations: contract.OrganisationInput[];
    readonly posts: contract.PostInput[];
    readonly persons: contract.PersonInput[];
    readonly holdings: contract.HoldingInput[];
    readonly contacts: contract.ContactInput[];
    readonly teamMembers: contract.TeamMemberInput[];
  };
  readonly faults: readonly ImportFault[];
  /** The cell a refused field (`persons.3.email`) came from. */
  placeOf(path: string): CellPlace | undefined;
}

/** Which table a header belongs to: the kind whose required columns it has all of. */
function kindOf(header: readonly string[]): ImportKind | undefined {
  const names = new Set(header.map(plain));
  return IMPORT_KINDS.toReversed().find((kind) =>
    REQUIRED[kind].every((field) => COLUMNS[kind][field]!.some((name) => names.has(plain(name)))),
  );
}

interface Line {
  readonly file: string;
  readonly line: number;
  /** Column number by field. */
  readonly columns: ReadonlyMap<string, { readonly column: number; readonly header: string }>;
  readonly cell: (field: string) => string;
}

/** Reads the files; faults of form are collected, never thrown, so that all of them can be shown at once. */
export function planImport(
  files: readonly ImportFile[],
  pack: Pack,
  snapshot: DirectorySnapshot,
): ImportPlan {
  const faults: ImportFault[] = [];
  const lines: Record<ImportKind, Line[]> = { organisations: [], posts: [], contacts: [] };
  for (const file of files) readFile(file, faults, lines);
  const builder = new RowBuilder(pack, snapshot, faults);
  builder.learnNames(lines.organisations);
  for (const line of lines.organisations) builder.organisation(line);
  for (const line of lines.posts) builder.post(line);
  for (const line of lines.contacts) builder.contact(line);
  return { rows: builder.rows, faults, placeOf: (path) => builder.placeOf(path) };
}

function readFile(file: ImportFile, faults: ImportFault[], lines: Record<ImportKind, Line[]>): void {
  const fail = (line: number, column: number, header: string, reason: ImportReason, given = header) =>
    faults.push({
      place: { file: file.name, line, column, header },
      reason: { import: reason },
      params: { given },
    });
  const read = readCsv(file.bytes);
  if ('fault' in read) {
    const { reason, line, detail } = read.fault;
    faults.push({
      place: { file: file.name, line, column: 0, header: '' },
      reason: { import: reason },
      params: { detail },
    });
    return;
  }
  const [header, ...records] = read.records as [CsvRecord, ...CsvRecord[]];
  const kind = file.kind ?? kindOf(header.cells);
  if (!kind) {
    fail(header.line, 0, '', 'unknown-kind');
    return;
  }
  const columns = new Map<string, { column: number; header: string }>();
  for (const [index, name] of header.cells.entries()) {
    const field = Object.entries(COLUMNS[kind]).find(([, names]) =>
      names.some((one) => plain(one) === plain(name)),
    )?.[0];
    if (field === undefined) fail(header.line, index + 1, name, 'unknown-column');
    else if (columns.has(field)) fail(header.line, index + 1, name, 'duplicate-column');
    else columns.set(field, { column: index + 1, header: name });
  }
  for (const field of REQUIRED[kind]) {
    if (!columns.has(field)) {
      fail(header.line, 0, '', 'missing-column', COLUMNS[kind][field]!.slice(0, 3).join('／'));
    }
  }
  for (const { line, cells } of records) {
    if (cells.length > header.cells.length) fail(line, header.cells.length + 1, '', 'too-many-cells');
    const cell = (field: string) => cells[(columns.get(field)?.column ?? 0) - 1] ?? '';
    lines[kind].push({ file: file.name, line, columns, cell });
  }
}

/** Turns lines into rows; remembers which cell each field came from. */
class RowBuilder {
  readonly rows: ImportPlan['rows'] = {
    organisations: [],
    posts: [],
    persons: [],
    holdings: [],
    contacts: [],
    teamMembers: [],
  };
  readonly #places = new Map<string, { line: Line; fields: Readonly<Record<string, string>> }>();
  readonly #pack: Pack;
  readonly #snapshot: DirectorySnapshot;
  readonly #faults: ImportFault[];
  readonly #codesByName = new Map<string, string>();
  readonly #contactPosts = new Map<string, string>();
  readonly #persons = new Set<string>();

  constructor(pack: Pack, snapshot: DirectorySnapshot, faults: ImportFault[]) {
    this.#pack = pack;
    this.#snapshot = snapshot;
    this.#faults = faults;
    for (const body of snapshot.organisations.values()) this.#codesByName.set(plain(body.nameZh), body.code);
  }

  learnNames(lines: readonly Line[]): void {
    for (const line of lines) this.#codesByName.set(plain(line.cell('nameZh')), line.cell('code'));
  }

  placeOf(path: string): CellPlace | undefined {
    const [list, index, field] = path.split('.');
    const origin = this.#places.get(`${list}.${index}`);
    return origin && this.#place(origin.line, origin.fields[field ?? ''] ?? field ?? '');
  }

  #place(line: Line, field: string): CellPlace {
    const found = line.columns.get(field);
    return { file: line.file, line: line.line, column: found?.column ?? 0, header: found?.header ?? '' };
  }

  #fail(line: Line, field: string, code: FieldErrorCode, params?: Readonly<Record<string, unknown>>): void {
    const place = this.#place(line, field);
    this.#faults.push({ place, reason: { field: code }, ...(params ? { params } : {}) });
  }

  /** Adds a row; `fields` says which column stands behind a field of another name. */
  #add<T extends keyof ImportPlan['rows']>(
    list: T,
    line: Line,
    row: ImportPlan['rows'][T][number],
    fields: Readonly<Record<string, string>> = {},
  ): void {
    const rows = this.rows[list] as unknown[];
    this.#places.set(`${list}.${rows.length}`, { line, fields });
    rows.push(row);
  }

  /** A body by its code or its full Chinese name; null for an empty cell. */
  #body(line: Line, field: string): string | null {
    const given = line.cell(field);
    if (given === '') return null;
    if (this.#snapshot.organisationByCode(given)) return given;
    return this.#codesByName.get(plain(given)) ?? given;
  }

  /** Days as people write them, ROC or ISO. */
  #day(line: Line, field: string): string | undefined {
    const given = line.cell(field);
    if (given === '') return undefined;
    const parsed = parseWhen(given);
    if (!parsed.ok || parsed.hasTime) {
      this.#fail(line, field, 'bad-date');
      return undefined;
    }
    const { year, month, day } = parsed.value;
    return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  }

  #yes(line: Line, field: string): boolean {
    const given = plain(line.cell(field));
    if (!YES.has(given) && !NO.has(given)) this.#fail(line, field, 'bad-choice', { choices: ['是', '否'] });
    return YES.has(given);
  }

  organisation(line: Line): void {
    const sectors = line
      .cell('sectors')
      .split(/[;；、，,|/／]/)
      .map((word) => word.trim())
      .filter((word) => word !== '')
      .map((word) => {
        const named = this.#pack.sectors.find((sector) =>
          [sector.name.zh, sector.name.en].some((name) => plain(name) === plain(word)),
        );
        return named?.id ?? word;
      });
    const kind = line.cell('kind');
    const validFrom = this.#day(line, 'validFrom');
    this.#add('organisations', line, {
      code: line.cell('code'),
      nameZh: line.cell('nameZh'),
      nameEn: line.cell('nameEn'),
      ...(kind === '' ? {} : { kind: (KIND_WORDS[kind] ?? plain(kind)) as contract.OrganisationKind }),
      superior: this.#body(line, 'superior'),
      authority: this.#body(line, 'authority'),
      successor: this.#body(line, 'successor'),
      sectors,
      county: line.cell('county') || null,
      phone: line.cell('phone'),
      fax: line.cell('fax'),
      email: line.cell('email'),
      address: line.cell('address'),
      note: line.cell('note'),
      ...(validFrom === undefined ? {} : { validFrom }),
      validTo: this.#day(line, 'validTo') ?? null,
    });
  }

  post(line: Line): void {
    const max = line.cell('max').normalize('NFKC');
    const validFrom = this.#day(line, 'validFrom');
    if (max !== '' && !/^\d{1,4}$/.test(max)) this.#fail(line, 'max', 'not-whole-number');
    const post: contract.PostInput = {
      code: line.cell('code'),
      nameZh: line.cell('nameZh'),
      nameEn: line.cell('nameEn'),
      role: (ROLE_WORDS[line.cell('role')] ?? plain(line.cell('role'))) as contract.PostInput['role'],
      organisation: this.#body(line, 'organisation') ?? '',
      group: line.cell('group') || null,
      ...(/^\d{1,4}$/.test(max) ? { max: Number(max) } : {}),
      press: this.#yes(line, 'press'),
      ...(validFrom === undefined ? {} : { validFrom }),
      validTo: this.#day(line, 'validTo') ?? null,
    };
    if (post.role === 'contact') this.#contactPosts.set(post.organisation, post.code);
    this.#add('posts', line, post);
  }

  /**
   * A line of the contact survey (附表二): the person, his entry in the contact network, and the contact post of his
   * body (made when it has none) or the post the line names, because notices go to posts.
   */
  contact(line: Line): void {
    const organisation = this.#body(line, 'organisation') ?? '';
    const person = line.cell('code') || codeFor(organisation, line.cell('email') || line.cell('nameZh'));
    const language = plain(line.cell('language'));
    if (!this.#persons.has(person)) {
      this.#persons.add(person);
      this.#add('persons', line, {
        code: person,
        organisation,
        nameZh: line.cell('nameZh'),
        nameEn: line.cell('nameEn'),
        title: line.cell('title'),
        ...(language === '' ? {} : { language: language === 'en' || language === '英文' ? 'en' : 'zh-Hant' }),
        email: line.cell('email'),
        phone: line.cell('phone'),
        mobile: line.cell('mobile'),
        fax: line.cell('fax'),
      });
      this.#add('contacts', line, { organisation, person }, { person: 'nameZh' });
    }
    const post = line.cell('post') || this.#contactPost(line, organisation);
    const acting = this.#yes(line, 'acting');
    this.#add('holdings', line, { post, person, acting }, { person: 'email' });
    const part = line.cell('function');
    if (part !== '') {
      const word = FUNCTION_WORDS[part] ?? plain(part);
      const member = { organisation, person, function: word as contract.TeamMemberInput['function'] };
      this.#add('teamMembers', line, member, { person: 'nameZh' });
    }
  }

  #contactPost(line: Line, organisation: string): string {
    const known = this.#contactPosts.get(organisation);
    if (known) return known;
    const body = this.#snapshot.organisationByCode(organisation);
    const post = body && this.#snapshot.postsOf(body.id).find((one) => one.role === 'contact');
    const code = post?.code ?? `contact-${organisation}`;
    this.#contactPosts.set(organisation, code);
    if (!post) {
      const named = this.rows.organisations.find((row) => row.code === organisation);
      const nameZh = body?.nameZh ?? named?.nameZh ?? organisation;
      const nameEn = body?.nameEn ?? (named?.nameEn || organisation);
      this.#add('posts', line, {
        code,
        nameZh: `${nameZh}資通安全聯絡人`,
        nameEn: `Contact of ${nameEn}`,
        role: 'contact',
        organisation,
        max: 50,
      });
    }
    return code;
  }
}

/** A code for a person who was given none: the same line gives the same code again. */
function codeFor(organisation: string, name: string): string {
  const word = (name.split('@')[0] ?? '').normalize('NFKC').replace(/[^\p{L}\p{N}._-]+/gu, '-');
  return `${organisation}.${word}`.slice(0, 100).replace(/(?<![._-])[._-]+$/, '');
}
