/** The situation: everything one screen shows of what goes on in the nation, as far as its reader may know it. */
import { type DirectorySnapshot, directorySnapshot } from '../directory/index.ts';
import { activePack, type Pack, packByHash } from '../mechanism/index.ts';
import { civilAt } from '../mechanism/roc-date.ts';
import type { CaseFactKind } from '../mechanism/vocabulary.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { read, type Tx } from '../platform/transaction.ts';
import type { CaseBrief, CentreBrief, SituationView } from './contract.ts';
import { type Flow, historyOf, historySince, MOST, pictureOf } from './situation-rules.ts';
import {
  answeredOf,
  type BriefRow,
  flowSince,
  nearestClocks,
  newest,
  openCounts,
  pressing,
  stubCounts,
  type WaitingLine,
  waitingNotices,
} from './store.ts';

/** What the wall tells of as it happens: nothing that speaks of an order of silence (H28), and no mere confirmations. */
const TOLD: readonly CaseFactKind[] = [
  'filed',
  'registered',
  'graded',
  'threshold-reached',
  'threshold-left',
  'promoted',
  'asked-back',
  'sent-back',
  'released',
  'dismissed',
  'withdrawn',
  'merged',
  'reopened',
  'convenor-told',
  'clock-overdue',
  'linked',
  'left-to-agency',
  'meeting-called',
  'stationing-ordered',
];

const CLOCKS = 24;
const LADDERS = 5;
/** Of one case so many are named; the rest is a number. */
const NAMED = 4;
const FEED = 8;
const FEED_FOR = 48 * 3_600_000;

/** Who is stationed; given by the room of the centre, which knows. */
export type CentreNow = (tx: Tx, mode: 'live' | 'exercise') => Promise<CentreBrief | null>;

/** How long the past of a reader's picture is kept, in ms; the present never is. */
const PAST_KEPT = 30_000;
/** Readers whose past is kept at once. */
const PASTS = 500;

/** Every zone's days begin at a full quarter of an hour, so that a day need be worked out but once for each. */
const QUARTER = 900_000;
/** Quarters kept: more than a month has. */
const QUARTERS = 4_000;

interface Past {
  readonly at: number;
  readonly flow: Promise<Flow[]>;
}

function briefOf(row: BriefRow, directory: DirectorySnapshot): CaseBrief {
  const body = directory.organisations.get(row.organisation_id);
  return {
    id: row.id,
    number: row.number,
    organisation: { zh: body?.nameZh ?? '', en: body?.nameEn ?? '' },
    level: row.level,
    levelStatus: row.level_status,
  };
}

function postOf(line: WaitingLine, directory: DirectorySnapshot, now: Date) {
  const post = directory.postById(line.post_id);
  const body = post ? directory.organisations.get(post.organisationId) : undefined;
  return {
    noticeId: line.notice_id,
    post: { zh: post?.nameZh ?? '—', en: post?.nameEn ?? '—' },
    organisation: { zh: body?.nameZh ?? '', en: body?.nameEn ?? '' },
    capacity: line.capacity as never,
    held: directory.holders(line.post_id, now).length > 0,
    askedAt: line.made_at.toISOString(),
    confirmBy: line.confirm_by?.toISOString() ?? null,
    late: line.confirm_by !== null && line.confirm_by <= now,
    rung: line.rung,
    nextRungAt: line.next_rung_at?.toISOString() ?? null,
  };
}

/** Ladders in motion: the gravest cases with somebody who has not answered. */
async function laddersOf(
  tx: Tx,
  mode: 'live' | 'exercise',
  directory: DirectorySnapshot,
): Promise<SituationView['ladders']> {
  const lines = await waitingNotices(tx, mode, LADDERS * 12);
  const byCase = [...Map.groupBy(lines, (line) => line.id).values()].slice(0, LADDERS);
  const answered = await answeredOf(
    tx,
    byCase.flatMap(([first]) => (first ? [first.id] : [])),
  );
  return byCase.flatMap((own) => {
    const [first] = own;
    if (!first) return [];
    const found = answered.find((one) => one.case_id === first.id);
    return [
      {
        case: briefOf(first, directory),
        asked: found?.asked ?? own.length,
        confirmed: found?.confirmed ?? 0,
        waiting: own.slice(0, NAMED).map((line) => postOf(line, directory, tx.now)),
      },
    ];
  });
}

