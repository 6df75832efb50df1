/**
 * A hundred thousand cases and more: some hundreds are filed and led to their ends through the product, then their rows are copied
 * with new ids and numbers, further and further into the past. A copy has all that belongs to a case (reports, facts,
 * clocks, notices, deliveries); times inside texts and JSON stay those of the original.
 */
import { randomUUID } from 'node:crypto';
import { HttpLine } from '../test/faults/rig/http-line.ts';
import type { Reporter } from '../test/faults/rig/nation.ts';
import { reportContent, reportRequest } from '../test/faults/rig/report.ts';
import type { Installation } from './setting.ts';

/** Of the originals, how many are led to release; the others stay open. */
const ORIGINALS = 200;
const RELEASED = 120;
/** Of all cases in the end, this share is open. */
const OPEN_SHARE = 0.02;

class Person {
  readonly #line: HttpLine;
  constructor(port: number, cookie: string) {
    this.#line = new HttpLine(port, { cookie, origin: `http://localhost:${port}` }, 60_000);
  }
  async ask<T>(method: string, path: string, body?: string): Promise<T> {
    const answer = await this.#line.ask(method, path, body, `idempotency-key: ${randomUUID()}\r\n`);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body) as T;
  }
  async act(caseId: string, act: Record<string, unknown>): Promise<void> {
    const view = await this.ask<{ case: { revision: number } }>('GET', `/api/v1/cases/${caseId}`);
    await this.ask(
      'POST',
      `/api/v1/cases/${caseId}/acts`,
      JSON.stringify({ revision: view.case.revision, ...act }),
    );
  }
  close(): void {
    this.#line.close();
  }
}

/** Files the originals and leads most of them through figure 5. */
async function playOriginals(here: Installation): Promise<void> {
  const { port } = here.product();
  const desk = new Person(port, here.nation.deskCookie);
  for (let n = 0; n < ORIGINALS; n += 1) {
    const reporter = here.nation.reporters[n % here.nation.reporters.length] as Reporter;
    const agency = new Person(port, reporter.cookie);
    const content = reportContent(n, Date.now());
    const filed = await agency.ask<{ caseId: string }>(
      'POST',
      '/api/v1/reports',
      reportRequest(reporter.organisationId, content),
    );
    const { caseId } = filed;
    if (n < RELEASED) {
      await desk.act(caseId, { act: 'take' });
      await desk.act(caseId, { act: 'register' });
      await desk.act(caseId, { act: 'confirm-level', level: content['impactLevel'] });
      const solved = {
        ...content,
        cause: '密碼遭猜中。',
        solution: '已還原並變更密碼。',
        resolvedAt: new Date().toISOString(),
      };
      await agency.ask(
        'POST',
        '/api/v1/reports',
        JSON.stringify({
          kind: 'recovery',
          caseId,
          organisationId: reporter.organisationId,
          content: solved,
        }),
      );
      await desk.act(caseId, { act: 'release' });
    }
    agency.close();
  }
  desk.close();
}

/** Columns of a table as the copy has them; what is not named is taken over. */
async function copy(
  here: Installation,
  table: string,
  changed: Readonly<Record<string, string>>,
  from: number,
  to: number,
): Promise<void> {
  const columns = await here.ask<{ name: string }>(
    `select column_name as name from information_schema.columns where table_name = $1 and is_identity = 'NO'
       and column_name <> 'xid' order by ordinal_position`,
    [table],
  );
  const names = columns.map((column) => column.name);
  const caseColumn = table === 'facts' ? 'stream_id' : table === 'cases' ? 'id' : 'case_id';
  const source =
    table === 'report_persons'
      ? '(select p.*, r.case_id from report_persons p join reports r on r.id = p.report_id) t'
      : `${table} t`;
  await here.ask(
    `insert into ${table} (${names.map((name) => `"${name}"`).join(', ')})
     select ${names.map((name) => changed[name] ?? `t."${name}"`).join(', ')}
       from ${source} join originals o on o.id = t.${caseColumn}
       cross join lateral (select n, n * interval '11 minutes' as earlier from generate_series(${from}, ${to}) n
                            where n between o.first and o.copies) x`,
  );
}

/** An id of a copy: always the same for the same original and turn, and of a form every reader accepts. */
const fresh = (column: string) =>
  `overlay(overlay(md5(t.${column}::text || '#' || x.n) placing '4' from 13 for 1) placing '8' from 17 for 1)::uuid`;
