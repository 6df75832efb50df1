/** Rosters as the reader may see them. */
import type { z } from 'zod';
import { civilAt, nextDay } from '../mechanism/roc-date.ts';
import { refuse } from '../platform/errors.ts';
import type * as contract from './roster-contract.ts';
import { calendarOf, holdingsOf, type MayRoster, mayOf, type RosterActor } from './roster-desk.ts';
import { type CasesAtHand, mayHandOver, postKeys } from './roster-handover.ts';
import { civilDay, isoDay, momentOf, servesOn } from './roster-plan.ts';
import { type Gap, gapsOf, onDuty, overlapsOf, type Period, served } from './roster-rules.ts';
import * as store from './roster-store.ts';
import type { SnapshotPost } from './snapshot.ts';
import { detailsOf } from './view-store.ts';
import type { Sight } from './views.ts';

const DAY = 86_400_000;
/** How far ahead a gap is looked for, in days. */
const AHEAD = 14;

type Refs = ReturnType<typeof refsOf>;

function refsOf({ snapshot }: Pick<Sight, 'snapshot'>) {
  return {
    person(id: string) {
      const one = snapshot.persons.get(id);
      return { id, name: { zh: one?.nameZh ?? '—', en: one?.nameEn || one?.nameZh || '—' } };
    },
    post(id: string) {
      const one = snapshot.posts.get(id);
      return { id, name: { zh: one?.nameZh ?? '—', en: one?.nameEn ?? '—' } };
    },
    body(id: string) {
      const one = snapshot.organisations.get(id);
      return { id, name: { zh: one?.nameZh ?? '—', en: one?.nameEn ?? '—' } };
    },
  };
}

const iso = ({ from, to }: Period) => ({ from: from.toISOString(), to: to.toISOString() });

const gapView = (refs: Refs, gap: Gap) => ({
  ...iso(gap),
  why: gap.why,
  person: gap.personId === null ? null : refs.person(gap.personId),
});

async function dutyNow(sight: Sight, post: SnapshotPost): Promise<contract.DutyPerson[]> {
  const refs = refsOf(sight);
  const serving = onDuty(sight.snapshot, post.id, sight.tx.now);
  const reach = await detailsOf(
    sight.tx,
    serving.map((one) => one.personId),
  );
  return serving.map(({ personId, place, from, to }) => ({
    personId,
    name: refs.person(personId).name,
    place,
    ...iso({ from, to }),
    phone: reach.get(personId)?.phone ?? null,
    mobile: reach.get(personId)?.mobile ?? null,
  }));
}

/** Where gaps are looked for: while the roster is kept. */
function within(roster: store.RosterRow, span: Period): Period {
  const to = roster.keptTo;
  return {
    from: roster.keptFrom > span.from ? roster.keptFrom : span.from,
    to: to && to < span.to ? to : span.to,
  };
}

async function rowOf(
  sight: Sight,
  post: SnapshotPost,
  may: MayRoster,
  roster: store.RosterRow | undefined,
  gaps: ReadonlyMap<string, Gap | undefined>,
): Promise<contract.RosterRow> {
  const refs = refsOf(sight);
  const kept = roster !== undefined && roster.keptTo === null;
  const gap = gaps.get(post.id);
  return {
    post: refs.post(post.id),
    role: post.role,
    groupCode: post.groupCode,
    organisation: refs.body(post.organisationId),
    kept,
    onDuty: kept ? await dutyNow(sight, post) : [],
    nextGap: kept && gap ? gapView(refs, gap) : null,
    mine: may.hold,
    may,
  };
}

/** The first gap of each kept roster within the next two weeks. */
async function nextGaps(
  sight: Sight,
  kept: readonly store.RosterRow[],
): Promise<Map<string, Gap | undefined>> {
  const { tx, snapshot } = sight;
  const span = { from: tx.now, to: new Date(tx.now.getTime() + AHEAD * DAY) };
  const posts = kept.map((one) => one.postId);
  const shifts = Map.groupBy(await store.shiftsWithin(tx, posts, span.from, span.to), (one) => one.postId);
  const away = Map.groupBy(await store.absencesWithin(tx, posts, span.from, span.to), (one) => one.postId);
  const lost = Map.groupBy(await store.lostShifts(tx, posts, span.from, span.to), (one) => one.postId);
  return new Map(
    kept.map((roster) => {
      const id = roster.postId;
      const gaps = gapsOf(
        shifts.get(id) ?? [],
        away.get(id) ?? [],
        holdingsOf(snapshot, id),
        within(roster, span),
        lost.get(id) ?? [],
      );
      return [id, gaps[0]];
    }),
  );
}

