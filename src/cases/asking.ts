/** Who asks: the person and the posts of his that every command begins with. */
import type { SnapshotPost } from '../directory/index.ts';
import type { Actor } from '../platform/actor.ts';
import { refuse } from '../platform/errors.ts';
import type { World } from './recipients.ts';

/** The posts the actor holds now. */
export function postsHeld(actor: Actor, world: World): readonly SnapshotPost[] {
  return actor.personId === null ? [] : world.directory.postsHeldBy(actor.personId, world.now);
}

/**
 * The person who asks; commands are for people.
 * @throws Refusal not-signed-in
 */
export function requirePerson(actor: Actor): string {
  return actor.personId ?? refuse('not-signed-in');
}
