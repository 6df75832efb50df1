/** Calls for preparedness as their readers see them: one's own part, those in one's charge, or all of it (S7.9.7.5). */

import { z } from 'zod';
import { type DirectorySnapshot, directorySnapshot, routeOf, type SnapshotPost } from '../directory/index.ts';
import { preparedness as en } from '../locales/en/preparedness.ts';
import type { Lang } from '../locales/index.ts';
import { preparedness as zh } from '../locales/zh-Hant/preparedness.ts';
import { activePack, type Bilingual, groupMay, type Pack, stepsAt } from '../mechanism/index.ts';
import { civilAt, formatIso } from '../mechanism/roc-date.ts';
import { STEP_OWNERS } from '../mechanism/vocabulary.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { CSV_MARK, csvRow } from '../platform/csv.ts';
import { refuse } from '../platform/errors.ts';
import { type CursorScope, cursorTime, decodeCursor, pageOfRows } from '../platform/http/cursor.ts';
import { read, type Tx } from '../platform/transaction.ts';
import { ownerRef, proceduresNow } from '../procedures/index.ts';
import type { CallsView, CallView, ChoicesView, PartsView, PartView, Progress } from './contract.ts';
import { openBodies } from './parts.ts';
import { answeringPost, callableSteps, callableSubgroups, systemsOf } from './rules.ts';
import * as store from './store.ts';

/** Who looks, with what. */
interface Looking {
  readonly pack: Pack;
  readonly directory: DirectorySnapshot;
  readonly posts: readonly SnapshotPost[];
  readonly mayCall: boolean;
}

async function looking(ctx: AppContext, tx: Tx, actor: Actor): Promise<Looking> {
  const person = actor.personId ?? refuse('not-signed-in');
  const { pack } = await activePack(ctx, tx);
  const directory = await directorySnapshot(ctx, tx);
  const posts = directory.postsHeldBy(person, tx.now);
  const mayCall = posts.some((post) => groupMay(pack, 'call-preparedness', post));
  return { pack, directory, posts, mayCall };
}

function nameOf(directory: DirectorySnapshot, person: string | null): Bilingual | null {
  if (person === null) return null;
  const found = directory.persons.get(person);
  return { zh: found?.nameZh ?? '—', en: found?.nameEn || found?.nameZh || '—' };
}

/** Whose a step is, where there is no case. */
function stepOwner(owner: string, pack: Pack): { id: string; name: Bilingual } {
  const fixed = STEP_OWNERS.find((one) => one === owner);
  return fixed ? { id: owner, name: { zh: zh.owners[fixed], en: en.owners[fixed] } } : ownerRef(owner, pack);
}

const partyOf = (row: store.PartRow) => ({ organisationId: row.organisation_id, group: row.group_code });

/** Bodies and groups the reader may answer for. */
function answersFor({ pack, posts }: Looking) {
  const able = posts.filter((post) => groupMay(pack, 'answer-preparedness', post));
  return {
    organisations: able.filter((post) => post.groupCode === null).map((post) => post.organisationId),
    groups: able.flatMap((post) => (post.groupCode === null ? [] : [post.groupCode])),
  };
}

function isAsked(row: store.PartRow): boolean {
  return row.acknowledged_at === null || row.tasks.some((task) => task.state === 'open');
}

function partView(
  row: store.PartRow,
  ended: boolean,
  me: Looking,
  phones: ReadonlyMap<string, string>,
): PartView {
  const { pack, directory, posts, mayCall } = me;
  const body = directory.organisations.get(row.organisation_id);
  const isMine = answeringPost(partyOf(row), posts, pack) !== undefined;
  const may: PartView['may'] = [];
  if (!ended && isMine && row.acknowledged_at === null) may.push('acknowledge');
  if (!ended && isMine) may.push('settle');
  if (!ended && mayCall && isAsked(row)) may.push('remind');
  return {
    id: row.id,
    organisation: {
      id: row.organisation_id,
      name: { zh: body?.nameZh ?? row.name, en: body?.nameEn || row.name },
    },
    group: row.group_code === null ? null : ownerRef(row.group_code, pack),
    acknowledgedAt: row.acknowledged_at?.toISOString() ?? null,
    acknowledgedBy: nameOf(directory, row.acknowledged_by),
    remindedAt: row.reminded_at?.toISOString() ?? null,
    reminders: row.reminders,
    unreached: row.unreached,
    phone: phones.get(row.organisation_id) ?? null,
    tasks: row.tasks.map((task) => ({
      ...{ step: task.step, state: task.state, note: task.note },
      changedAt: task.at === null ? null : new Date(task.at).toISOString(),
      changedBy: nameOf(directory, task.by),
    })),
    may,
  };
}