/** The rosters the reader may see, and the posts of several holders for which he may begin one. */
export async function listRosters(
  sight: Sight,
  actor: RosterActor,
): Promise<z.output<typeof contract.rosterList>> {
  const { tx, pack, snapshot } = sight;
  const rows = new Map((await store.rosters(tx, null)).map((one) => [one.postId, one]));
  const kept = [...rows.values()].filter((one) => one.keptTo === null);
  const gaps = await nextGaps(sight, kept);
  const groups = new Map(pack.groups.map((group, index) => [group.id as string, index]));
  const order = (post: SnapshotPost) =>
    post.groupCode === pack.desk.group && post.role === 'duty-officer'
      ? -1
      : (groups.get(post.groupCode ?? '') ?? 999);
  const items: contract.RosterRow[] = [];
  const candidates = [...snapshot.posts.values()]
    .filter((post) => rows.get(post.id)?.keptTo === null || snapshot.holders(post.id, tx.now).length > 1)
    .sort((a, b) => order(a) - order(b) || (a.code < b.code ? -1 : 1));
  for (const post of candidates) {
    const may = mayOf(snapshot, pack, actor, post, tx.now);
    const roster = rows.get(post.id);
    if (may && (roster?.keptTo === null || may.plan)) items.push(await rowOf(sight, post, may, roster, gaps));
  }
  return { items };
}

/** The post of a roster the reader may know of, or `not-found`. */
function known(sight: Sight, actor: RosterActor, postId: string): { post: SnapshotPost; may: MayRoster } {
  const post = sight.snapshot.posts.get(postId);
  const may = post ? mayOf(sight.snapshot, sight.pack, actor, post, sight.tx.now) : null;
  return post && may ? { post, may } : refuse('not-found');
}

function shiftView(
  refs: Refs,
  shift: store.ShiftRow,
  absences: readonly store.AbsenceRow[],
  holdings: ReturnType<typeof holdingsOf>,
  asked: ReadonlySet<string>,
): contract.ShiftView {
  const parts = served(shift, absences, holdings);
  const isWhole =
    parts.length === 1 &&
    parts[0]!.from.getTime() === shift.from.getTime() &&
    parts[0]!.to.getTime() === shift.to.getTime();
  return {
    id: shift.id,
    person: refs.person(shift.personId),
    place: shift.place,
    ...iso(shift),
    note: shift.note,
    unserved: !isWhole,
    swapAsked: asked.has(shift.id),
  };
}

function swapView(refs: Refs, swap: store.SwapWithShifts, actor: RosterActor, now: Date): contract.SwapView {
  const open = swap.state === 'asked' && swap.to > now;
  return {
    id: swap.id,
    post: refs.post(swap.postId),
    state: swap.state === 'asked' && !open ? 'lapsed' : swap.state,
    person: refs.person(swap.personId),
    other: refs.person(swap.otherPersonId),
    shift: { id: swap.shiftId, ...iso(swap), place: swap.place },
    otherShift:
      swap.otherShiftId && swap.otherFrom && swap.otherTo && swap.otherPlace
        ? {
            id: swap.otherShiftId,
            ...iso({ from: swap.otherFrom, to: swap.otherTo }),
            place: swap.otherPlace,
          }
        : null,
    note: swap.note,
    askedAt: swap.askedAt.toISOString(),
    answeredAt: swap.answeredAt?.toISOString() ?? null,
    mayAnswer: open && swap.otherPersonId === actor.personId,
    mayWithdraw: open && swap.askedBy === actor.personId,
  };
}

/** Monday of the week of a moment, in the mechanism's zone. */
function mondayOf(now: Date, timeZone: string): string {
  const { year, month, day } = civilAt(now, timeZone);
  const at = new Date(Date.UTC(year, month - 1, day));
  at.setUTCDate(at.getUTCDate() - ((at.getUTCDay() + 6) % 7));
  return at.toISOString().slice(0, 10);
}

