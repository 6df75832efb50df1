/** Who may do what with a case: the pack's table applied to the posts a person holds. Pure. */
import type { DirectorySnapshot, SnapshotPost } from '../directory/index.ts';
import { type Pack, rightsAllow, transitionFor } from '../mechanism/index.ts';
import { ACTS, type Act, type Relation } from '../mechanism/vocabulary.ts';
import { groupsCalledIn } from './affairs.ts';
import { affairPossible, isAffair } from './affairs-rules.ts';
import { mayLeave } from './command-rules.ts';
import { type CaseState, isLevelPending } from './evolve.ts';

/** How a post stands to a case; several relations may hold at once. */
export function relationsOf(
  post: SnapshotPost,
  state: CaseState,
  directory: DirectorySnapshot,
  pack: Pack,
): Relation[] {
  const { routing } = state;
  const body = post.organisationId;
  const relations: Relation[] = [];
  const own = body === state.organisation;
  if (own) relations.push('own');
  if (post.groupCode !== null && post.groupCode === routing.desk) relations.push('desk');
  if (body === routing.authority) relations.push('authority');
  if (routing.superiors.includes(body)) relations.push('superior');
  if (post.groupCode === routing.subgroup) relations.push('subgroup');
  if (post.groupCode !== null && routing.affected.includes(post.groupCode)) relations.push('affected');
  if (post.role === 'convenor' || post.role === 'deputy-convenor') {
    if (!state.routing.deskReports || !sameHouse(body, state, directory)) relations.push('command');
  }
  if (post.groupCode !== null && groupsCalledIn(state).includes(post.groupCode)) relations.push('called-in');
  if (post.groupCode !== null && pack.support.coordinators.includes(post.groupCode))
    relations.push('coordinator');
  if (state.told.includes(post.id)) relations.push('told');
  relations.push('any');
  return relations;
}

/** The post's body belongs to the house that reports, so it must not judge its own case (DEC-23). */
function sameHouse(body: string, state: CaseState, directory: DirectorySnapshot): boolean {
  const house = directory.groups.get(state.routing.desk)?.conveningBody ?? state.organisation;
  return (
    body === house ||
    body === state.organisation ||
    directory.superiors(body).some((above) => above.id === house)
  );
}

/** The relation by which the post may do the act in the case's present state, or null. */
export function mayAct(
  act: Act,
  post: SnapshotPost,
  state: CaseState,
  directory: DirectorySnapshot,
  pack: Pack,
): Relation | null {
  for (const relation of relationsOf(post, state, directory, pack)) {
    const right = rightsAllow(pack, {
      roles: [{ role: post.role, relation }],
      act,
      state: state.state,
      deskReports: state.routing.deskReports,
      compartment: state.compartment,
    });
    if (right) return relation;
  }
  return null;
}

/** Acts the viewer's posts may do now, each with the posts it may be done in. */
export function actsOpenTo(
  posts: readonly SnapshotPost[],
  state: CaseState,
  directory: DirectorySnapshot,
  pack: Pack,
  personId: string | null = null,
): { act: Act; posts: SnapshotPost[]; relation: Relation }[] {
  return ACTS.flatMap((act) => {
    if (!possible(act, state, pack, personId)) return [];
    const able = posts.flatMap((post) => {
      const relation = mayAct(act, post, state, directory, pack);
      return relation === null ? [] : [{ post, relation }];
    });
    const first = able[0];
    return first ? [{ act, posts: able.map((one) => one.post), relation: first.relation }] : [];
  });
}

/** The state allows the act and what the case itself must have is there. What the actor must still say is asked later. */
function possible(act: Act, state: CaseState, pack: Pack, personId: string | null): boolean {
  if (act === 'file-initial') return false;
  const transition = transitionFor(pack, act, state.state);
  if (!transition) return false;
  // Nobody agrees to what he proposed himself, in whichever of his posts (ISO-15).
  if (act === 'approve-act' || act === 'decline-act')
    return state.pending.some((one) => one.person !== personId);
  if (act === 'withdraw-act') return state.pending.some((one) => one.person === personId);
  if (act === 'leave-to-agency') return mayLeave(state);
  if (act === 'order-stationing') return !state.stationing;
  if (act === 'hold') return state.hold === null;
  if (act === 'lift-hold') return state.hold !== null;
  if ((act === 'merge' || act === 'unmerge') && state.hold !== null) return false;
  if (isAffair(act)) return affairPossible(act, state, pack);
  if (act === 'link-case') return state.hold === null;
  if (act === 'unlink-case') return Boolean(state.linkedTo) && state.hold === null;
  if (act === 'approve-withdrawal' || act === 'refuse-withdrawal') return state.withdrawalRequested;
  if (act === 'request-withdrawal') return !state.withdrawalRequested;
  if (act === 'confirm-level') return isLevelPending(state);
  if (act === 'change-level') return state.levelStatus === 'confirmed';
  if (act === 'report-convenor-told')
    return Object.values(state.thresholds).some((one) => one.inside) && !state.convenorTold;
  return transition.guards.every((guard) => {
    if (guard === 'level-confirmed') return state.levelStatus === 'confirmed';
    if (guard === 'recovery-report') return state.recovery !== null;
    return true;
  });
}
