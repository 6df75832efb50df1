/** What one viewer is shown of the centre and its meetings: by his own right, the cases in it by his right to each. */
import { type DirectorySnapshot, directorySnapshot } from '../directory/index.ts';
import { centre as en } from '../locales/en/centre.ts';
import type { Lang } from '../locales/index.ts';
import { centre as zh } from '../locales/zh-Hant/centre.ts';
import { type Pack, parseDuration } from '../mechanism/index.ts';
import { CENTRE_ACTS } from '../mechanism/vocabulary.ts';
import { type Actor, SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { read, type Tx } from '../platform/transaction.ts';
import { invitationFile } from './calendar-rules.ts';
import { postsHeld, worldOf } from './commands.ts';
import type { ActivationView, CentreEvent, CentreView, MeetingView, ReviewView } from './contract.ts';
import { type CentreState, coordinating, type Stamp } from './evolve.ts';
import type { CentreFact, Written } from './facts.ts';
import { type MeetingState, mayRun } from './meeting-rules.ts';
import { draftSituation, review } from './report-rules.ts';
import { byAnswer, type CentreWorld, formationFor, mayInCentre } from './rules.ts';
import {
  activeWithOpen,
  type CaseRow,
  casesSeen,
  factsOf,
  findActivation,
  findMeeting,
  listActivations,
  listMeetings,
  peopleSeen,
  textsOf,
} from './store.ts';

const WORDS = { 'zh-Hant': zh, en } as const;
const NOBODY = { zh: '—', en: '—' };
/** So many activations and meetings are listed. */
const LISTED = 50;
/** An invitation blocks so many minutes in a calendar. */
const MEETING_MINUTES = 60;

/** Names as this reader may know them. */
interface Names {
  readonly directory: DirectorySnapshot;
  readonly pack: Pack;
  /** People whose names he may know (DEC-19). */
  readonly known: ReadonlySet<string>;
}

function bilingual(one: { readonly nameZh: string; readonly nameEn: string } | undefined) {
  return one ? { zh: one.nameZh, en: one.nameEn || one.nameZh } : NOBODY;
}

function personRef({ directory, known }: Names, id: string) {
  return { id, name: known.has(id) ? bilingual(directory.persons.get(id)) : NOBODY };
}

function postRef({ directory }: Names, id: string) {
  const post = directory.postById(id);
  return {
    id,
    name: bilingual(post),
    organisation: bilingual(post && directory.organisations.get(post.organisationId)),
  };
}

function groupRef({ pack, directory }: Names, code: string) {
  const group = pack.groups.find((one) => one.id === code);
  return { code, name: group?.name ?? bilingual(directory.groups.get(code)) };
}

function stampOf(names: Names, stamp: Stamp) {
  return {
    at: stamp.at,
    person: stamp.person === null ? null : personRef(names, stamp.person),
    post: stamp.post === null ? null : postRef(names, stamp.post),
  };
}

type Texts = Awaited<ReturnType<typeof textsOf>>;

/** Everybody an activation or a meeting speaks of. */
function peopleOf(state: CentreState, world: CentreWorld): string[] {
  const stamps = [
    ...state.summons.flatMap((one) => (one.answer ? [one.answer.person] : [])),
    ...state.log.map((one) => one.person),
    ...state.reports.flatMap((one) => [one.person, one.approved?.person, one.declined?.person]),
    state.standDown?.person,
  ];
  const posts = state.summons.flatMap((one) =>
    world.directory.holders(one.post, world.now).map((holder) => holder.personId),
  );
  return [
    ...new Set([
      ...stamps.filter((one) => typeof one === 'string'),
      ...posts,
      ...state.presence.map((one) => one.person),
      ...state.shifts.flatMap((one) => [one.person, one.handedOver?.person ?? one.person]),
    ]),
  ];
}

/** What is formed up, with how many of its cases are still open: for the mechanism itself, never an answer to a reader. */
export function activationsNow(ctx: AppContext): Promise<{ state: CentreState; open: number }[]> {
  return read(ctx.database, SYSTEM, ctx.clock, activeWithOpen);
}

/** Whether the centre is formed up, what was before, and the meetings to come. */
export async function centreView(ctx: AppContext, actor: Actor): Promise<CentreView> {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const states = await listActivations(tx, LISTED);
    const cases = new Map(
      (
        await casesSeen(
          tx,
          states.flatMap((state) => state.cases.map((one) => one.id)),
        )
      ).map((row) => [row.id, row]),
    );
    const meetings = await listMeetings(tx, null, LISTED);
    const directory = await directorySnapshot(ctx, tx);
    const posts = actor.personId === null ? [] : directory.postsHeldBy(actor.personId, tx.now);
    const mine = new Set(posts.map((post) => post.id));
    return {
      activations: states.map((state) => ({
        id: state.id,
        mode: state.mode,
        compartment: state.compartment,
        active: state.active,
        level: state.level,
        coordination: state.coordination,
        openedAt: state.openedAt,
        closedAt: state.standDown?.at ?? null,
        unanswered: state.summons.filter((one) => one.answer === null).length,
        asked: state.summons.some((one) => one.answer === null && mine.has(one.post)),
        present: state.presence.filter((one) => one.out === null).length,
        cases: state.cases.flatMap((one) => {
          const row = cases.get(one.id);
          return row ? [{ id: row.id, number: row.number, level: row.level }] : [];
        }),
      })),
      meetings: await Promise.all(meetings.map((meeting) => meetingRow(tx, meeting))),
      now: tx.now.toISOString(),
    };
  });
}

