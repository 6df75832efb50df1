/**
 * What the centre's record says: a situation report drafted from the facts, and the after-action report. Pure; both speak only of
 * what they are given, and they are given what the reader may see.
 */
import type { Lang } from '../locales/index.ts';
import type { ReviewView } from './contract.ts';
import type { CentreState } from './evolve.ts';
import type { MeetingState } from './meeting-rules.ts';

/** A case as a situation report speaks of it. */
export interface ReportCase {
  readonly id: string;
  readonly number: string;
  readonly organisation: string;
  readonly level: string;
  readonly confirmed: boolean;
  readonly stateName: string;
  readonly open: boolean;
  readonly summary: string;
  readonly occurredAt: Date | null;
  readonly openedAt: Date;
  readonly waiting: number;
  readonly late: number;
}

/** The sentences a draft is put together from. */
export interface ReportWords {
  opened(level: string, at: string, span: string): string;
  coordination: { readonly normal: string; readonly emergency: string };
  answers(summoned: number, answered: number, silent: string): string;
  allAnswered(summoned: number): string;
  present(people: number, groups: string): string;
  nobody: string;
  meetings(n: number): string;
  case(number: string, organisation: string, level: string, state: string): string;
  unconfirmed: string;
  occurred(at: string): string;
  reported(at: string): string;
  waiting(n: number, late: number): string;
  allKnow: string;
  toFill: string;
  span(minutes: number): string;
  separator: string;
}

export interface DraftInput {
  readonly state: CentreState;
  readonly cases: readonly ReportCase[];
  readonly now: Date;
  readonly lang: Lang;
  readonly timeZone: string;
  readonly words: ReportWords;
  /** Names of posts and groups in the reader's language. */
  postName(id: string): string;
  groupName(code: string): string;
}

function timeOf(at: Date, { lang, timeZone }: DraftInput): string {
  return new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : 'zh-Hant-TW', {
    timeZone,
    month: 'numeric',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at);
}

const minutesBetween = (from: string | Date, to: string | Date): number =>
  Math.max(0, Math.round((new Date(to).getTime() - new Date(from).getTime()) / 60_000));

/** One paragraph on the centre itself, then one for each case the reader sees, the gravest first. */
export function draftSituation(input: DraftInput): { caseId: string | null; number: string; text: string }[] {
  const { state, words, now } = input;
  const here = state.presence.filter((one) => one.out === null);
  const silent = state.summons.filter((one) => one.answer === null);
  const answered = state.summons.length - silent.length;
  const groups = new Map<string, number>();
  for (const one of here) if (one.group) groups.set(one.group, (groups.get(one.group) ?? 0) + 1);
  const named = [...groups].map(([code, n]) => `${input.groupName(code)} ${n}`).join(words.separator);
  const whole = [
    words.opened(
      state.level,
      timeOf(new Date(state.openedAt), input),
      words.span(minutesBetween(state.openedAt, now)),
    ),
    words.coordination[state.coordination],
    silent.length === 0
      ? words.allAnswered(state.summons.length)
      : words.answers(
          state.summons.length,
          answered,
          silent.map((one) => input.postName(one.post)).join(words.separator),
        ),
    here.length === 0 ? words.nobody : words.present(here.length, named),
    ...(state.meetings.length > 0 ? [words.meetings(state.meetings.length)] : []),
    words.toFill,
  ].join('\n');
  return [
    { caseId: null, number: '', text: whole },
    ...input.cases.map((one) => ({ caseId: one.id, number: one.number, text: aboutCase(one, input) })),
  ];
}

function aboutCase(one: ReportCase, input: DraftInput): string {
  const { words } = input;
  return [
    words.case(one.number, one.organisation, one.level, one.stateName) +
      (one.confirmed ? '' : words.unconfirmed),
    one.occurredAt === null
      ? words.reported(timeOf(one.openedAt, input))
      : words.occurred(timeOf(one.occurredAt, input)),
    one.summary,
    one.waiting > 0 ? words.waiting(one.waiting, one.late) : words.allKnow,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** What the record says in numbers once the centre has stood down, or so far. Texts are the reader's to add. */
export function review(
  state: CentreState,
  meetings: readonly MeetingState[],
  now: Date,
): Omit<ReviewView, 'silent' | 'actions'> & { silent: readonly string[] } {
  const end = state.standDown?.at ?? now.toISOString();
  const answers = state.summons.flatMap((one) => (one.answer ? [{ ...one.answer, by: one.answerBy }] : []));
  const count = (kind: string) => answers.filter((one) => one.answer === kind).length;
  const after = (times: readonly string[]): number | null =>
    times.length === 0
      ? null
      : minutesBetween(
          state.openedAt,
          times.reduce((a, b) => (a < b ? a : b)),
        );
  const last = answers
    .map((one) => one.at)
    .sort()
    .at(-1);
  const silent = state.summons.filter((one) => one.answer === null).map((one) => one.post);
  const hours = state.presence.reduce((sum, one) => sum + minutesBetween(one.in, one.out ?? end) / 60, 0);
  return {
    firstAnswer: after(answers.map((one) => one.at)),
    allAnswered: silent.length === 0 && last !== undefined ? minutesBetween(state.openedAt, last) : null,
    firstArrival: after(state.presence.map((one) => one.in)),
    firstReport: after(state.reports.flatMap((one) => (one.approved ? [one.approved.at] : []))),
    lasted: minutesBetween(state.openedAt, end),
    summoned: state.summons.length,
    answered: answers.length,
    inTime: answers.filter((one) => one.at <= one.by).length,
    answers: {
      coming: count('coming'),
      remote: count('remote'),
      deputy: count('deputy'),
      cannot: count('cannot'),
    },
    silent,
    people: new Set(state.presence.map((one) => one.person)).size,
    hours: Math.round(hours * 10) / 10,
    reports: state.reports.length,
    approved: state.reports.filter((one) => one.approved !== null).length,
    meetings: meetings.length,
  };
}
