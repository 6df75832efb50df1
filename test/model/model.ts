/**
 * What a case is, told a second time and much more simply: no facts, no pack, no clocks as rows. It shares no code with the
 * product; where the two disagree, one of them has misread the plan.
 */
export type Level = 'A' | 'B' | 'C' | 'D';
export type Body = 'school' | 'school2' | 'brigade';
export type Person =
  | 'teacher'
  | 'teacher2'
  | 'captain'
  | 'officer'
  | 'officer2'
  | 'mnd-officer'
  | 'mnd-officer2'
  | 'inspector'
  | 'moe-officer';

export interface ModelCase {
  readonly body: Body;
  state: string;
  level: Level;
  proposed: Level;
  isConfirmed: boolean;
  /** A proposal nobody has decided on. */
  isPending: boolean;
  suspected: boolean;
  /** States to come back to. */
  readonly back: string[];
  withdrawal: boolean;
  reports: number;
  aliases: number;
  mergedInto: ModelCase | null;
  /** How often the A branch has fired, and whether the case stands inside it. */
  fired: number;
  inside: boolean;
  /** What waits for a second person, one of each kind: lowering from A, ending at A. */
  waiting: { lower: Wish | null; end: Wish | null };
  /** Minutes at which a proposed A is no longer waited for. */
  deadlines: number[];
}

/** An act somebody wishes for and another must agree to. */
export interface Wish {
  readonly act: Act;
  readonly by: Person;
  readonly level: Level;
  readonly into: ModelCase;
}

const OPEN = ['suspected', 'reported', 'returned', 'registered', 'handling', 'recovered'];
const OWNER: Record<Body, Person> = { school: 'teacher', school2: 'teacher2', brigade: 'captain' };
const PATIENCE = 10;

export const isOpen = (one: ModelCase): boolean => OPEN.includes(one.state);
export const isDefence = (one: ModelCase): boolean => one.body === 'brigade';
const desksOf = (one: ModelCase): readonly Person[] =>
  isDefence(one) ? ['mnd-officer', 'mnd-officer2'] : ['officer', 'officer2'];

/** INV-9: who sees a case. */
export function sees(person: Person, one: ModelCase): boolean {
  if (person === OWNER[one.body] || desksOf(one).includes(person)) return true;
  if (isDefence(one)) return false;
  if (person === 'inspector' || person === 'moe-officer') return true;
  // Summoned at level A, like every subgroup.
  return person.startsWith('mnd-officer') && one.fired > 0;
}

export interface Nation {
  now: number;
  readonly cases: ModelCase[];
}

function propose(nation: Nation, one: ModelCase, level: Level): void {
  one.proposed = level;
  one.isPending = true;
  if (!one.isConfirmed) one.level = level;
  if (level === 'A') one.deadlines.push(nation.now + PATIENCE);
}

function fire(one: ModelCase): void {
  if (one.inside) return;
  one.inside = true;
  one.fired += 1;
}

function grade(one: ModelCase, level: Level): void {
  one.level = level;
  one.isConfirmed = true;
  one.isPending = false;
  one.deadlines = [];
  // Whatever waited was wished for under another decision.
  one.waiting = { lower: null, end: null };
  if (level === 'A') fire(one);
  else one.inside = false;
}

function end(one: ModelCase, state: string): void {
  one.state = state;
  one.deadlines = [];
  one.waiting = { lower: null, end: null };
}

export function openCase(nation: Nation, body: Body, level: Level, suspected: boolean): ModelCase {
  const one: ModelCase = {
    body,
    state: suspected ? 'suspected' : 'reported',
    level,
    proposed: level,
    isConfirmed: false,
    isPending: true,
    suspected,
    back: [],
    withdrawal: false,
    reports: 1,
    aliases: 0,
    mergedInto: null,
    fired: 0,
    inside: false,
    waiting: { lower: null, end: null },
    deadlines: [],
  };
  if (!suspected) propose(nation, one, level);
  nation.cases.push(one);
  return one;
}

/** One more report; false when it is refused. */
export function addReport(
  nation: Nation,
  one: ModelCase,
  by: Person,
  level: Level,
  isRecovery: boolean,
): boolean {
  if (by !== OWNER[one.body] && !desksOf(one).includes(by)) {
    // A body above may follow up for the one below it.
    if (isRecovery || by !== 'inspector' || isDefence(one)) return false;
  }
  if (!isOpen(one) || (isRecovery && one.state === 'suspected')) return false;
  one.reports += 1;
  if (isRecovery) {
    one.state = 'recovered';
    // Another recovery report than the one the release was wished for.
    if (one.waiting.end?.act === 'release') one.waiting.end = null;
  } else if (one.state === 'returned') one.state = one.back.pop() ?? 'reported';
  if (one.suspected) {
    one.level = level;
    one.proposed = level;
  } else if (level !== one.proposed && level !== one.level) propose(nation, one, level);
  return true;
}

export type Act =
  | 'take'
  | 'register'
  | 'ask-back'
  | 'confirm-level'
  | 'change-level'
  | 'promote'
  | 'send-back'
  | 'release'
  | 'dismiss'
  | 'request-withdrawal'
  | 'approve-withdrawal'
  | 'refuse-withdrawal'
  | 'merge'
  | 'unmerge'
  | 'reopen'
  | 'message'
  | 'approve'
  | 'decline'
  | 'withdraw';

const ENDS: readonly Act[] = ['release', 'dismiss', 'approve-withdrawal', 'merge'];

