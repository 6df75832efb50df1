import { centralAgencies, defenceBodies, planBodies } from './bodies-central.ts';
import { countyBodies, localOffices, localSchools } from './bodies-local.ts';
import { academies, hospitals, operators } from './bodies-operators.ts';
import type { BodyRow } from './rows.ts';
import type { Body, BodyKind } from './types.ts';

/** Area codes by county; the subscriber numbers behind them are all in the unassigned block 0000. */
const areaCodes: Record<string, string> = {
  台北市: '02',
  高雄市: '07',
  北望市: '03',
  海城市: '06',
  青山縣: '037',
  南濱縣: '08',
  東嶺縣: '038',
  雲湖縣: '04',
  楓林縣: '049',
};

const streets = ['中正路', '和平路', '復興路', '文化路', '自強路', '學府路', '成功路', '建國路'];

const topDomains: Record<BodyKind, string> = {
  agency: 'gov.example',
  operator: 'com.example',
  school: 'edu.example',
  hospital: 'org.example',
  military: 'mil.example',
  research: 'org.example',
};

const rows: readonly BodyRow[] = [
  ...planBodies,
  ...centralAgencies,
  ...defenceBodies,
  ...countyBodies,
  ...localOffices,
  ...localSchools,
  ...operators,
  ...hospitals,
  ...academies,
];

const planCodes = new Set(planBodies.map((row) => row[0]));

/** Last day of the calendar month before `now`, in Taipei, as an ISO date. */
function endOfLastMonth(now: Date): string {
  const taipei = new Date(now.getTime() + 8 * 3_600_000);
  return new Date(Date.UTC(taipei.getUTCFullYear(), taipei.getUTCMonth(), 0)).toISOString().slice(0, 10);
}

function toBody(row: BodyRow, index: number, now: Date): Body {
  const [code, nameZh, nameEn, kind, superior, sectors, county, extra = {}] = row;
  const area = areaCodes[county] ?? '02';
  const serial = String(1000 + index * 7).padStart(4, '0');
  const domain = `${code}.${topDomains[kind]}`;
  const street = streets[index % streets.length] ?? '中正路';
  return {
    code,
    nameZh,
    nameEn,
    kind,
    superior,
    authority: extra.authority !== undefined && extra.authority !== superior ? extra.authority : null,
    sectors,
    tier: extra.tier ?? 'central',
    county,
    phone: `${area}-0000-${serial}`,
    fax: `${area}-0001-${serial}`,
    email: `contact@${domain}`,
    domain,
    address: extra.address ?? `${county}${street}${((index * 13) % 240) + 1}號`,
    validFrom: planCodes.has(code) ? '2001-01-17' : '2012-01-01',
    validTo: extra.mergedInto === undefined ? null : endOfLastMonth(now),
    mergedInto: extra.mergedInto ?? null,
    note: extra.note ?? '',
  };
}

/**
 * The bodies of the demonstration nation as they stand at `now` (DEC-24): one of them was merged into
 * another at the end of the month before (H42). Superiors come before the bodies below them.
 */
export function bodiesAt(now: Date): readonly Body[] {
  const made = rows.map((row, index) => toBody(row, index, now));
  const placed = new Set<string>();
  const ordered: Body[] = [];
  let waiting = made;
  while (waiting.length > 0) {
    const ready = waiting.filter((body) => body.superior === null || placed.has(body.superior));
    if (ready.length === 0)
      throw new Error(`bodies without a known superior: ${waiting.map((b) => b.code).join(', ')}`);
    for (const body of ready) {
      placed.add(body.code);
      ordered.push(body);
    }
    waiting = waiting.filter((body) => !placed.has(body.code));
  }
  return ordered;
}

/** The bodies with fixed dates, for look-ups that do not depend on today. */
export const bodies: readonly Body[] = bodiesAt(new Date('2026-11-22T12:00:00Z'));

const byCode = new Map(bodies.map((body) => [body.code, body]));

/** The body with this code; throws when the demonstration data names one that does not exist. */
export function bodyOf(code: string): Body {
  const body = byCode.get(code);
  if (body === undefined) throw new Error(`demonstration nation: no body "${code}"`);
  return body;
}

/** Competent authority (主管機關) of a body: the named one, else the superior, else the body itself. */
export function authorityOf(code: string): Body {
  const body = bodyOf(code);
  return bodyOf(body.authority ?? body.superior ?? body.code);
}