/** One post's roster for some days; `not-found` when the reader may not know of it. */
export async function oneRoster(
  sight: Sight,
  actor: RosterActor,
  postId: string,
  query: z.output<typeof contract.rosterQuery>,
): Promise<contract.RosterView> {
  const { tx, pack, snapshot } = sight;
  const { post, may } = known(sight, actor, postId);
  const refs = refsOf(sight);
  const zone = pack.timeZone;
  const calendar = calendarOf(pack);
  const days: contract.RosterView['days'] = [];
  let civil = civilDay(query.from ?? mondayOf(tx.now, zone));
  for (let n = 0; n < query.days; n += 1, civil = nextDay(civil)) {
    const day = isoDay(civil);
    const span = { from: momentOf(day, '00:00', zone), to: momentOf(day, '24:00', zone) };
    days.push({ day, ...iso(span), working: servesOn({ days: 'working' }, calendar, day) });
  }
  const span = { from: new Date(days[0]!.from), to: new Date(days.at(-1)!.to) };
  const [roster] = await store.rosters(tx, [post.id]);
  const shifts = await store.shiftsWithin(tx, [post.id], span.from, span.to);
  const absences = await store.absencesWithin(tx, [post.id], span.from, span.to);
  const lost = await store.lostShifts(tx, [post.id], span.from, span.to);
  const swaps = await store.swapsOfPost(tx, post.id);
  const holdings = holdingsOf(snapshot, post.id);
  const asked = new Set(swaps.filter((one) => one.state === 'asked').map((one) => one.shiftId));
  const gaps = roster ? gapsOf(shifts, absences, holdings, within(roster, span), lost) : [];
  const kept = roster !== undefined && roster.keptTo === null;
  return {
    post: refs.post(post.id),
    role: post.role,
    groupCode: post.groupCode,
    organisation: refs.body(post.organisationId),
    kept,
    may,
    now: tx.now.toISOString(),
    onDuty: kept ? await dutyNow(sight, post) : [],
    holders: snapshot.holders(post.id, tx.now).map(({ personId, acting, to }) => ({
      ...refs.person(personId),
      acting,
      until: to?.toISOString() ?? null,
    })),
    days,
    shifts: shifts.map((shift) => shiftView(refs, shift, absences, holdings, asked)),
    gaps: gaps.map((gap) => gapView(refs, gap)),
    overlaps: overlapsOf(shifts).map(({ place, shiftIds, ...one }) => ({
      ...iso(one),
      place,
      shiftIds: [...shiftIds],
    })),
    absences: absences.map((one) => ({
      id: one.id,
      person: refs.person(one.personId),
      ...iso(one),
      mayEnd: may.plan || (may.hold && one.personId === actor.personId),
    })),
    swaps: swaps.map((one) => swapView(refs, one, actor, tx.now)),
    pattern: (roster?.pattern as contract.RosterView['pattern']) ?? null,
  };
}

/** The latest notes of a post, and what a new one would list; `not-found` for whoever may not read them. */
export async function handoverPage(
  sight: Sight,
  actor: RosterActor,
  postId: string,
  cases: CasesAtHand,
): Promise<contract.HandoverPage> {
  const { tx, snapshot } = sight;
  const { post, may } = known(sight, actor, postId);
  if (!may.readNotes) refuse('not-found');
  const refs = refsOf(sight);
  const rows = await store.handoversOf(tx, post.id, 10);
  const ids = [...new Set(rows.flatMap((row) => row.caseIds))];
  const byId = new Map((await cases.byId(tx, ids)).map((one) => [one.id, one]));
  return {
    items: rows.map((row) => {
      const seen = row.caseIds.flatMap((id) => byId.get(id) ?? []);
      return {
        id: row.id,
        person: refs.person(row.personId),
        text: row.text,
        writtenAt: row.writtenAt.toISOString(),
        confirmedAt: row.confirmedAt?.toISOString() ?? null,
        confirmedBy: row.confirmedBy === null ? null : refs.person(row.confirmedBy),
        cases: seen,
        hidden: row.caseIds.length - seen.length,
        mayConfirm: may.hold && row.confirmedAt === null && row.personId !== actor.personId,
      };
    }),
    cases: may.hold ? await cases.open(tx, postKeys(actor, post)) : [],
    mayWrite: may.hold && mayHandOver(snapshot, post.id, actor.personId, tx.now),
  };
}

