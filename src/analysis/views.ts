/** The analysis reports as one reader may see them: all subgroups side by side, one report, and the table as a file. */
import { type DirectorySnapshot, directorySnapshot } from '../directory/index.ts';
import { analysis as en } from '../locales/en/analysis.ts';
import { type Bilingual, inLang, type Lang } from '../locales/index.ts';
import { analysis as zh } from '../locales/zh-Hant/analysis.ts';
import { activePack, groupMay, type Pack } from '../mechanism/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { CSV_MARK, csvRow } from '../platform/csv.ts';
import { refuse } from '../platform/errors.ts';
import { read, type Tx } from '../platform/transaction.ts';
import { draftShown } from './commands.ts';
import type { AnalysesQuery, AnalysesView, AnalysisRow, AnalysisView } from './contract.ts';
import { cellsOf, dayAt, monthAt, monthsUntil, startsOf } from './rules.ts';
import {
  casesNamed,
  countsOf,
  draftsOf,
  findReport,
  type NamedCase,
  outcomesOf,
  type ReportRow,
  reportsOf,
} from './store.ts';

/** So many reports are shown at once. */
const MOST = 500;

interface Looking {
  readonly pack: Pack;
  readonly directory: DirectorySnapshot;
  /** Groups the reader writes for. */
  readonly writesFor: readonly string[];
  readonly readsAll: boolean;
}

/** @throws Refusal not-signed-in, forbidden-act for whoever neither writes nor gathers */
async function looking(ctx: AppContext, tx: Tx, actor: Actor): Promise<Looking> {
  const person = actor.personId ?? refuse('not-signed-in');
  const { pack } = await activePack(ctx, tx);
  const directory = await directorySnapshot(ctx, tx);
  const posts = directory.postsHeldBy(person, tx.now);
  const writesFor = posts.flatMap((post) =>
    post.groupCode !== null && groupMay(pack, 'write-analysis', post) ? [post.groupCode] : [],
  );
  const readsAll = posts.some((post) => groupMay(pack, 'read-analyses', post));
  if (!readsAll && writesFor.length === 0) refuse('forbidden-act');
  return { pack, directory, writesFor: [...new Set(writesFor)], readsAll };
}

function groupRef(code: string, { pack, directory }: Looking): { id: string; name: Bilingual } {
  const group = directory.groups.get(code);
  if (group) return { id: code, name: { zh: group.nameZh, en: group.nameEn } };
  return { id: code, name: pack.groups.find((one) => one.id === code)?.name ?? { zh: code, en: code } };
}

function rowView(row: ReportRow, cases: ReadonlyMap<string, NamedCase>, look: Looking): AnalysisRow {
  const { directory } = look;
  const author = directory.persons.get(row.person_id);
  return {
    ...{ id: row.id, group: groupRef(row.group_code, look), kind: row.kind, mode: row.mode },
    ...{ inside: row.compartment !== null, from: row.from, to: row.to, title: row.title },
    cases: row.case_ids.flatMap((id) => {
      const one = cases.get(id);
      if (!one) return [];
      const body = directory.organisations.get(one.organisation_id);
      const organisation = { zh: body?.nameZh ?? '', en: body?.nameEn ?? '' };
      return [{ id, number: one.number, level: one.level, organisation }];
    }),
    sentAt: row.sent_at.toISOString(),
    person: {
      id: row.person_id,
      name: { zh: author?.nameZh ?? '—', en: author?.nameEn || author?.nameZh || '—' },
    },
    replacedBy: row.replaced_by,
  };
}

async function namedIn(tx: Tx, rows: readonly ReportRow[]): Promise<Map<string, NamedCase>> {
  const ids = [...new Set(rows.flatMap((row) => row.case_ids))];
  return new Map((ids.length === 0 ? [] : await casesNamed(tx, ids)).map((one) => [one.id, one]));
}

