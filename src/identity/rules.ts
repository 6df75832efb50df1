/** From who somebody is to the keys he sees with, and which screens help him. Pure. */
import type { DirectorySnapshot, SnapshotPost } from '../directory/index.ts';
import { groupMay, type Pack } from '../mechanism/index.ts';
import type { SessionView } from './contract.ts';

/**
 * The keys a person's transactions see with at `at` (their grammar is in db/migrations/0001-ground.sql). Rights hang
 * on posts: each post held brings its own key, its body's and its group's; the desk, the command of the centre (without
 * its bodies' keys) and those who watch have a word of their own. A person without a post sees what everybody signed in
 * sees, and his own.
 * Answers DEC-9, DEC-19, H41.
 */
export function keysFor(snapshot: DirectorySnapshot, pack: Pack, personId: string, at: Date): string[] {
  return keysOfPosts(pack, personId, snapshot.postsHeldBy(personId, at));
}

/** As {@link keysFor}, from the posts already found. */
export function keysOfPosts(pack: Pack, personId: string, posts: readonly SnapshotPost[]): string[] {
  const keys = new Set(['signed-in', `person:${personId}`]);
  for (const post of posts) {
    keys.add(`post:${post.id}`);
    // Whoever commands the centre does so for the centre, not for the body that lends him (decision 10).
    if (!isCommand(post)) {
      keys.add(`org:${post.organisationId}`);
      // What he filed for the body stays his while he is of it, also when his colleagues must not see it (H28).
      keys.add(`filer:${post.organisationId}:${personId}`);
    }
    if (post.groupCode !== null) keys.add(`group:${post.groupCode}`);
    if (isDeskPost(pack, post)) keys.add('desk');
    if (isCommand(post)) keys.add('command');
    // Who watches from within a compartment watches that compartment, by its group's key (DEC-19).
    if ((post.role === 'auditor' || post.role === 'observer') && !isWalled(pack, post)) keys.add('watch');
    if (post.role === 'administrator') keys.add(`admin:${post.organisationId}`);
  }
  return [...keys];
}

/** True for posts of a compartment's own group. */
function isWalled(pack: Pack, post: SnapshotPost): boolean {
  return pack.compartments.some((one) => one.group === post.groupCode);
}

function isCommand(post: SnapshotPost): boolean {
  return post.role === 'convenor' || post.role === 'deputy-convenor';
}

/** True for the posts that work the centre's queue: duty officers of the group the pack names as the desk. */
export function isDeskPost(pack: Pack, post: SnapshotPost): boolean {
  return post.role === 'duty-officer' && post.groupCode === pack.desk.group;
}

/** Roles for which the situation of the nation is more than their own list. */
const SEES_SITUATION: ReadonlySet<string> = new Set([
  'duty-officer',
  'subgroup-officer',
  'deputy-convenor',
  'convenor',
  'service-centre',
  'group-officer',
  'auditor',
  'observer',
]);

type Screen = SessionView['screens'][number];

/** Roles that have a place at the centre, or look on. */
const FORMS_THE_CENTRE: ReadonlySet<string> = new Set([
  'convenor',
  'deputy-convenor',
  'duty-officer',
  'subgroup-officer',
  'service-centre',
  'group-officer',
  'auditor',
  'observer',
]);

/** Roles of groups that give or coordinate support. */
const GIVES_SUPPORT: ReadonlySet<string> = new Set([
  'duty-officer',
  'subgroup-officer',
  'service-centre',
  'group-officer',
]);

/** The screens that make sense for somebody in these posts, in the order they are offered. */
export function screensFor(pack: Pack, posts: readonly SnapshotPost[]): Screen[] {
  const compartmentGroups = new Set(pack.compartments.map((compartment) => compartment.group));
  const isOfficer = (post: SnapshotPost) =>
    (post.role === 'subgroup-officer' || post.role === 'duty-officer') &&
    post.groupCode !== null &&
    compartmentGroups.has(post.groupCode);
  const offered: readonly [Screen, boolean][] = [
    ['home', true],
    [
      'report',
      posts.some(
        (post) =>
          post.role === 'contact' || post.role === 'team-member' || isDeskPost(pack, post) || isOfficer(post),
      ),
    ],
    ['desk', posts.some((post) => isDeskPost(pack, post) || isOfficer(post))],
    // Whoever leads, coordinates or watches; an agency's own cases are a list, not a situation.
    ['situation', posts.some((post) => SEES_SITUATION.has(post.role))],
    // Whoever forms the centre or watches it; an agency's contact who is summoned comes by the notice.
    ['centre', posts.some((post) => FORMS_THE_CENTRE.has(post.role))],
    ['cases', posts.length > 0],
    // Whoever coordinates support, or may be asked for it (S8.7).
    ['support', posts.some((post) => GIVES_SUPPORT.has(post.role))],
    // Whoever calls for preparedness, follows it, or has a part in it (S7.9.7.5).
    [
      'preparedness',
      posts.some((post) =>
        (['call-preparedness', 'read-preparedness', 'answer-preparedness'] as const).some((act) =>
          groupMay(pack, act, post),
        ),
      ),
    ],
    // Whoever keeps the response procedures (S7.11.0d), and whoever writes or gathers analyses (S7.11.0e).
    ['procedures', posts.some((post) => groupMay(pack, 'read-procedures', post))],
    [
      'analyses',
      posts.some((post) => groupMay(pack, 'write-analysis', post) || groupMay(pack, 'read-analyses', post)),
    ],
    ['inbox', posts.length > 0],
    // Agencies' contacts find their own duty on their first page.
    ['roster', posts.some((post) => post.role !== 'contact' && post.role !== 'team-member')],
    ['directory', true],
    ['mechanism', true],
    ['administration', posts.some((post) => post.role === 'administrator')],
  ];
  return offered.filter(([, fits]) => fits).map(([screen]) => screen);
}

/**
 * The name under which an administrator gives somebody an account: the person's own mail address, or a name within his body.
 * Names are unique among all accounts, also those of bodies he may not know of; a free choice would tell him by `duplicate`
 * that they are there (ISO-6). Behind a wall an address is kept within the body as well, so that no address outside is
 * ever taken by one in there.
 */
export function loginWithin(
  login: string,
  person: { readonly email: string },
  body: { readonly code: string; readonly compartment: string | null },
): string {
  const name = canonicalLogin(login);
  if (body.compartment === null && name.includes('@') && name === canonicalLogin(person.email)) return name;
  const within = `${canonicalLogin(body.code)}-`;
  return name.startsWith(within) ? name : within + name;
}

/** A login as it is stored and counted: one spelling for all its Unicode, case and blank variants (AUTH-1). */
export function canonicalLogin(login: string): string {
  return login.normalize('NFKC').trim().toLowerCase();
}
