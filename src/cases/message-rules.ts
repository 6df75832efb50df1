/** To whom a message goes inside a case: the agency, the desk, or a group that works on it (S8.2.2). Pure. */
import { refuse, refuseFields } from '../platform/errors.ts';
import { groupsCalledIn } from './affairs.ts';
import type { CaseState } from './evolve.ts';
import type { World } from './recipients.ts';
import { mayAct } from './rights.ts';
import type { ActingPost } from './rules.ts';

/**
 * Groups that work on the case: its subgroup and those affected, those that were told, and those asked to help. Each of them
 * sees the case already; a message shows it to nobody new.
 */
export function addresseesOf(state: CaseState, world: World): string[] {
  if (state.hold) return [];
  const { routing } = state;
  const told = state.told.map((id) => world.directory.posts.get(id)?.groupCode ?? null);
  const groups = new Set([
    ...(state.compartment === null ? [routing.subgroup, ...routing.affected] : []),
    ...told.filter((code) => code !== null),
    ...groupsCalledIn(state),
  ]);
  groups.delete(routing.desk);
  const spoken = world.pack.groups
    .filter((group) => ['subgroup', 'working-group', 'service-centre'].includes(group.kind))
    .map((group) => group.id);
  return spoken.filter((id) => groups.has(id));
}

/** Where a message goes; without an addressee to the other side, as a letter is answered. */
export function addressed(
  state: CaseState,
  to: string | undefined,
  actor: ActingPost,
  world: World,
): { direction: 'to-agency' | 'to-desk' | 'to-group'; group?: string } {
  if (to === 'agency') return { direction: 'to-agency' };
  if (to === 'desk') return { direction: 'to-desk' };
  if (to === undefined) {
    const toAgency =
      mayAct('take', actor.post, state, world.directory, world.pack) !== null ||
      actor.post.organisationId !== state.organisation;
    return { direction: toAgency ? 'to-agency' : 'to-desk' };
  }
  // What a group is told of a case under silence it would be told for nothing: it does not see it (H28).
  if (state.hold) refuse('case-held');
  if (!addresseesOf(state, world).includes(to)) refuseFields({ path: 'to', code: 'bad-choice' });
  return { direction: 'to-group', group: to };
}