async function meetingRow(tx: Tx, state: MeetingState) {
  const texts = await textsOf(tx, state.id);
  return {
    id: state.id,
    state: state.state,
    startsAt: state.startsAt,
    place: texts.get(state.place.id)?.body ?? '',
    mode: state.mode,
    openActions: state.actions.filter((one) => one.done === null && texts.has(one.text.id)).length,
  };
}

/** One activation with everything the reader may know of it. */
export async function activationView(ctx: AppContext, actor: Actor, id: string): Promise<ActivationView> {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const state = (await findActivation(tx, id)) ?? refuse('not-found');
    const world = await worldOf(ctx, tx, state.pack);
    const facts = await factsOf<CentreFact>(tx, 'activation', id);
    const doers = facts.flatMap((fact) => (fact.person === null ? [] : [fact.person]));
    const known = await peopleSeen(tx, [...peopleOf(state, world), ...doers]);
    const names: Names = { directory: world.directory, pack: world.pack, known };
    const held = postsHeld(actor, world);
    const cases = await casesSeen(
      tx,
      state.cases.map((one) => one.id),
    );
    const texts = await textsOf(tx, id);
    const meetings = await listMeetings(tx, id, LISTED);
    const may = CENTRE_ACTS.flatMap((act) => {
      const able = state.active ? held.filter((post) => mayInCentre(act, post, state, world.pack)) : [];
      return able.length > 0 ? [{ act, as: able.map((post) => postRef(names, post.id)) }] : [];
    });
    return {
      id: state.id,
      mode: state.mode,
      compartment: state.compartment,
      active: state.active,
      level: state.level,
      top: state.top,
      coordination: state.coordination,
      coordinator: groupRef(names, coordinating(state)),
      openedAt: state.openedAt,
      closedAt: state.standDown?.at ?? null,
      revision: state.revision,
      cases: cases.map((row) => caseOf(row, state, names)),
      summons: byAnswer(state.summons).map((one) => ({
        post: postRef(names, one.post),
        group: one.group === null ? null : groupRef(names, one.group),
        part: one.part,
        at: one.at,
        answerBy: one.answerBy,
        late: one.answer === null ? new Date(one.answerBy) < tx.now : one.answer.at > one.answerBy,
        holders: world.directory.holders(one.post, tx.now).map((holder) => personRef(names, holder.personId)),
        phone: phoneOf(names, one.post),
        answer:
          one.answer === null
            ? null
            : {
                ...stampOf(names, one.answer),
                answer: one.answer.answer,
                eta: one.answer.eta,
                note: bodyOf(texts, one.answer.note),
                recorded: one.answer.recorded,
              },
        present: state.presence.filter((here) => here.out === null && here.post === one.post).length,
        mine: held.some((post) => post.id === one.post),
      })),
      presence: state.presence.map((one) => ({
        person: personRef(names, one.person),
        post: postRef(names, one.post),
        group: one.group === null ? null : groupRef(names, one.group),
        remote: one.remote,
        in: one.in,
        out: one.out,
      })),
      stations: stationsOf(state, names, texts, tx.now),
      // What names a case the reader does not see is not there for him, and neither is that something was written (H28).
      log: state.log.flatMap((one) => {
        const text = texts.get(one.note.id);
        return text ? [{ ...stampOf(names, one), id: one.note.id, text: text.body }] : [];
      }),
      reports: state.reports.flatMap((one) => {
        const paragraphs = one.paragraphs.flatMap((part) => {
          const text = texts.get(part.id);
          if (!text) return [];
          const about = text.cases.length === 1 ? (text.cases[0] ?? null) : null;
          return [{ caseId: about, text: text.body }];
        });
        if (paragraphs.length === 0) return [];
        return [
          {
            ...stampOf(names, one),
            id: one.id,
            ordinal: one.ordinal,
            paragraphs,
            approved: one.approved && stampOf(names, one.approved),
            declined: one.declined && {
              ...stampOf(names, one.declined),
              note: bodyOf(texts, one.declined.note),
            },
            mine: one.person === actor.personId,
          },
        ];
      }),
      meetings: await Promise.all(meetings.map((meeting) => meetingRow(tx, meeting))),
      standDown: state.standDown && {
        ...stampOf(names, state.standDown),
        note: bodyOf(texts, state.standDown.note),
      },
      events: eventsOf(facts, state, cases, texts, names),
      may,
      here: state.presence.some((one) => one.person === actor.personId && one.out === null),
      now: tx.now.toISOString(),
    };
  });
}