async function clocksOf(
  ctx: AppContext,
  tx: Tx,
  mode: 'live' | 'exercise',
  directory: DirectorySnapshot,
): Promise<SituationView['clocks']> {
  const views: SituationView['clocks'] = [];
  for (const line of await nearestClocks(tx, mode, CLOCKS)) {
    const pack: Pack = await packByHash(ctx, tx, line.pack_hash);
    const definition = pack.clocks.find((one) => one.id === line.definition);
    views.push({
      id: line.clock_id,
      case: briefOf(line, directory),
      name: definition?.name ?? { zh: line.definition, en: line.definition },
      dueAt: line.due_at.toISOString(),
      overdue: line.due_at <= tx.now,
      mandatory: line.force === 'mandatory',
    });
  }
  return views;
}

/** A view of the situation that remembers the past for some seconds; one per process. */
export function createSituation(ctx: AppContext, centreNow: CentreNow = async () => null) {
  const pasts = new Map<string, Past>();
  const days = new Map<string, string>();
  /** The calendar day of a moment; asked for some 1,500 times for one picture, and the calendar is slow. */
  const dayIn = (timeZone: string, at: Date): string => {
    const key = `${Math.floor(at.getTime() / QUARTER)} ${timeZone}`;
    const known = days.get(key);
    if (known !== undefined) return known;
    const { year, month, day } = civilAt(at, timeZone);
    if (days.size >= QUARTERS) days.clear();
    days.set(key, `${year}-${month}-${day}`);
    return `${year}-${month}-${day}`;
  };
  /** Hours that are over hardly change: what was opened and ended in them is asked for once in a while. */
  const flowOf = async (tx: Tx, mode: 'live' | 'exercise'): Promise<Flow[]> => {
    const key = [mode, ...tx.actor.keys].join(' ');
    const known = pasts.get(key);
    const now = performance.now();
    if (known && now - known.at < PAST_KEPT) return known.flow;
    const flow = flowSince(tx, mode, historySince(tx.now));
    pasts.delete(key);
    pasts.set(key, { at: now, flow });
    flow.catch(() => pasts.delete(key));
    for (const [oldest] of pasts) {
      if (pasts.size <= PASTS) break;
      pasts.delete(oldest);
    }
    return flow;
  };

  /** GET /situation. Everything under the reader's own rights: what he may not see changes no number (ISO-7). */
  return (actor: Actor, mode: 'live' | 'exercise'): Promise<SituationView> =>
    read(ctx.database, actor, ctx.clock, async (tx) => {
      const directory = await directorySnapshot(ctx, tx);
      const { pack } = await activePack(ctx, tx);
      const dayOf = (at: Date) => dayIn(pack.timeZone, at);
      const picture = pictureOf(pack, await openCounts(tx, mode), await stubCounts(tx, mode));
      const feed = await newest(tx, mode, TOLD, new Date(tx.now.getTime() - FEED_FOR), FEED);
      return {
        mode,
        now: tx.now.toISOString(),
        ...picture,
        pressing: await pressing(tx, mode, MOST),
        clocks: await clocksOf(ctx, tx, mode, directory),
        ladders: await laddersOf(tx, mode, directory),
        centre: await centreNow(tx, mode),
        history: historyOf(picture.open.levels, await flowOf(tx, mode), tx.now, dayOf),
        feed: feed.map((line) => ({
          case: briefOf(line, directory),
          seq: line.seq,
          kind: line.kind,
          at: line.at.toISOString(),
          report: line.report,
          level: line.fact_level,
        })),
      };
    });
}