const earlier = (column: string) => `t.${column} - x.earlier`;

/** Files the originals and leads most of them to their ends, ready to be copied. */
export async function makeOriginals(here: Installation): Promise<void> {
  await playOriginals(here);
  await here.ask(`update deliveries set state = 'handed-over', handed_over_at = now(), settled_at = now(), next_at = null
    where state = 'queued'`);
  await here.ask(
    `create table originals as select id, open, row_number() over (order by id) as k, 0 as first, 0 as copies from cases`,
  );
  await here.ask('analyze originals');
}

/** Drops the indexes of a table that only make it quick; gives the statements that bring them back. */
async function dropIndexes(here: Installation, table: string): Promise<string[]> {
  const rows = await here.ask<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
       from pg_index i where i.indrelid = $1::regclass and not i.indisunique`,
    [table],
  );
  for (const { name } of rows) await here.ask(`drop index ${name}`);
  return rows.map((row) => row.definition);
}

/**
 * Copies the originals until there are `total` cases in all, further into the past than what is there already.
 * @param parts `whole`: with all that belongs to a case; `bare`: the cases themselves only, as old ones of which no list
 *   shows more
 * @param openShare of all cases in the end, this share is open
 */
export async function extendCases(
  here: Installation,
  total: number,
  parts: 'whole' | 'bare' = 'whole',
  openShare = OPEN_SHARE,
) {
  const open = Math.round(total * openShare);
  const perReleased = Math.ceil((total - open) / RELEASED) - 1;
  const perOpen = Math.max(0, Math.ceil(open / (ORIGINALS - RELEASED)) - 1);
  await here.ask(
    `update originals set first = copies + 1, copies = greatest(copies, case when open then ${perOpen} else ${perReleased} end)`,
  );
  const [span] = await here.ask<{ from: number; to: number }>(
    'select min(first) as from, max(copies) as to from originals where copies >= first',
  );
  const most = span?.to ?? 0;
  // A million rows go in faster without the indexes they will have.
  const indexes = parts === 'bare' ? await dropIndexes(here, 'cases') : [];
  const number = `'M' || o.k || '-' || x.n`;
  for (let from = span?.from ?? 1; from <= most; from += 50) {
    const to = Math.min(most, from + 49);
    await copy(
      here,
      'cases',
      {
        id: fresh('id'),
        incident_id: fresh('id'),
        number,
        series: `'bench'`,
        seq: `(o.k * 100000 + x.n)::int`,
        opened_at: earlier('opened_at'),
        changed_at: earlier('changed_at'),
        closed_at: earlier('closed_at'),
        registered_at: earlier('registered_at'),
        detail: `t.detail || jsonb_build_object('id', ${fresh('id')}, 'incident', ${fresh('id')}, 'number', ${number},
          'series', 'bench', 'seq', o.k * 100000 + x.n)`,
      },
      from,
      to,
    );
    if (parts === 'bare') continue;
    await copy(
      here,
      'reports',
      { id: fresh('id'), case_id: fresh('case_id'), received_at: earlier('received_at') },
      from,
      to,
    );
    await copy(here, 'report_persons', { report_id: fresh('report_id') }, from, to);
    await copy(here, 'facts', { stream_id: fresh('stream_id'), at: earlier('at') }, from, to);
    await copy(here, 'clocks', { id: fresh('id'), case_id: fresh('case_id'), next_at: 'null' }, from, to);
    await copy(
      here,
      'notices',
      { id: fresh('id'), case_id: fresh('case_id'), made_at: earlier('made_at') },
      from,
      to,
    );
    await copy(
      here,
      'deliveries',
      { id: fresh('id'), notice_id: fresh('notice_id'), case_id: fresh('case_id') },
      from,
      to,
    );
  }
  for (const definition of indexes) await here.ask(`set maintenance_work_mem = '256MB'; ${definition}`);
  await here.ask('vacuum analyze');
  const [row] = await here.ask<{ all: number; open: number }>(
    'select count(*)::int as all, count(*) filter (where open)::int as open from cases',
  );
  console.log(
    `${row?.all} cases (${row?.open} open): ${ORIGINALS} filed and led through the product, the rest copied with new ids.`,
  );
}

/** Makes `total` cases in all. */
export async function makeCases(here: Installation, total: number): Promise<void> {
  await makeOriginals(here);
  await extendCases(here, total);
}
