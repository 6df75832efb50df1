import { COUNTIES, type County } from './taiwan.ts';

/** Counties the demonstration invents, drawn where their telephone area lies. */
const INVENTED: Record<string, string> = {
  北望市: '68000',
  海城市: '67000',
  青山縣: '10005',
  南濱縣: '10013',
  東嶺縣: '10015',
  雲湖縣: '10007',
  楓林縣: '10008',
};

export type Levels = Readonly<Record<string, number>>;

export interface CountyCases {
  readonly county: County;
  /** As the directory names it, which may be an invented name. */
  readonly name: string;
  readonly levels: Levels;
  readonly invented: boolean;
}

const plain = (name: string): string => name.replaceAll('臺', '台').trim();

/** Cases by county as they are drawn, and those whose county is on no map. */
export function placed(rows: readonly { readonly county: string | null; readonly levels: Levels }[]): {
  on: CountyCases[];
  off: { name: string | null; levels: Levels }[];
} {
  const on = new Map<string, CountyCases>();
  const off: { name: string | null; levels: Levels }[] = [];
  for (const row of rows) {
    const name = row.county === null ? '' : plain(row.county);
    const invented = INVENTED[name];
    const county = COUNTIES.find((one) => one.code === invented || plain(one.zh) === name);
    if (!county) {
      off.push({ name: row.county, levels: row.levels });
      continue;
    }
    const before = on.get(county.code);
    const levels: Record<string, number> = { ...before?.levels };
    for (const [level, n] of Object.entries(row.levels)) levels[level] = (levels[level] ?? 0) + n;
    on.set(county.code, {
      county,
      name: row.county ?? county.zh,
      levels,
      invented: invented !== undefined,
    });
  }
  return { on: [...on.values()], off };
}

/** How many there are in all. */
export function sumOf(levels: Levels): number {
  return Object.values(levels).reduce((sum, n) => sum + n, 0);
}
