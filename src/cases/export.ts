/** The list of cases as a file for spreadsheets: page by page, so that no transaction stays open while somebody reads. */
import { Readable } from 'node:stream';
import { directorySnapshot } from '../directory/index.ts';
import { cases as casesEn } from '../locales/en/case.ts';
import { exports as en } from '../locales/en/export.ts';
import { type Bilingual, inLang, type Lang } from '../locales/index.ts';
import { cases as casesZh } from '../locales/zh-Hant/case.ts';
import { exports as zh } from '../locales/zh-Hant/export.ts';
import { activePack, type Pack } from '../mechanism/index.ts';
import { civilAt, formatIso, formatRocDate, formatTime } from '../mechanism/roc-date.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { CSV_MARK, type CsvCell, csvRow } from '../platform/csv.ts';
import { read } from '../platform/transaction.ts';
import type { CaseRow } from './contract.ts';
import { type After, type CaseFilters, casePage, caseRowView, keysOf } from './lists.ts';
import { recordListLook } from './looks.ts';

const WORDS = { 'zh-Hant': { ...zh, mode: casesZh.mode }, en: { ...en, mode: casesEn.mode } };

/** Rows read in one transaction. */
const PAGE = 500;

/** The heading of every column, in the order of {@link cellsOf}. A moment has two: ROC and ISO. */
function exportHeads(zone: string, lang: Lang): string[] {
  const t = WORDS[lang];
  const h = t.heads;
  const moment = (head: string) => [t.roc(head), t.iso(head, zone)];
  return [
    ...[h.number, h.mode, h.organisation, h.authority, h.subgroup, h.sectors, h.level, h.levelStatus],
    ...[h.suspected, h.state, h.open, h.summary, h.takenBy],
    ...[h.occurred, h.aware, h.opened, h.closed].flatMap(moment),
    ...[h.clock, ...moment(h.due), h.overdue],
    ...[h.told, h.acknowledged, h.waiting, h.late, h.failed, h.id],
  ];
}

/** One case as the cells of a row, in the words of a pack; what the pack does not name stays its id. */
function cellsOf(row: CaseRow, pack: Pack, lang: Lang): CsvCell[] {
  const t = WORDS[lang];
  const named = <T extends { id: string }>(list: readonly T[], id: string, text: (one: T) => Bilingual) => {
    const found = list.find((one) => one.id === id);
    return found ? inLang(text(found), lang) : id;
  };
  const yes = (is: boolean) => (is ? t.yes : t.no);
  const moment = (at: string | null): CsvCell[] => {
    if (at === null) return [null, null];
    const civil = civilAt(new Date(at), pack.timeZone);
    return [`${formatRocDate(civil, lang)} ${formatTime(civil)}`, formatIso(civil)];
  };
  return [
    row.number,
    t.mode[row.mode],
    inLang(row.organisation.name, lang),
    row.authority && inLang(row.authority.name, lang),
    named(pack.groups, row.subgroup, (one) => one.name),
    row.sectors.map((id) => named(pack.sectors, id, (one) => one.name)).join('、'),
    named(pack.levels, row.level, (one) => one.label),
    t.levelStatus[row.levelStatus],
    yes(row.suspected),
    named(pack.states, row.state, (one) => one.name),
    row.open ? t.open.yes : t.open.no,
    row.summary,
    row.takenBy && inLang(row.takenBy.name, lang),
    ...moment(row.occurredAt),
    ...moment(row.awareAt),
    ...moment(row.openedAt),
    ...moment(row.closedAt),
    row.nextClock && named(pack.clocks, row.nextClock.definition, (one) => one.name),
    ...moment(row.nextClock?.dueAt ?? null),
    row.nextClock && yes(row.nextClock.overdue),
    row.notices.told,
    row.notices.acknowledged,
    row.notices.waiting,
    row.notices.late,
    row.notices.failed,
    row.id,
  ];
}

interface CaseExport {
  readonly filters: CaseFilters;
  /**
   * By the moment of opening, which never changes: ordered by level, a case whose level is changed while the file is
   * written could be missing from it. A spreadsheet sorts by the column of the level.
   */
  readonly order: 'newest' | 'oldest';
  readonly lang: Lang;
  /** Who is asking, asked anew for every page: whoever loses his right or his session gets no further page (ISO-9). */
  readonly actor: () => Promise<Actor>;
}

interface Piece {
  readonly text: string;
  readonly pack: Pack;
  readonly now: Date;
}

/** The list as pieces of a file, at most 500 rows at a time, each read in a transaction of its own. */
async function* piecesOf(ctx: AppContext, wish: CaseExport): AsyncGenerator<Piece, undefined> {
  let after: After | undefined;
  do {
    const page = await read(ctx.database, await wish.actor(), ctx.clock, async (tx) => {
      const directory = await directorySnapshot(ctx, tx);
      const { pack } = await activePack(ctx, tx);
      const rows = await casePage(tx, directory, wish.filters, wish.order, after, PAGE);
      const last = rows.length < PAGE ? undefined : rows.at(-1);
      const lines = rows.map((row) => csvRow(cellsOf(caseRowView(row, directory, tx.now), pack, wish.lang)));
      return { text: lines.join(''), pack, now: tx.now, after: last && keysOf(last) };
    });
    yield page;
    after = page.after;
  } while (after);
}

/**
 * The list as a CSV file to send: its name, and its body, which reads on as fast as it is read from. Every page is read
 * under the rights its reader has at that moment; when he has lost them, the body ends in an error and the download
 * fails (ISO-1, ISO-9, WEB-3). Throws, before anything is sent, what `actor` throws, and `unavailable` when the
 * database is away.
 */
export async function openExport(
  ctx: AppContext,
  wish: CaseExport,
): Promise<{ name: string; body: Readable }> {
  const pieces = piecesOf(ctx, wish);
  const first = (await pieces.next()).value as Piece;
  // What cannot be recorded is not shown (ISO-12).
  await recordListLook(ctx, await wish.actor(), wish.filters);
  const { timeZone } = first.pack;
  async function* texts() {
    yield CSV_MARK + csvRow(exportHeads(timeZone, wish.lang)) + first.text;
    for await (const { text } of pieces) yield text;
  }
  const day = formatIso(civilAt(first.now, timeZone)).slice(0, 10);
  return {
    name: `${WORDS[wish.lang].fileName(day)}.csv`,
    body: Readable.from(texts(), { objectMode: false }),
  };
}
