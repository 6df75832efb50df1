/**
 * The response centre (S7.10.4, DEC-15, DEC-19), told a second time: whatever reaches the gravest level, or is ordered by a
 * deputy convenor, forms it up in the same instant, with everybody called in; and nothing but a decision stands it down (INV-5).
 */
import { type FactRow, lifeOf } from './life.ts';

export interface ActivationRow {
  readonly id: string;
  readonly mode: string;
  readonly compartment: string | null;
  readonly active: boolean;
}
export interface MeetingRow {
  readonly id: string;
  readonly activation_id: string | null;
  readonly case_id: string;
}
interface CentreNotice {
  readonly post_id: string;
  readonly capacities: readonly string[];
  readonly expects: string;
  readonly made_at: string;
  readonly data: { readonly closed?: boolean };
}

interface Asked {
  readonly cases: ReadonlyMap<string, { readonly number: string; readonly compartment: string | null }>;
  readonly factsOf: (stream: string) => readonly FactRow[];
  readonly noticesOf: (caseId: string) => readonly CentreNotice[];
  readonly activations: readonly ActivationRow[];
  readonly meetings: readonly MeetingRow[];
  readonly postOf: (id: string) => string;
  readonly holdersOf: (post: string) => readonly string[];
  readonly who: (person: string | null) => string;
  readonly say: (text: string) => void;
}

const SUBGROUPS = 8;
const CALLS = ['activated', 'case-joined', 'case-crossed'];
const CALLED = ['summoned', 'convenor', 'deputy-convenor'];

/** Everything about the centre that should not be. */
export function centreFindings(asked: Asked): void {
  const { cases, factsOf, activations, say } = asked;
  for (const [id, one] of cases) {
    const facts = factsOf(id);
    for (const fact of facts) {
      const isTop = fact.kind === 'threshold-reached' && fact.data['again'] !== true;
      if (isTop || fact.kind === 'stationing-ordered') formed(id, one, fact, isTop, asked);
    }
    raised(one.number, facts, say);
  }
  for (const [place, own] of Map.groupBy(
    activations.filter((one) => one.active),
    (one) => `${one.mode} ${one.compartment ?? ''}`,
  ))
    if (own.length > 1) say(`INV-5: ${own.length} centres stand at once (${place.trim()})`);
  for (const one of activations) stands(one, asked);
}

/** S7.10.4c to S7.10.4f: in the very instant. */
function formed(
  id: string,
  { number, compartment }: { readonly number: string; readonly compartment: string | null },
  fact: FactRow,
  isTop: boolean,
  { activations, meetings, factsOf, noticesOf, postOf, say }: Asked,
): void {
  const why = isTop ? `reached ${String(fact.data['level'])}` : 'had stationing ordered';
  const call = activations
    .filter((one) => one.compartment === compartment)
    .flatMap((one) => factsOf(one.id).map((own) => ({ one, own })))
    .find(({ own }) => CALLS.includes(own.kind) && own.data['case'] === id && own.at === fact.at);
  if (!call) {
    say(`INV-5: ${number} ${why} and the centre was not formed up (S7.10.4)`);
    return;
  }
  const facts = factsOf(call.one.id);
  const summoned = new Set(
    facts
      .filter((own) => own.kind === 'summoned' && own.seq <= call.own.seq + 3)
      .flatMap((own) => (own.data['posts'] as readonly { post: string }[]).map((one) => one.post)),
  );
  const called = noticesOf(id).filter(
    (notice) => notice.made_at === fact.at && notice.capacities.some((capacity) => CALLED.includes(capacity)),
  );
  for (const notice of called) {
    // A compartment's centre is its own group's alone (DEC-19).
    if (compartment !== null && !/^subgroup-/.test(postOf(notice.post_id))) continue;
    if (notice.expects !== 'none' && notice.data.closed !== true && !summoned.has(notice.post_id))
      say(`INV-5: ${number} ${why}: ${postOf(notice.post_id)} was called and stands on no summons`);
  }
  if (compartment !== null) return;
  const groups = called.filter((notice) => postOf(notice.post_id).startsWith('subgroup-')).length;
  if (groups !== SUBGROUPS)
    say(`INV-5: ${number} ${why}: ${groups} subgroups were called, not ${SUBGROUPS} (S7.10.4e)`);
  if (!isTop || call.own.kind !== 'activated') return;
  const opened = facts.find((own) => own.kind === 'meeting-opened' && own.at === fact.at);
  if (
    !opened ||
    !meetings.some((one) => one.id === opened.data['meeting'] && one.activation_id === call.one.id)
  )
    say(`INV-5: ${number} ${why} and no emergency meeting was opened (S7.10.4e)`);
}