const NOTHING: Progress = {
  ...{ parts: 0, acknowledged: 0, settled: 0, unreached: 0, open: 0, done: 0, skipped: 0 },
};

function progressOf(sum: store.Sum | undefined): Progress {
  if (!sum) return NOTHING;
  const { call_id: _, ...progress } = sum;
  return progress;
}

/** The words of an audience. */
function audienceOf({ kind, of }: store.CallRow['audience'], pack: Pack): CallView['audience'] {
  if (of === undefined) return { kind, of: null };
  const found = [...pack.groups, ...pack.vitalSystems].find((one) => one.id === of);
  return { kind, of: { id: of, name: found?.name ?? { zh: of, en: of } } };
}

function headOf(row: store.CallRow, sum: store.Sum | undefined, own: readonly store.PartRow[], me: Looking) {
  const post = me.directory.postById(row.called_post);
  return {
    ...{ id: row.id, mode: row.mode, reason: row.reason },
    audience: audienceOf(row.audience, me.pack),
    calledAt: row.called_at.toISOString(),
    calledBy: {
      name: nameOf(me.directory, row.called_by) ?? { zh: '—', en: '—' },
      post: { zh: post?.nameZh ?? '', en: post?.nameEn || post?.nameZh || '' },
    },
    dueAt: row.due_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    progress: progressOf(sum),
    asksMe: row.ended_at ? 0 : own.filter((one) => one.call_id === row.id && isAsked(one)).length,
  };
}

const SCOPE: CursorScope = ['preparedness'];
const callKeys = z.tuple([cursorTime, z.uuid()]);

/** Calls the reader has a part in, has bodies in, or follows, the newest first. @throws Refusal bad-cursor */
export async function callsView(
  ctx: AppContext,
  actor: Actor,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<CallsView> {
  const after = decodeCursor(SCOPE, callKeys, cursor) ?? null;
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const me = await looking(ctx, tx, actor);
    const rows = await store.callRows(tx, after, limit + 1);
    const { items, next } = pageOfRows(rows, limit, SCOPE, (row) => [row.called_at.toISOString(), row.id]);
    const ids = items.map((row) => row.id);
    const sums = await store.sumsOf(tx, ids);
    const { organisations, groups } = answersFor(me);
    const own = await store.ownRows(tx, ids, organisations, groups);
    return {
      items: items.map((row) => ({ ...headOf(row, sums.get(row.id), own, me), steps: row.steps.length })),
      nextCursor: next,
      may: { call: me.mayCall },
    };
  });
}

/** Telephone numbers of bodies, of those the reader may see. */
function phonesOf(rows: readonly store.PartRow[], me: Looking): Map<string, string> {
  if (!me.mayCall) return new Map();
  return new Map(
    rows.flatMap((row) => {
      const phone = me.directory.organisations.get(row.organisation_id)?.phone ?? '';
      return phone === '' ? [] : [[row.organisation_id, phone]];
    }),
  );
}

/** One call. @throws Refusal not-found for one the reader has no part in and does not follow */
export async function callView(ctx: AppContext, actor: Actor, id: string): Promise<CallView> {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const me = await looking(ctx, tx, actor);
    const row = (await store.findCall(tx, id)) ?? refuse('not-found');
    const { organisations, groups } = answersFor(me);
    const own = await store.ownRows(tx, [id], organisations, groups);
    const sum = (await store.sumsOf(tx, [id])).get(id);
    const steps = new Map((await store.stepSums(tx, id)).map((one) => [one.step, one]));
    const number =
      row.case_id === null ? undefined : (await store.numbersOf(tx, [row.case_id])).get(row.case_id);
    return {
      ...headOf(row, sum, own, me),
      ended:
        row.ended_by === null ? null : { by: nameOf(me.directory, row.ended_by)!, reason: row.ended_why },
      case: row.case_id === null || number === undefined ? null : { id: row.case_id, number },
      // Steps of which the reader sees no part are others'.
      steps: row.steps.flatMap((step) => {
        const one = steps.get(step.id);
        if (!one) return [];
        const { open, done, skipped } = one;
        return [{ ...step, owner: stepOwner(step.owner, me.pack), open, done, skipped }];
      }),
      mine: own.map((part) => partView(part, row.ended_at !== null, me, new Map())),
      follows: (sum?.parts ?? 0) > own.length,
      may: me.mayCall && row.ended_at === null ? ['remind', 'extend', 'end'] : [],
    };
  });
}