function bodyOf(texts: Texts, note: Written | null): string {
  return note === null ? '' : (texts.get(note.id)?.body ?? '');
}

function phoneOf({ directory }: Names, postId: string): string {
  const post = directory.postById(postId);
  const body = post && directory.organisations.get(post.organisationId);
  return body?.compartment === null ? body.phone : '';
}

function caseOf(row: CaseRow, state: CentreState, names: Names) {
  const joined = state.cases.find((one) => one.id === row.id);
  return {
    id: row.id,
    number: row.number,
    organisation: bilingual(names.directory.organisations.get(row.organisation)),
    level: row.level,
    levelStatus: row.levelStatus,
    state: row.state,
    open: row.open,
    summary: row.summary,
    cause: joined?.cause ?? ('threshold' as const),
    joinedAt: joined?.at ?? state.openedAt,
  };
}

function hoursOf(duration: string): number {
  const { days, hours, minutes } = parseDuration(duration);
  return days * 24 + hours + minutes / 60;
}

function stationsOf(state: CentreState, names: Names, texts: Texts, now: Date) {
  const formation = formationFor(names.pack, state.level);
  const listed = state.compartment === null ? (formation?.stations ?? []) : [];
  const groups = new Map(listed.map((one) => [one.group, { atLeast: one.atLeast, shift: one.shift }]));
  // Whoever comes without being asked for is at the centre all the same.
  const others = [...state.shifts.map((one) => one.group), ...state.presence.map((one) => one.group ?? '')];
  for (const group of others)
    if (group !== '' && !groups.has(group)) groups.set(group, { atLeast: 0, shift: 'PT12H' });
  if (state.compartment !== null && !groups.has(state.desk))
    groups.set(state.desk, { atLeast: 1, shift: 'PT12H' });
  const moment = now.toISOString();
  return [...groups].map(([code, { atLeast, shift }]) => {
    const here = state.presence.filter((one) => one.group === code && one.out === null);
    return {
      group: groupRef(names, code),
      atLeast,
      shiftHours: hoursOf(shift),
      present: here.length,
      shifts: state.shifts
        .filter((one) => one.group === code && !one.cancelled)
        .sort((a, b) => (a.from < b.from ? -1 : 1))
        .map((one) => ({
          id: one.id,
          person: personRef(names, one.person),
          from: one.from,
          to: one.to,
          now: one.from <= moment && one.to > moment,
          handedOver: one.handedOver && {
            ...stampOf(names, one.handedOver),
            note: bodyOf(texts, one.handedOver.note),
          },
        })),
      people: here.map((one) => personRef(names, one.person)),
    };
  });
}