/** INV-5: a level raised later counts from that instant, and what was never confirmed A from the end of its time. */
function raised(number: string, facts: readonly FactRow[], say: (text: string) => void): void {
  const life = lifeOf(facts);
  for (const [index, fact] of facts.entries()) {
    const before = life[index - 1];
    const level = fact.data['level'];
    if (fact.kind === 'graded' && level === 'A' && !before?.inside) {
      const next = facts[index + 1];
      if (next?.kind !== 'threshold-reached' || next.at !== fact.at)
        say(`INV-5: ${number} was raised to A and nothing followed in that instant`);
    }
    if (fact.kind === 'graded' && level !== 'A' && before?.inside) {
      const next = facts[index + 1];
      if (next?.kind !== 'threshold-left' || next.at !== fact.at)
        say(`INV-5: ${number} was put down to ${level} and A was not left`);
    }
    const isProposal =
      fact.kind === 'clock-overdue' && /^unconfirmed-top/.test(String(fact.data['definition']));
    if (isProposal && before?.level === 'A' && !before.confirmed && !before.inside) {
      if (facts[index + 1]?.kind !== 'threshold-reached')
        say(`INV-5: ${number}: nobody confirmed A in its time and nobody was told (DEC-4)`);
    }
  }
}

/** DEC-15: it stands until somebody who may decides that it stands down, and calls nobody out of itself. */
function stands(one: ActivationRow, { cases, factsOf, holdersOf, who, say }: Asked): void {
  const facts = factsOf(one.id);
  const ends = facts.filter((fact) => fact.kind === 'stood-down');
  if (one.active !== (ends.length === 0))
    say(
      `INV-5: the centre ${one.active ? 'stands though it was' : 'does not stand though it was not'} stood down`,
    );
  if (ends.some((end) => facts.at(-1) !== end))
    say('INV-5: something was done at the centre after it stood down');
  for (const end of ends) {
    const isTop = facts.some((fact) => CALLS.includes(fact.kind) && fact.data['top'] === true);
    const by = who(end.person_id);
    if (end.person_id === null) say('INV-5: the centre stood down by itself (DEC-15)');
    else if (one.compartment === null && isTop && !holdersOf('convenor').includes(by))
      say(`INV-5: ${by} stood the centre down although A had been reached (DEC-15)`);
  }
  for (const call of facts) {
    if (!CALLS.includes(call.kind)) continue;
    const id = call.data['case'] as string;
    const cause = factsOf(id).find(
      (fact) =>
        fact.at === call.at &&
        (call.data['cause'] === 'ordered'
          ? fact.kind === 'stationing-ordered'
          : fact.kind === 'threshold-reached' && fact.data['again'] !== true),
    );
    if (!cause && call.data['cause'] !== 'late')
      say(`INV-5: ${cases.get(id)?.number ?? id} called the centre out without a reason`);
  }
  const joined = facts.filter((fact) => fact.kind === 'case-joined' || fact.kind === 'activated');
  const ids = joined.map((fact) => fact.data['case']);
  if (new Set(ids).size !== ids.length) say('INV-5: a case joined one centre twice');
}
