/** A nation to put under load: the pack's bodies, every post held, and as many reporting bodies as wanted, signed in. */
import { createHash, randomBytes } from 'node:crypto';
import { loadDirectory, packRows } from '../../../src/directory/index.ts';
import { makeAccount } from '../../../src/identity/index.ts';
import { activePack } from '../../../src/mechanism/index.ts';
import { SYSTEM } from '../../../src/platform/actor.ts';
import { loadConfig } from '../../../src/platform/config.ts';
import type { AppContext } from '../../../src/platform/context.ts';
import { createDatabase } from '../../../src/platform/database.ts';
import { createLog } from '../../../src/platform/log.ts';
import { createSignals } from '../../../src/platform/signals.ts';
import { productionClock } from '../../../src/platform/time.ts';
import { write } from '../../../src/platform/transaction.ts';

/** Somebody who files for his body. */
export interface Reporter {
  readonly organisationId: string;
  readonly personId: string;
  /** The cookie header of his session. */
  readonly cookie: string;
}

export interface Nation {
  readonly reporters: readonly Reporter[];
  /** The cookie header of a duty officer. */
  readonly deskCookie: string;
  readonly packHash: string;
}

export interface NationOptions {
  /** The mail address of whoever holds a post; `<post>@duty.example` unless said otherwise. */
  readonly addressOf?: (post: string) => string | undefined;
}

/** A context on a database, for what is loaded or looked at outside the product's own process. */
export function contextOn(appUrl: string, publicUrl = 'http://localhost:8080'): AppContext {
  return {
    config: loadConfig({ PUBLIC_URL: publicUrl }, 'demo'),
    log: createLog({ level: 'silent' }),
    database: createDatabase(appUrl, { poolSize: 4, onConnectionError: () => undefined }),
    clock: productionClock,
    signals: createSignals(),
    demonstration: false,
  };
}

/** Bodies that report: schools, whose authority convenes their subgroup, and hospitals, where the two are different bodies. */
function reportingBodies(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const isSchool = index % 2 === 0;
    return {
      code: `load-${index}`,
      nameZh: `${isSchool ? '第' : '縣立第'}${index + 1}${isSchool ? '國民中學' : '醫院'}`,
      nameEn: `${isSchool ? 'School' : 'Hospital'} ${index + 1}`,
      kind: isSchool ? 'school' : 'hospital',
      superior: 'load-county',
      ...(isSchool ? {} : { authority: 'doh' }),
      sectors: isSchool ? ['academia'] : ['health', 'local-government'],
      phone: `02-0000-${String(1000 + (index % 9000))}`,
      validFrom: '2001-01-01',
    };
  });
}

/**
 * Loads the nation into a fresh installation by the directory's own command, and signs its people in.
 * @param reporters how many bodies report
 */
export async function makeNation(
  appUrl: string,
  reporters: number,
  options: NationOptions = {},
): Promise<Nation> {
  const ctx = contextOn(appUrl);
  try {
    return await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
      const { pack, hash } = await activePack(ctx, tx);
      const first = packRows(pack);
      const bodies = reportingBodies(reporters);
      const holder = (post: string, organisation: string) => ({
        code: `holder-${post}`,
        organisation,
        nameZh: '王值勤',
        nameEn: 'Officer Wang',
        email: options.addressOf?.(post) ?? `${post}@duty.example`,
        phone: '02-0000-1000',
        mobile: '0900-000-100',
      });
      const posts = first.posts ?? [];
      const loaded = await loadDirectory(ctx, tx, pack, {
        ...first,
        organisations: [
          ...(first.organisations ?? []),
          {
            code: 'load-county',
            nameZh: '青山縣政府',
            nameEn: 'Qingshan County',
            superior: 'ey',
            sectors: ['local-government'],
            validFrom: '2001-01-01',
          },
          ...bodies,
        ] as never,
        posts: [
          ...posts,
          ...['load-county', ...bodies.map((body) => body.code)].map((code) => ({
            code: `contact-${code}`,
            organisation: code,
            role: 'contact' as const,
            nameZh: '資安聯絡人',
            nameEn: 'Security contact',
          })),
        ] as never,
        persons: [
          ...posts.map((post) => holder(post.code, post.organisation)),
          ...['load-county', ...bodies.map((body) => body.code)].map((code) =>
            holder(`contact-${code}`, code),
          ),
        ],
        holdings: [
          ...posts.map((post) => ({ post: post.code, person: `holder-${post.code}` })),
          ...['load-county', ...bodies.map((body) => body.code)].map((code) => ({
            post: `contact-${code}`,
            person: `holder-contact-${code}`,
          })),
        ],
      });
      const sessions: object[] = [];
      const signIn = async (code: string): Promise<{ personId: string; cookie: string }> => {
        const personId = loaded.persons.get(code);
        if (personId === undefined) throw new Error(`nobody is called ${code}`);
        // Nobody signs in by password here; the hash fits none.
        await makeAccount(ctx, tx, { personId, login: `${code}@load.example`, passwordHash: '-' });
        const token = randomBytes(32).toString('base64url');
        sessions.push({
          token_hash: `\\x${createHash('sha256').update(token).digest('hex')}`,
          person_id: personId,
          how: 'passkey',
          created_at: tx.now,
          seen_at: tx.now,
          expires_at: new Date(tx.now.getTime() + 23 * 3_600_000),
        });
        return { personId, cookie: `tocsin=${token}` };
      };
      const signedIn: Reporter[] = [];
      for (const body of bodies) {
        const organisationId = loaded.organisations.get(body.code) as string;
        signedIn.push({ organisationId, ...(await signIn(`holder-contact-${body.code}`)) });
      }
      const desk = await signIn('holder-duty-officer');
      await tx.insert({ sessions });
      return { reporters: signedIn, deskCookie: desk.cookie, packHash: hash };
    });
  } finally {
    await ctx.database.close();
  }
}