/** The history as sentences need it; what speaks of something the reader may not see is left out. */
function eventsOf(
  facts: readonly CentreFact[],
  state: CentreState,
  cases: readonly CaseRow[],
  texts: Texts,
  names: Names,
): CentreEvent[] {
  const numbers = new Map(cases.map((row) => [row.id, row.number]));
  const ordinals = new Map(state.reports.map((one) => [one.id, one]));
  return facts.flatMap((fact): CentreEvent[] => {
    const stamp = { at: fact.at.toISOString(), person: fact.person, post: fact.post };
    const line = (about: Record<string, unknown>): CentreEvent[] => [
      { seq: fact.seq, kind: fact.kind, ...stampOf(names, stamp), about },
    ];
    switch (fact.kind) {
      case 'activated':
        return line({ level: fact.data.level, number: numbers.get(fact.data.case) ?? '' });
      case 'case-joined':
      case 'case-crossed':
        return numbers.has(fact.data.case)
          ? line({ number: numbers.get(fact.data.case), level: fact.data.level })
          : [];
      case 'summoned':
        return line({ count: fact.data.posts.length });
      case 'summons-answered':
        return line({ of: postRef(names, fact.data.post).name, answer: fact.data.answer });
      case 'checked-in':
      case 'checked-out':
        return line({ of: personRef(names, fact.data.person).name });
      case 'shift-planned':
        return line({ of: personRef(names, fact.data.person).name });
      case 'logged':
        return texts.has(fact.data.note.id) ? line({ text: bodyOf(texts, fact.data.note) }) : [];
      case 'situation-report-drafted':
      case 'situation-report-approved':
      case 'situation-report-declined': {
        const report = ordinals.get(fact.data.report);
        return report?.paragraphs.some((one) => texts.has(one.id)) ? line({ ordinal: report.ordinal }) : [];
      }
      case 'mode-switched':
        return line({ to: fact.data.to, text: bodyOf(texts, fact.data.note) });
      case 'shift-handed-over':
      case 'stood-down':
        return line({ text: bodyOf(texts, fact.data.note) });
      default:
        return line({});
    }
  });
}

/** A situation report drafted from the record as it stands, of what the reader sees. */
export async function situationDraft(ctx: AppContext, actor: Actor, id: string, lang: Lang) {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const state = (await findActivation(tx, id)) ?? refuse('not-found');
    const world = await worldOf(ctx, tx, state.pack);
    const names: Names = { directory: world.directory, pack: world.pack, known: new Set() };
    const say = (text: { zh: string; en: string }) => (lang === 'en' ? text.en : text.zh);
    const rows = await casesSeen(
      tx,
      state.cases.map((one) => one.id),
    );
    return {
      paragraphs: draftSituation({
        state,
        now: tx.now,
        lang,
        timeZone: world.pack.timeZone,
        words: WORDS[lang].draft,
        postName: (post) => say(postRef(names, post).name),
        groupName: (code) => say(groupRef(names, code).name),
        cases: rows.map((row) => ({
          id: row.id,
          number: row.number,
          organisation: say(bilingual(world.directory.organisations.get(row.organisation))),
          level: row.level,
          confirmed: row.levelStatus === 'confirmed',
          stateName: say(world.pack.states.find((one) => one.id === row.state)?.name ?? NOBODY),
          open: row.open,
          summary: row.summary,
          occurredAt: row.occurredAt,
          openedAt: row.openedAt,
          waiting: row.waiting,
          late: row.late,
        })),
      }),
    };
  });
}