const partKeys = z.tuple([z.string().max(300), z.uuid()]);

/** The parts of a call that the reader sees, by the names of their bodies. @throws Refusal not-found, bad-cursor */
export async function partsView(
  ctx: AppContext,
  actor: Actor,
  id: string,
  {
    show,
    cursor,
    limit,
  }: { show: 'all' | 'unacknowledged' | 'unsettled'; cursor?: string | undefined; limit: number },
): Promise<PartsView> {
  const scope: CursorScope = ['preparedness-parts', id, show];
  const after = decodeCursor(scope, partKeys, cursor) ?? null;
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const me = await looking(ctx, tx, actor);
    const call = (await store.findCall(tx, id)) ?? refuse('not-found');
    const rows = await store.partRows(tx, id, show, after, limit + 1);
    const { items, next } = pageOfRows(rows, limit, scope, (row) => [row.name, row.id]);
    const phones = phonesOf(items, me);
    return { items: items.map((row) => partView(row, call.ended_at !== null, me, phones)), nextCursor: next };
  });
}

/** What whoever may call can choose from, with how many bodies each choice means. @throws Refusal forbidden-act */
export async function choicesView(ctx: AppContext, actor: Actor): Promise<ChoicesView> {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const me = await looking(ctx, tx, actor);
    if (!me.mayCall) refuse('forbidden-act');
    const { approved, edition } = await proceduresNow(tx);
    const nation = { pack: me.pack, directory: me.directory, now: tx.now };
    const bodies = openBodies(nation);
    const bySubgroup = new Map<string, number>();
    const bySystem = new Map<string, number>();
    const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
    for (const body of bodies) {
      count(bySubgroup, routeOf(me.directory, me.pack, body.id, tx.now).subgroup);
      for (const system of systemsOf(me.pack, body)) count(bySystem, system);
    }
    return {
      steps: callableSteps(stepsAt(me.pack, approved, edition)).map(({ id, owner, title, help }) => ({
        ...{ id, owner: stepOwner(owner, me.pack), title, help },
      })),
      all: bodies.length,
      subgroups: callableSubgroups(me.pack).flatMap((id) => {
        const found = bySubgroup.get(id);
        return found ? [{ ...ownerRef(id, me.pack), bodies: found }] : [];
      }),
      systems: me.pack.vitalSystems.flatMap(({ id, name }) => {
        const found = bySystem.get(id);
        return found ? [{ id, name, bodies: found }] : [];
      }),
    };
  });
}

/** Progress as a table for spreadsheets: a row for each party and step the reader sees. @throws Refusal not-found */
export async function progressFile(
  ctx: AppContext,
  actor: Actor,
  id: string,
  lang: Lang,
): Promise<{ name: string; text: string }> {
  const t = lang === 'en' ? en : zh;
  const pick = (text: Bilingual | null) => (text === null ? '' : lang === 'en' ? text.en : text.zh);
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const me = await looking(ctx, tx, actor);
    const call = (await store.findCall(tx, id)) ?? refuse('not-found');
    const rows = await store.partRows(tx, id, 'all', null, 100_000);
    const moment = (at: string | Date | null) =>
      at === null ? '' : formatIso(civilAt(new Date(at), me.pack.timeZone));
    const titles = new Map(call.steps.map((step) => [step.id, step.title]));
    const { columns } = t.file;
    let text = CSV_MARK + csvRow(columns);
    for (const row of rows) {
      const part = partView(row, true, me, new Map());
      for (const task of row.tasks)
        text += csvRow([
          pick(part.organisation.name),
          part.group === null ? '' : pick(part.group.name),
          moment(row.acknowledged_at),
          pick(part.acknowledgedBy),
          row.reminders,
          row.unreached ? t.unreached : '',
          pick(titles.get(task.step) ?? null),
          t.states[task.state],
          moment(task.at),
          pick(nameOf(me.directory, task.by)),
          task.note,
        ]);
    }
    return { name: t.file.name(moment(call.called_at).slice(0, 10)), text };
  });
}
