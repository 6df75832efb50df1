/**
 * What looks like one campaign among the cases a reader may see. Marks are worked out once for each report and kept in the
 * process; what is compared is only what the database showed this reader, so that nothing hidden makes two cases alike (ISO-7).
 */
import { type DirectorySnapshot, directorySnapshot } from '../directory/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { read, type Tx } from '../platform/transaction.ts';
import { campaignsOf } from './campaign-rules.ts';
import type { CampaignsView, CaseBrief } from './contract.ts';
import { type Marks, marksOf } from './marks-rules.ts';
import { type CandidateRow, casesSince, writtenAbout } from './store.ts';

/** Of so many of the newest cases at most. */
const MOST_CASES = 20_000;
/** Cases whose marks are kept. */
const KEPT = 60_000;
/** Of one campaign so many cases are shown at first. */
const SHOWN = 50;
/** An answer is the same for its reader for so long, in ms: comparing ten thousand cases is dear. */
const ANSWER_KEPT = 3_000;

const briefOf = (row: CandidateRow, directory: DirectorySnapshot): CaseBrief => {
  const body = directory.organisations.get(row.organisation_id);
  return {
    id: row.id,
    number: row.number,
    organisation: { zh: body?.nameZh ?? '', en: body?.nameEn ?? '' },
    level: row.level,
    levelStatus: row.level_status,
  };
};

/** What a report says in words, and which addresses in it are the reporter's own. */
function wordsOf(contents: readonly Record<string, unknown>[]): { words: string; own: string[] } {
  const words: string[] = [];
  const own: string[] = [];
  for (const content of contents) {
    for (const field of ['description', 'scope', 'measures', 'cause', 'solution'])
      if (typeof content[field] === 'string') words.push(content[field]);
    for (const one of (content['measuresLog'] ?? []) as { text?: string }[]) words.push(one.text ?? '');
    for (const host of (content['hosts'] ?? []) as Record<string, unknown>[])
      for (const part of ['ip', 'domain', 'url'])
        if (typeof host[part] === 'string' && host[part] !== '')
          own.push(host[part].replace(/^https?:\/\//, '').replace(/[/:].*$/, ''));
  }
  return { words: words.join('\n'), own };
}

/** Looks for campaigns; one per process, for its memory. */
export function createCampaigns(ctx: AppContext) {
  const marks = new Map<string, { reports: number; marks: Marks }>();
  const answers = new Map<string, { at: number; view: Promise<CampaignsView> }>();

  /** Marks of cases the reader was just shown, worked out where a report is new. */
  const marksFor = async (tx: Tx, rows: readonly CandidateRow[]): Promise<void> => {
    const missing = rows.filter((row) => marks.get(row.id)?.reports !== row.reports);
    for (let at = 0; at < missing.length; at += 1_000) {
      const part = missing.slice(at, at + 1_000);
      const written = await writtenAbout(
        tx,
        part.map((row) => row.id),
      );
      const byCase = Map.groupBy(written, (one) => one.case_id);
      for (const row of part) {
        const { words, own } = wordsOf((byCase.get(row.id) ?? []).map((one) => one.content));
        marks.delete(row.id);
        marks.set(row.id, { reports: row.reports, marks: marksOf(words, own) });
      }
    }
    for (const [oldest] of marks) {
      if (marks.size <= KEPT) break;
      marks.delete(oldest);
    }
  };

  const look = (actor: Actor, hours: number): Promise<CampaignsView> =>
    read(ctx.database, actor, ctx.clock, async (tx) => {
      const rows = await casesSince(tx, new Date(tx.now.getTime() - hours * 3_600_000), MOST_CASES);
      await marksFor(tx, rows);
      const directory = await directorySnapshot(ctx, tx);
      const byId = new Map(rows.map((row) => [row.id, row]));
      const found = campaignsOf(
        rows.flatMap((row) => {
          const known = marks.get(row.id);
          return known
            ? [{ id: row.id, body: row.organisation_id, at: row.opened_at.getTime(), marks: known.marks }]
            : [];
        }),
      );
      const campaigns = found.map(({ cases, shared }) => {
        const own = cases.flatMap((id) => byId.get(id) ?? []);
        const lead = leadOf(own);
        const isLinked = (row: CandidateRow) => row.id !== lead.id && row.incident_id === lead.incident_id;
        const open: Record<string, number> = {};
        for (const row of own) if (row.open) open[row.level] = (open[row.level] ?? 0) + 1;
        return {
          lead: briefOf(lead, directory),
          count: own.length,
          linked: own.filter(isLinked).length,
          open,
          bodies: new Set(own.map((row) => row.organisation_id)).size,
          from: (own[0] as CandidateRow).opened_at.toISOString(),
          to: (own.at(-1) as CandidateRow).opened_at.toISOString(),
          shared: [...shared],
          cases: own.slice(0, SHOWN).map((row) => ({
            ...briefOf(row, directory),
            openedAt: row.opened_at.toISOString(),
            open: row.open,
            linked: isLinked(row),
          })),
          ids: own.map((row) => row.id),
        };
      });
      const placed = campaigns.reduce((sum, one) => sum + one.count, 0);
      return {
        hours,
        looked: rows.length,
        alone: rows.length - placed,
        campaigns,
        now: tx.now.toISOString(),
      };
    });

  /** GET /campaigns. */
  return (actor: Actor, hours: number): Promise<CampaignsView> => {
    const key = `${hours} ${actor.keys.join(' ')}`;
    const known = answers.get(key);
    const now = performance.now();
    if (known && now - known.at < ANSWER_KEPT) return known.view;
    const view = look(actor, hours);
    answers.set(key, { at: now, view });
    view.catch(() => answers.delete(key));
    for (const [old, { at }] of answers) if (now - at > ANSWER_KEPT) answers.delete(old);
    return view;
  };
}

/** The case the others are linked with: the one most stand under already, else the oldest. */
function leadOf(rows: readonly CandidateRow[]): CandidateRow {
  const counts = new Map<string, number>();
  for (const row of rows)
    if (row.incident_id !== row.id) counts.set(row.incident_id, (counts.get(row.incident_id) ?? 0) + 1);
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  const first = rows[0] as CandidateRow;
  return rows.find((row) => row.id === most?.[0]) ?? rows.find((row) => row.open) ?? first;
}