/** Which of the two kinds of wish an act is at level A; null when one person can do it. */
function kindOf(one: ModelCase, act: Act, level: Level): 'lower' | 'end' | null {
  if (!one.isConfirmed || one.level !== 'A') return null;
  if (ENDS.includes(act)) return 'end';
  return (act === 'change-level' || act === 'confirm-level') && level !== 'A' ? 'lower' : null;
}

/** An act with everything said that it needs; false when it is refused. */
export function perform(one: ModelCase, act: Act, by: Person, level: Level, into: ModelCase): boolean {
  if (act === 'approve' || act === 'decline' || act === 'withdraw') return settle(one, act, by);
  const kind = kindOf(one, act, level);
  if (kind === null) return attempt(one, act, by, level, into);
  // Refused for another reason first; tried on a copy, since nothing happens yet.
  const copy = { ...one, back: [...one.back], waiting: { ...one.waiting } };
  const other = { ...into };
  if (!attempt(copy, act, by, level, into === one ? copy : other)) return false;
  if (one.waiting[kind]) return false;
  one.waiting[kind] = { act, by, level, into };
  return true;
}

/** Somebody decides on the wish made last. */
function settle(one: ModelCase, act: 'approve' | 'decline' | 'withdraw', by: Person): boolean {
  const wish = latest(one);
  if (!wish || !desksOf(one).includes(by)) return false;
  if ((wish.by === by) !== (act === 'withdraw')) return false;
  if (act === 'approve') return attempt(one, wish.act, wish.by, wish.level, wish.into);
  if (one.waiting.lower === wish) one.waiting.lower = null;
  else one.waiting.end = null;
  return true;
}

/** The one wish that is tried in the tests: the end if it waits, else the lowering. */
export function latest(one: ModelCase): Wish | null {
  return one.waiting.end ?? one.waiting.lower;
}

function attempt(one: ModelCase, act: Act, by: Person, level: Level, into: ModelCase): boolean {
  const done = simply(one, act, by, level, into);
  // A wish to release ends when the case is sent back, a wish to grant a withdrawal when it was refused.
  if (done && one.waiting.end?.act === 'release' && one.state !== 'recovered') one.waiting.end = null;
  if (done && one.waiting.end?.act === 'approve-withdrawal' && !one.withdrawal) one.waiting.end = null;
  return done;
}

function simply(one: ModelCase, act: Act, by: Person, level: Level, into: ModelCase): boolean {
  const isDesk = desksOf(one).includes(by);
  const isOwn = by === OWNER[one.body];
  const { state } = one;
  const from = (...states: string[]) => isDesk && states.includes(state);
  switch (act) {
    case 'take':
      return from(...OPEN);
    case 'register':
      if (!from('reported')) return false;
      one.state = 'registered';
      return true;
    case 'ask-back':
      if (!from('reported', 'registered')) return false;
      one.back.push(state);
      one.state = 'returned';
      return true;
    case 'confirm-level':
      if (!from('reported', 'returned', 'registered', 'handling', 'recovered')) return false;
      if (!one.isPending) return false;
      grade(one, level);
      if (state !== 'recovered') one.state = 'handling';
      return true;
    case 'change-level':
      if (!from('handling', 'recovered') || level === one.level) return false;
      grade(one, level);
      return true;
    case 'promote':
      if (state !== 'suspected' || !(isDesk || isOwn)) return false;
      one.state = 'reported';
      one.suspected = false;
      return true;
    case 'send-back':
      if (!from('recovered')) return false;
      one.state = 'handling';
      return true;
    case 'release':
      if (!from('recovered') || !one.isConfirmed) return false;
      end(one, 'released');
      return true;
    case 'dismiss':
      if (!from(...OPEN)) return false;
      end(one, 'dismissed');
      return true;
    case 'request-withdrawal':
      if (!isOwn || !isOpen(one) || one.withdrawal) return false;
      one.withdrawal = true;
      return true;
    case 'approve-withdrawal':
      if (!from(...OPEN) || !one.withdrawal) return false;
      one.withdrawal = false;
      end(one, 'withdrawn');
      return true;
    case 'refuse-withdrawal':
      if (!from(...OPEN) || !one.withdrawal) return false;
      one.withdrawal = false;
      return true;
    case 'merge':
      if (!from(...OPEN) || into === one || !isOpen(into) || isDefence(into) !== isDefence(one)) return false;
      one.back.push(state);
      one.mergedInto = into;
      into.aliases += 1;
      end(one, 'merged');
      return true;
    case 'unmerge':
      if (!from('merged')) return false;
      one.state = one.back.pop() ?? 'reported';
      if (one.mergedInto) one.mergedInto.aliases -= 1;
      one.mergedInto = null;
      return true;
    case 'reopen':
      if (!from('released', 'dismissed', 'withdrawn')) return false;
      one.state = 'handling';
      one.suspected = false;
      return true;
    case 'message':
      if (state === 'merged') return false;
      return isDesk || isOwn || (!isDefence(one) && (by === 'inspector' || by === 'moe-officer'));
    default:
      return false;
  }
}

/** After a promotion, and when an anomaly is taken up again, the level is proposed anew; kept apart because it needs the time. */
export function promoted(nation: Nation, one: ModelCase): void {
  propose(nation, one, one.level);
}

/** Time passes: a proposed A that nobody answered takes the A branch all the same (DEC-4). */
export function advance(nation: Nation, minutes: number): void {
  nation.now += minutes;
  for (const one of nation.cases) {
    const due = one.deadlines.filter((deadline) => deadline <= nation.now);
    if (due.length === 0) continue;
    one.deadlines = one.deadlines.filter((deadline) => deadline > nation.now);
    if (one.proposed === 'A' && !(one.isConfirmed && one.level === 'A')) fire(one);
  }
}