/** What one person needs to know of his own duty. */
export async function myDuty(sight: Sight, actor: RosterActor): Promise<contract.MyDuty> {
  const { tx, pack, snapshot } = sight;
  const refs = refsOf(sight);
  const rows = new Map((await store.rosters(tx, null)).map((one) => [one.postId, one]));
  const mine = snapshot
    .postsHeldBy(actor.personId, tx.now)
    .filter((post) => rows.get(post.id)?.keptTo === null);
  const gaps = await nextGaps(
    sight,
    mine.map((post) => rows.get(post.id)!),
  );
  const rosters: contract.RosterRow[] = [];
  for (const post of mine) {
    const may = mayOf(snapshot, pack, actor, post, tx.now);
    if (may) rosters.push(await rowOf(sight, post, may, rows.get(post.id), gaps));
  }
  const shifts = await store.shiftsOfPerson(tx, actor.personId, new Date(tx.now.getTime() + AHEAD * DAY));
  const swaps = await store.swapsOfPerson(tx, actor.personId);
  const asked = new Set(swaps.map((one) => one.shiftId));
  const absences = await store.absencesWithin(
    tx,
    mine.map((post) => post.id),
    tx.now,
    new Date(tx.now.getTime() + AHEAD * DAY),
  );
  const open = await store.openHandovers(
    tx,
    mine.map((post) => post.id),
  );
  return {
    rosters,
    shifts: shifts.slice(0, 20).map((shift) => ({
      ...shiftView(
        refs,
        shift,
        absences.filter((one) => one.postId === shift.postId),
        holdingsOf(snapshot, shift.postId),
        asked,
      ),
      post: refs.post(shift.postId),
    })),
    swaps: swaps.map((one) => swapView(refs, one, actor, tx.now)),
    handovers: open
      .filter((row) => row.personId !== actor.personId)
      .map((row) => ({
        id: row.id,
        post: refs.post(row.postId),
        person: refs.person(row.personId),
        writtenAt: row.writtenAt.toISOString(),
      })),
  };
}

/** One's own shifts as an iCalendar file (RFC 5545): times in UTC, so that no calendar need know our zone. */
export async function ownCalendar(sight: Sight, actor: RosterActor, lang: 'zh' | 'en'): Promise<string> {
  const { tx, snapshot } = sight;
  const refs = refsOf(sight);
  const until = new Date(tx.now.getTime() + 190 * DAY);
  const shifts = await store.shiftsOfPerson(tx, actor.personId, until);
  const stamp = (at: Date) => `${at.toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;
  const escaped = (words: string) => words.replace(/([\\;,])/g, '\\$1').replace(/\r?\n/g, '\\n');
  const places = {
    zh: { first: '值勤', second: '備勤' },
    en: { first: 'On duty', second: 'Second on duty' },
  };
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Tocsin//Roster//EN',
    'METHOD:PUBLISH',
    ...shifts.flatMap((shift) => [
      'BEGIN:VEVENT',
      `UID:${shift.id}@tocsin`,
      `DTSTAMP:${stamp(tx.now)}`,
      `DTSTART:${stamp(shift.from)}`,
      `DTEND:${stamp(shift.to)}`,
      `SUMMARY:${escaped(`${places[lang][shift.place]} ${refs.post(shift.postId).name[lang]}`)}`,
      ...(shift.note ? [`DESCRIPTION:${escaped(shift.note)}`] : []),
      `LOCATION:${escaped(refs.body(snapshot.posts.get(shift.postId)?.organisationId ?? '').name[lang])}`,
      'END:VEVENT',
    ]),
    'END:VCALENDAR',
  ];
  return lines.map(folded).join('\r\n').concat('\r\n');
}

/** A line of at most 75 octets, gone on with on the next after a blank; never cut inside a character. */
function folded(line: string): string {
  const parts: string[] = [];
  let part = '';
  for (const character of line) {
    if (Buffer.byteLength(part + character) > (parts.length === 0 ? 75 : 74)) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  return [...parts, part].join('\r\n ');
}
