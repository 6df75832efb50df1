/** Can a case live and end, and has every act somebody who may do it? (S8.9.1, SF5, rule 7) */
import { type Finding, finding } from './findings.ts';
import type { Pack, Transition } from './pack.ts';
import { type Act, AFFAIR_ACTS } from './vocabulary.ts';

/** States, transitions and the rights table, held against each other. */
export function lifecycleProblems(pack: Pack): Finding[] {
  return [...starts(pack), ...reach(pack), ...ambiguous(pack), ...rightsFit(pack), ...secondPersons(pack)];
}

function entryStates(pack: Pack): string[] {
  return [pack.initialState, pack.suspectedState].filter((id) => id !== undefined);
}

function starts(pack: Pack): Finding[] {
  const final = new Set(pack.states.filter((state) => state.kind === 'final').map((state) => state.id));
  const check = (key: 'initialState' | 'suspectedState') => {
    const id = pack[key];
    return id !== undefined && final.has(id) ? [finding('start-is-final', [key], { id })] : [];
  };
  return [...check('initialState'), ...check('suspectedState')];
}

/** States a transition may lead to; `same` and `previous` lead only where the case has been. */
function targets(transition: Transition): string[] {
  return transition.to === 'same' || transition.to === 'previous' ? [] : [transition.to];
}

function reach(pack: Pack): Finding[] {
  const reached = new Set(entryStates(pack));
  for (let before = -1; before !== reached.size; ) {
    before = reached.size;
    for (const one of pack.transitions) {
      if (one.from.some((state) => reached.has(state))) for (const to of targets(one)) reached.add(to);
    }
  }
  const ends = new Set(pack.states.filter((state) => state.kind === 'final').map((state) => state.id));
  for (let before = -1; before !== ends.size; ) {
    before = ends.size;
    for (const one of pack.transitions) {
      if (targets(one).some((to) => ends.has(to))) for (const from of one.from) ends.add(from);
    }
  }
  return pack.states.flatMap(({ id }, index) => [
    ...(reached.has(id) ? [] : [finding('unreachable-state', ['states', index], { id })]),
    ...(ends.has(id) ? [] : [finding('dead-end-state', ['states', index], { id })]),
  ]);
}

function ambiguous(pack: Pack): Finding[] {
  const seen = new Set<string>();
  return pack.transitions.flatMap((one, index) =>
    one.from.flatMap((state) => {
      const key = `${one.act} ${state}`;
      const twice = seen.has(key);
      seen.add(key);
      const noPast = one.to === 'previous' && entryStates(pack).includes(state);
      return [
        ...(twice ? [finding('transition-ambiguous', ['transitions', index], { act: one.act, state })] : []),
        ...(noPast
          ? [finding('previous-without-past', ['transitions', index], { act: one.act, state })]
          : []),
      ];
    }),
  );
}

function rightsFit(pack: Pack): Finding[] {
  const found: Finding[] = [];
  const allowed = (act: Act, state: string) =>
    pack.rights.some((one) => one.acts.includes(act) && (one.states === 'any' || one.states.includes(state)));
  pack.transitions.forEach(({ act, from }, index) => {
    for (const state of from) {
      if (!allowed(act, state)) {
        found.push(finding('act-without-right', ['transitions', index], { act, state }));
      }
    }
  });
  // A row may join acts and states that do not all meet; but no act and no state may stand there for nothing.
  const opens = (act: Act) => act === 'file-initial';
  const possible = (act: Act, state: string) =>
    opens(act) || pack.transitions.some((one) => one.act === act && one.from.includes(state));
  const every = pack.states.map((state) => state.id);
  pack.rights.forEach(({ acts, states }, index) => {
    const listed = states === 'any' ? every : states;
    acts.forEach((act, i) => {
      if (listed.some((state) => possible(act, state))) return;
      const params = { act, state: states === 'any' ? '*' : states.join(', ') };
      found.push(finding('right-without-transition', ['rights', index, 'acts', i], params));
    });
    if (states === 'any') return;
    states.forEach((state, i) => {
      if (acts.some((act) => possible(act, state))) return;
      const params = { act: acts.join(', '), state };
      found.push(finding('right-without-transition', ['rights', index, 'states', i], params));
    });
  });
  if (!pack.rights.some((one) => one.acts.includes('file-initial')))
    found.push(finding('nobody-files', ['rights']));
  return found;
}

/** Acts that decide on a proposal; a second person for them would ask for a third. */
const DECIDING: readonly Act[] = ['approve-act', 'decline-act', 'withdraw-act'];
/** What is not an act on a case as it stands, and so cannot be proposed. */
const NOT_PROPOSED: readonly Act[] = [
  ...DECIDING,
  'file-initial',
  'file-follow-up',
  'file-recovery',
  'acknowledge',
  'record-acknowledgement',
  'read',
  'export',
  'message',
  'ask-back',
  ...AFFAIR_ACTS,
];

/** What needs a second person must be an act that can wait, and every state it can wait in needs somebody to decide. */
function secondPersons(pack: Pack): Finding[] {
  const possible = (act: Act, state: string) =>
    pack.transitions.some((one) => one.act === act && one.from.includes(state)) &&
    pack.rights.some((one) => one.acts.includes(act) && (one.states === 'any' || one.states.includes(state)));
  return pack.fourEyes.flatMap((rule, index) =>
    rule.acts.flatMap((act, i) => {
      const path = ['fourEyes', index, 'acts', i];
      if (NOT_PROPOSED.includes(act)) return [finding('second-person-for-what', path, { act })];
      const states = pack.transitions.filter((one) => one.act === act).flatMap((one) => one.from);
      if (states.length === 0) return [finding('right-without-transition', path, { act, state: '*' })];
      return states.flatMap((state) =>
        DECIDING.filter((one) => !possible(one, state)).map((missing) =>
          finding('nobody-decides', path, { act, missing, state }),
        ),
      );
    }),
  );
}