/** Notifications by level, analyses, and who has not sent any: every subgroup and month the reader may know of. */
export async function analysesView(
  ctx: AppContext,
  actor: Actor,
  query: AnalysesQuery,
): Promise<AnalysesView> {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const look = await looking(ctx, tx, actor);
    const { pack, writesFor, readsAll } = look;
    const present = monthAt(tx.now, pack.timeZone);
    const months = monthsUntil(query.until ?? present, query.months);
    const [first = present, last = present] = [months[0], months.at(-1)];
    const starts = startsOf(months, pack.timeZone);
    const counts = await countsOf(tx, query.mode, starts);
    const ended = await outcomesOf(tx, query.mode, starts);
    const rows = await reportsOf(tx, query.mode, `${first}-01`, lastDayOf(last), MOST + 1);
    const shown = rows.slice(0, MOST);
    const cases = await namedIn(tx, shown);
    // What was corrected is read, and counted once.
    const counted = shown
      .filter((row) => row.replaced_by === null)
      .map((row) => ({ group: row.group_code, kind: row.kind, from: row.from, to: row.to }));
    const groups = pack.groups
      .filter((group) => group.kind === 'subgroup')
      .map((group) => group.id)
      .filter((code) => readsAll || writesFor.includes(code));
    const walled = new Set(pack.compartments.map((one) => one.group));
    return {
      months,
      levels: [...pack.levels].sort((a, b) => b.rank - a.rank).map((level) => level.id),
      outcomes: pack.outcomes.map(({ id, name }) => ({ id, name })),
      rows: groups.map((code) => ({
        group: groupRef(code, look),
        cells: cellsOf(
          code,
          months,
          counts,
          ended,
          counted,
          present,
          walled.has(code) && !writesFor.includes(code),
        ),
      })),
      reports: shown.map((row) => rowView(row, cases, look)),
      cut: rows.length > MOST,
      drafts: (await draftsOf(tx)).map(({ updated_at, ...row }) =>
        draftShown({ ...row, updatedAt: updated_at.toISOString() }),
      ),
      writesFor: writesFor.map((code) => ({ ...groupRef(code, look), walled: walled.has(code) })),
      readsAll,
      now: tx.now.toISOString(),
    };
  });
}

function lastDayOf(month: string): string {
  const end = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0));
  return end.toISOString().slice(0, 10);
}

/** One report. @throws Refusal not-found for whoever may not see it */
export async function analysisView(ctx: AppContext, actor: Actor, id: string): Promise<AnalysisView> {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const row = (await findReport(tx, id)) ?? refuse('not-found');
    const look = await looking(ctx, tx, actor);
    const { findings, indicators, recommendations, replaces } = row;
    return {
      ...rowView(row, await namedIn(tx, [row]), look),
      ...{ findings, indicators, recommendations, replaces },
      mayCorrect: look.writesFor.includes(row.group_code) && row.replaced_by === null,
    };
  });
}

/** The table as a file for spreadsheets: a row for each subgroup and month. */
export async function analysesFile(
  ctx: AppContext,
  actor: Actor,
  query: AnalysesQuery,
  lang: Lang,
): Promise<{ name: string; text: string }> {
  const view = await analysesView(ctx, actor, query);
  const t = lang === 'en' ? en : zh;
  const heads = [
    t.month,
    t.group,
    ...view.levels,
    t.notifications,
    t.aboutPeriod,
    t.aboutCases,
    t.statusLabel,
    t.reports,
    ...view.outcomes.map((one) => inLang(one.name, lang)),
  ];
  const lines = view.rows.flatMap((row) =>
    row.cells.map((cell) => {
      const titles = view.reports
        .filter(
          (one) =>
            one.group.id === row.group.id &&
            one.from.slice(0, 7) <= cell.month &&
            one.to.slice(0, 7) >= cell.month,
        )
        .map((one) => one.title);
      return csvRow([
        ...[cell.month, inLang(row.group.name, lang)],
        ...view.levels.map((level) => cell.byLevel[level] ?? 0),
        ...[cell.cases, cell.aboutPeriod, cell.aboutCases, t.status[cell.status], titles.join('; ')],
        ...view.outcomes.map((one) => cell.outcomes[one.id] ?? 0),
      ]);
    }),
  );
  const day = dayAt(new Date(view.now), 'UTC');
  return { name: `${t.fileName}-${day}.csv`, text: CSV_MARK + csvRow(heads) + lines.join('') };
}
