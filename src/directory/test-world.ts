/** A small nation for the tests of the directory and of identity, on a real database of its own. */
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { createTestDatabase } from '../../test/support/database.ts';
import { activatePack, loadPack, storePack } from '../mechanism/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import { loadConfig } from '../platform/config.ts';
import type { AppContext } from '../platform/context.ts';
import { createDatabase } from '../platform/database.ts';
import { createLog } from '../platform/log.ts';
import { createSignals } from '../platform/signals.ts';
import { createTestClock } from '../platform/time.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import { type DirectoryRows, directorySnapshot, loadDirectory, packRows } from './index.ts';

export const { pack, hash } = loadPack(fileURLToPath(new URL('../../packs/tw-2002', import.meta.url)));

/** Bodies below those of the pack: a county with its education office and a school, a utility, a hospital, a brigade. */
export const nation: DirectoryRows = {
  organisations: [
    {
      code: 'county',
      nameZh: '青山縣政府',
      nameEn: 'Qingshan County',
      superior: 'ey',
      sectors: ['local-government'],
    },
    {
      code: 'county-edu',
      nameZh: '青山縣政府教育處',
      nameEn: 'Education office of Qingshan',
      superior: 'county',
      sectors: ['local-government', 'academia'],
    },
    {
      code: 'school',
      nameZh: '光明國中',
      nameEn: 'Guangming School',
      kind: 'school',
      superior: 'county-edu',
      sectors: ['academia'],
      phone: '02-0000-1234',
    },
    {
      code: 'power',
      nameZh: '某電力公司',
      nameEn: 'Power company',
      kind: 'operator',
      authority: 'moea',
      sectors: ['electricity', 'transport', 'finance'],
    },
    {
      code: 'hospital',
      nameZh: '縣立醫院',
      nameEn: 'County hospital',
      kind: 'hospital',
      superior: 'county',
      authority: 'doh',
      sectors: ['health', 'local-government'],
    },
    {
      code: 'brigade',
      nameZh: '通信大隊',
      nameEn: 'Signals brigade',
      kind: 'military',
      superior: 'mnd',
      sectors: ['defence'],
      phone: '02-0000-9999',
    },
  ].map((one) => ({ validFrom: '2001-01-01', ...one })) as DirectoryRows['organisations'] & object,
  persons: [
    ['officer', 'dgbas-edpc', '林值勤', 'Officer Lin'],
    ['admin', 'dgbas-edpc', '傅管理', 'Administrator Fu'],
    ['deputy', 'stag', '杜副召', 'Deputy Tu'],
    ['auditor', 'dgbas', '江稽核', 'Auditor Chiang'],
    ['moe-officer', 'moe', '賴承辦', 'Officer Lai'],
    ['mnd-officer', 'mnd', '薛承辦', 'Officer Hsueh'],
    ['teacher', 'school', '莊組長', 'Teacher Chuang'],
    ['inspector', 'county-edu', '王督學', 'Inspector Wang'],
    ['county-admin', 'county', '陳管理', 'Administrator Chen'],
    ['engineer', 'power', '廖工程師', 'Engineer Liao'],
    ['nurse', 'hospital', '葉主任', 'Head Yeh'],
    ['captain', 'brigade', '盧通資', 'Captain Lu'],
  ].map(([code, organisation, nameZh, nameEn], index) => ({
    code: code!,
    organisation: organisation!,
    nameZh: nameZh!,
    nameEn: nameEn!,
    email: `${code}@${organisation}.example`,
    phone: `02-0000-${String(2000 + index)}`,
    mobile: `0900-000-${String(100 + index)}`,
  })),
  posts: [
    ['contact-school', 'school', 'contact'],
    ['contact-county-edu', 'county-edu', 'contact'],
    ['contact-power', 'power', 'contact'],
    ['contact-hospital', 'hospital', 'contact'],
    ['contact-brigade', 'brigade', 'contact'],
    ['administrator-county', 'county', 'administrator'],
  ].map(([code, organisation, role]) => ({
    code: code!,
    organisation: organisation!,
    role: role as 'contact',
    nameZh: `${organisation}之職位`,
    nameEn: `Post of ${organisation}`,
  })),
  holdings: [
    { post: 'duty-officer', person: 'officer' },
    { post: 'centre-administrator', person: 'admin' },
    { post: 'deputy-convenor-stag', person: 'deputy' },
    { post: 'centre-auditor', person: 'auditor' },
    { post: 'subgroup-academia', person: 'moe-officer' },
    { post: 'subgroup-defence', person: 'mnd-officer' },
    { post: 'contact-school', person: 'teacher' },
    { post: 'contact-county-edu', person: 'inspector' },
    { post: 'administrator-county', person: 'county-admin' },
    { post: 'contact-power', person: 'engineer' },
    { post: 'contact-hospital', person: 'nurse' },
    { post: 'contact-brigade', person: 'captain' },
  ],
  contacts: [
    { organisation: 'school', person: 'teacher' },
    { organisation: 'brigade', person: 'captain' },
  ],
  teamMembers: [
    { organisation: 'school', person: 'teacher', function: 'head' },
    { organisation: 'brigade', person: 'captain', function: 'both' },
  ],
  systems: [
    {
      organisation: 'school',
      nameZh: '校園網站',
      securityGrade: 'D',
      ips: ['192.0.2.10'],
      domains: ['school.example'],
    },
    { organisation: 'brigade', nameZh: '通信管理系統', securityGrade: 'A', ips: ['192.0.2.99'] },
  ],
};

/** Everything at once: the pack's bodies and the nation's. */
export function wholeNation(): DirectoryRows {
  const first = packRows(pack);
  return {
    ...nation,
    organisations: [...(first.organisations ?? []), ...(nation.organisations ?? [])],
    groups: first.groups ?? [],
    posts: [...(first.posts ?? []), ...(nation.posts ?? [])],
  };
}

/** A database of its own with the mechanism in force; `nation: false` leaves the directory empty. */
export async function makeWorld(options: { nation?: boolean; publicUrl?: string; startAt?: Date } = {}) {
  const database = await createTestDatabase();
  const app = createDatabase(database.appUrl, { poolSize: 8 });
  const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 2 });
  // The server may say its goodbye to an idle connection while the database is taken away.
  owner.on('error', () => undefined);
  // A line that is just being ended may still hear the server's goodbye.
  owner.on('connect', (client) => void client.on('error', () => undefined));
  const clock = createTestClock();
  if (options.startAt) clock.set(options.startAt);
  const ctx: AppContext = {
    config: loadConfig({ PUBLIC_URL: options.publicUrl ?? 'http://127.0.0.1:5500' }, 'demo'),
    log: createLog({ level: 'silent' }),
    database: app,
    clock,
    signals: createSignals(),
    demonstration: false,
  };
  const asSystem = <T>(work: (tx: Tx) => Promise<T>) => write(app, SYSTEM, clock, work);
  await asSystem(async (tx) => {
    await storePack(ctx, tx, { pack, hash });
    await activatePack(ctx, tx, hash);
    if (options.nation !== false) await loadDirectory(ctx, tx, pack, wholeNation());
  });
  return {
    ctx,
    clock,
    owner,
    urls: database,
    asSystem,
    /** The directory as it is now. */
    snapshot: () => read(app, SYSTEM, clock, (tx) => directorySnapshot(ctx, tx)),
    async close() {
      await app.close();
      await owner.end();
      await database.drop();
    },
  };
}
export type World = Awaited<ReturnType<typeof makeWorld>>;