/** The after-action report: what the record says, of what the reader sees. */
export async function reviewOf(ctx: AppContext, actor: Actor, id: string): Promise<ReviewView> {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const state = (await findActivation(tx, id)) ?? refuse('not-found');
    const world = await worldOf(ctx, tx, state.pack);
    const names: Names = { directory: world.directory, pack: world.pack, known: new Set() };
    const meetings = await listMeetings(tx, id, LISTED);
    const actions: ReviewView['actions'] = [];
    for (const meeting of meetings) {
      const texts = await textsOf(tx, meeting.id);
      for (const one of meeting.actions) {
        const text = texts.get(one.text.id);
        if (text) actions.push({ ...actionOf(one, names, tx.now), text: text.body });
      }
    }
    const sum = review(state, meetings, tx.now);
    return { ...sum, silent: sum.silent.map((post) => postRef(names, post)), actions };
  });
}

function actionOf(one: MeetingState['actions'][number], names: Names, now: Date) {
  const by = one.done?.at ?? now.toISOString();
  return {
    post: postRef(names, one.post),
    due: one.due,
    doneAt: one.done?.at ?? null,
    late: one.due !== null && by > one.due,
  };
}

/** One meeting with everything the reader may know of it. */
export async function meetingView(ctx: AppContext, actor: Actor, id: string): Promise<MeetingView> {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const state = (await findMeeting(tx, id)) ?? refuse('not-found');
    const world = await worldOf(ctx, tx, state.pack);
    const people = state.called.person === null ? [] : [state.called.person];
    const known = await peopleSeen(tx, people);
    const names: Names = { directory: world.directory, pack: world.pack, known };
    const held = postsHeld(actor, world);
    const texts = await textsOf(tx, id);
    const [about] = await casesSeen(tx, [state.case]);
    const mine = (post: string) => held.some((one) => one.id === post);
    return {
      id: state.id,
      activationId: state.activation,
      mode: state.mode,
      state: state.state,
      startsAt: state.startsAt,
      place: bodyOf(texts, state.place),
      reason: bodyOf(texts, state.reason),
      case: about ? { id: about.id, number: about.number, level: about.level } : null,
      called: stampOf(names, state.called),
      sequence: state.sequence,
      invited: state.invited.map((post) => ({
        post: postRef(names, post),
        presence: state.attendance[post] ?? null,
        mine: mine(post),
      })),
      minutes: bodyOf(texts, state.minutes?.note ?? null),
      minutesAt: state.minutes && texts.has(state.minutes.note.id) ? state.minutes.at : null,
      decisions: state.decisions.flatMap((one) => {
        const text = texts.get(one.note.id);
        return text ? [{ id: one.note.id, text: text.body, at: one.at }] : [];
      }),
      actions: state.actions.flatMap((one) => {
        const text = texts.get(one.text.id);
        if (!text) return [];
        return [
          {
            ...actionOf(one, names, tx.now),
            id: one.text.id,
            text: text.body,
            doneText: bodyOf(texts, one.done?.note ?? null),
            mine: mine(one.post),
          },
        ];
      }),
      cancelled: state.cancelled ? bodyOf(texts, state.cancelled.reason) : null,
      runs: held.some((post) => mayRun(post, state, world.pack)),
      now: tx.now.toISOString(),
    };
  });
}

/** The invitation as a file for calendars; it names no case. */
export async function invitationOf(ctx: AppContext, actor: Actor, id: string, lang: Lang): Promise<string> {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const state = (await findMeeting(tx, id)) ?? refuse('not-found');
    const { pack } = await worldOf(ctx, tx, state.pack);
    const texts = await textsOf(tx, id);
    const words = WORDS[lang].meetings;
    const address = new URL(`/centre/meetings/${id}`, ctx.config.publicUrl);
    const prefix = state.mode === 'exercise' ? `${WORDS[lang].exercise} ` : '';
    return invitationFile({
      uid: `${id}@${address.hostname}`,
      sequence: state.sequence,
      cancelled: state.state === 'cancelled',
      startsAt: new Date(state.startsAt),
      minutes: MEETING_MINUTES,
      changedAt: new Date(state.changedAt),
      timeZone: pack.timeZone,
      summary: `${prefix}${words.invitation}`,
      location: bodyOf(texts, state.place),
      description: words.invitationText(address.href),
      url: address.href,
      organizer: { name: lang === 'en' ? pack.desk.name.en : pack.desk.name.zh, email: pack.desk.email },
    });
  });
}
