/** What the directory's screens show, through the reader's own keys. */

import { z } from 'zod';
import type { Pack } from '../mechanism/index.ts';
import { refuse } from '../platform/errors.ts';
import { type CursorScope, decodeCursor, encodeCursor } from '../platform/http/cursor.ts';
import type { Tx } from '../platform/transaction.ts';
import type * as contract from './contract.ts';
import { coverageOn, dayAt, detailsSeenBy, existsOn, ordersSilence, routeOf, standIns } from './rules.ts';
import type { DirectorySnapshot, SnapshotOrganisation, SnapshotPost } from './snapshot.ts';
import * as store from './view-store.ts';

/** What a view is made from. */
export interface Sight {
  readonly tx: Tx;
  readonly pack: Pack;
  readonly snapshot: DirectorySnapshot;
}

const MANY = 500;

export function named(row: { readonly nameZh: string; readonly nameEn: string }) {
  return { zh: row.nameZh, en: row.nameEn || row.nameZh };
}

function refOf(row: SnapshotOrganisation) {
  return { id: row.id, code: row.code, name: named(row) };
}

/** Gaps of a body are its own affair inside a compartment, even where the body itself is known to all. */
function showsGaps({ tx, pack, snapshot }: Sight, body: SnapshotOrganisation): boolean {
  if (body.compartment === null) return true;
  const readers = detailsSeenBy(snapshot, pack, body.id, tx.now);
  return readers.some((key) => tx.actor.keys.includes(key));
}

/** One line of the list for each body, which the reader is known to see. */
async function rowsOf(
  sight: Sight,
  bodies: readonly SnapshotOrganisation[],
): Promise<contract.OrganisationRow[]> {
  const { tx, pack, snapshot } = sight;
  const day = dayAt(pack, tx.now);
  const gapsOf = coverageOn(snapshot, pack, day, tx.now);
  const above = bodies.map((body) => body.superiorId).filter((id) => id !== null);
  const known = await store.visibleOrganisations(tx, above);
  return bodies.map((body) => ({
    id: body.id,
    code: body.code,
    name: named(body),
    kind: body.kind,
    superiorId: body.superiorId !== null && known.has(body.superiorId) ? body.superiorId : null,
    sectors: [...body.sectors],
    subgroup: routeOf(snapshot, pack, body.id, tx.now).subgroup,
    county: body.county,
    ended: !existsOn(body, day) && body.validTo !== null && body.validTo < day,
    gaps: showsGaps(sight, body) ? gapsOf(body.id) : [],
  }));
}

const searchTexts = new WeakMap<SnapshotOrganisation, readonly string[]>();

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll('臺', '台');
}

/** 0 for the very name or code, 1 where one begins with the words, 2 where one contains them; null for no match. */
function matchOf(body: SnapshotOrganisation, words: string): number | null {
  let texts = searchTexts.get(body);
  if (!texts) {
    texts = [fold(body.code), fold(body.nameZh), fold(body.nameEn)];
    searchTexts.set(body, texts);
  }
  if (texts.some((text) => text === words)) return 0;
  if (texts.some((text) => text.startsWith(words))) return 1;
  return texts.some((text) => text.includes(words)) ? 2 : null;
}

const listKeys = z.tuple([z.int(), z.string()]);

/**
 * A page of bodies by name (either language), code, superior, sector, or what they lack. What is known of the
 * nation's shape narrows the search; which bodies the reader may know of, the database says.
 */
export async function listOrganisations(
  sight: Sight,
  query: z.output<typeof contract.organisationQuery>,
): Promise<z.output<typeof contract.organisationList>> {
  const { tx, pack, snapshot } = sight;
  const { q, superiorId, roots, sector, gaps, silence, cursor, limit } = query;
  const scope: CursorScope = [
    'organisations',
    q ?? '',
    superiorId ?? '',
    roots ?? '',
    sector ?? '',
    gaps ?? '',
    silence ?? '',
  ];
  const after = decodeCursor(scope, listKeys, cursor);
  const words = fold((q ?? '').trim());
  const today = dayAt(pack, tx.now);
  const gapsOf = coverageOn(snapshot, pack, today, tx.now);
  const from = roots
    ? snapshot.subordinates(null)
    : superiorId
      ? snapshot.subordinates(superiorId)
      : [...snapshot.organisations.values()];
  const found = from
    .flatMap((body) => {
      const rank = words === '' ? 0 : matchOf(body, words);
      if (rank === null || (sector !== undefined && !body.sectors.includes(sector))) return [];
      if (silence && !ordersSilence(snapshot, body, pack, today)) return [];
      if (after && (rank < after[0] || (rank === after[0] && body.code <= after[1]))) return [];
      if (gaps && (gapsOf(body.id).length === 0 || !showsGaps(sight, body))) return [];
      return [{ rank, body }];
    })
    .sort((a, b) => a.rank - b.rank || (a.body.code < b.body.code ? -1 : 1));
  const seen: typeof found = [];
  for (let at = 0; at < found.length && seen.length <= limit; at += limit + 1) {
    const chunk = found.slice(at, at + limit + 1);
    const visible = await store.visibleOrganisations(
      tx,
      chunk.map(({ body }) => body.id),
    );
    seen.push(...chunk.filter(({ body }) => visible.has(body.id)));
  }
  const shown = seen.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: await rowsOf(
      sight,
      shown.map(({ body }) => body),
    ),
    nextCursor: seen.length > limit && last ? encodeCursor(scope, [last.rank, last.body.code]) : null,
  };
}

/** Posts as the reader may see them, with who holds each now. */
export async function postViews(
  { tx, snapshot }: Sight,
  among: readonly SnapshotPost[],
): Promise<contract.PostView[]> {
  const visible = await store.visiblePosts(
    tx,
    among.map((post) => post.id),
  );
  const posts = among.filter((post) => visible.has(post.id));
  const bodies = await store.visibleOrganisations(
    tx,
    posts.map((post) => post.organisationId),
  );
  const holdersOf = new Map(posts.map((post) => [post.id, snapshot.holders(post.id, tx.now)]));
  const details = await store.detailsOf(
    tx,
    [...holdersOf.values()].flat().map((holding) => holding.personId),
  );
  return posts.flatMap((post) => {
    const body = snapshot.organisations.get(post.organisationId);
    if (!body || !bodies.has(body.id)) return [];
    return [
      {
        id: post.id,
        code: post.code,
        name: named(post),
        role: post.role,
        groupCode: post.groupCode,
        organisation: refOf(body),
        press: post.press,
        max: post.max,
        holders: holdersOf.get(post.id)!.flatMap(({ personId, acting }) => {
          const person = snapshot.persons.get(personId);
          const reach = details.get(personId);
          // Who serves inside a compartment is known to those who may reach him.
          if (!person || (!reach && body.compartment !== null)) return [];
          return [
            {
              personId,
              name: named(person),
              title: person.title,
              acting,
              email: reach?.email ?? null,
              phone: reach?.phone ?? null,
              mobile: reach?.mobile ?? null,
            },
          ];
        }),
      },
    ];
  });
}

/** One post; `not-found` when there is none the reader may know of. */
export async function onePost(sight: Sight, id: string): Promise<contract.PostView> {
  const post = sight.snapshot.posts.get(id);
  const [view] = post ? await postViews(sight, [post]) : [];
  return view ?? refuse('not-found');
}

/** Everything of one body the reader may see; `not-found` when he may not know of it. */
export async function oneOrganisation(sight: Sight, id: string): Promise<contract.OrganisationView> {
  const { tx, pack, snapshot } = sight;
  const body = snapshot.organisations.get(id);
  const rest = await store.organisationRest(tx, id);
  if (!body || !rest) refuse('not-found');
  const route = routeOf(snapshot, pack, id, tx.now);
  const chain = snapshot.superiors(id);
  const below = snapshot.subordinates(id).slice(0, MANY);
  const others = [...chain, ...below, route.authority, route.conveningBody].filter((one) => one !== null);
  const known = await store.visibleOrganisations(tx, [
    ...others.map((one) => one.id),
    ...(body.successorId ? [body.successorId] : []),
  ]);
  const ref = (one: SnapshotOrganisation | null | undefined) =>
    one && known.has(one.id) ? refOf(one) : null;
  const refs = (list: readonly SnapshotOrganisation[]) => list.map(ref).filter((one) => one !== null);
  const contacts = await store.contactRows(tx, id);
  const team = await store.visibleTeam(tx, id);
  const members = snapshot.teamOf(id, tx.now).filter((member) => team.has(member.personId));
  const reach = await store.detailsOf(
    tx,
    [...contacts, ...members].map((one) => one.personId),
  );
  const person = (personId: string) => {
    const found = snapshot.persons.get(personId);
    return { personId, name: found ? named(found) : { zh: '', en: '' }, title: found?.title ?? '' };
  };
  const desk = pack.groups.find((group) => group.id === route.deskGroup);
  const subgroup = snapshot.groups.get(route.subgroup);
  const [row] = await rowsOf(sight, [body]);
  return {
    organisation: row!,
    superior: ref(chain[0]?.id === body.superiorId ? chain[0] : null),
    authority: ref(route.authority),
    chain: refs(chain),
    subordinates: refs(below),
    phone: body.phone,
    fax: body.fax,
    email: body.email,
    address: rest.address,
    note: rest.note,
    validFrom: body.validFrom,
    validTo: body.validTo,
    successor: ref(body.successorId ? snapshot.organisations.get(body.successorId) : null),
    posts: await postViews(sight, snapshot.postsOf(id)),
    contacts: contacts.map(({ personId, confirmedAt }) => ({
      ...person(personId),
      phone: reach.get(personId)?.phone ?? null,
      fax: reach.get(personId)?.fax ?? null,
      mobile: reach.get(personId)?.mobile ?? null,
      email: reach.get(personId)?.email ?? null,
      confirmedAt: confirmedAt?.toISOString() ?? null,
    })),
    team: members.map((member) => ({
      ...person(member.personId),
      function: member.function,
      phone: reach.get(member.personId)?.phone ?? null,
    })),
    systems: (await store.systemRows(tx, id)).map(({ nameZh, nameEn, ...system }) => ({
      ...system,
      name: named({ nameZh, nameEn }),
    })),
    route: {
      desk: route.deskGroup === pack.desk.group ? pack.desk.name : (desk?.name ?? pack.desk.name),
      authority: ref(route.authority),
      subgroup: {
        code: route.subgroup,
        name: subgroup ? named(subgroup) : { zh: route.subgroup, en: route.subgroup },
        convenedBy: ref(route.conveningBody),
      },
    },
  };
}

/** Every group with its posts, in the pack's order, then those the directory added. */
export async function listGroups(sight: Sight): Promise<z.output<typeof contract.groupView>[]> {
  const { tx, pack, snapshot } = sight;
  const place = new Map(pack.groups.map((group, index) => [group.id, index]));
  const rows = (await store.groupRows(tx)).sort(
    (a, b) => (place.get(a.code) ?? MANY) - (place.get(b.code) ?? MANY),
  );
  const bodies = rows.flatMap((row) => [
    snapshot.groups.get(row.code)?.conveningBody ?? null,
    ...row.supportedBy,
  ]);
  const known = await store.visibleOrganisations(
    tx,
    bodies.filter((id) => id !== null),
  );
  const ref = (id: string | null) => {
    const body = id !== null && known.has(id) ? snapshot.organisations.get(id) : undefined;
    return body ? refOf(body) : null;
  };
  const inGroups = [...snapshot.posts.values()].filter((post) => post.groupCode !== null);
  const posts = Map.groupBy(await postViews(sight, inGroups), (post) => post.groupCode);
  return rows.flatMap((row) => {
    const group = snapshot.groups.get(row.code);
    if (!group) return [];
    return [
      {
        code: group.code,
        kind: group.kind,
        name: named(group),
        partOf: row.partOf,
        convenedBy: ref(group.conveningBody),
        supportedBy: row.supportedBy.map(ref).filter((one) => one !== null),
        posts: posts.get(group.code) ?? [],
      },
    ];
  });
}

/**
 * What would keep reports and notices from arriving, among the bodies whose details the reader may see: the worst
 * first, at most 500 of each (DEC-10, H41, S7.12.1).
 */
export async function coverage(sight: Sight): Promise<z.output<typeof contract.coverageView>> {
  const { tx, pack, snapshot } = sight;
  const day = dayAt(pack, tx.now);
  const keys = new Set(tx.actor.keys);
  const mine = [...snapshot.organisations.values()].filter(
    (body) =>
      existsOn(body, day) && detailsSeenBy(snapshot, pack, body.id, tx.now).some((key) => keys.has(key)),
  );
  const visible = await store.visibleOrganisations(
    tx,
    mine.map((body) => body.id),
  );
  const bodies = mine.filter((body) => visible.has(body.id));
  const gapsOf = coverageOn(snapshot, pack, day, tx.now);
  const lacking = bodies
    .map((body) => ({ body, gaps: gapsOf(body.id) }))
    .filter(({ gaps }) => gaps.length > 0)
    .sort((a, b) => b.gaps.length - a.gaps.length || (a.body.code < b.body.code ? -1 : 1))
    .slice(0, MANY);
  const rows = await rowsOf(
    sight,
    lacking.map(({ body }) => body),
  );
  const vacant = bodies
    .flatMap((body) => snapshot.postsOf(body.id))
    .filter((post) => snapshot.holders(post.id, tx.now).length === 0)
    .slice(0, MANY);
  const known = await store.visiblePosts(
    tx,
    vacant.map((post) => post.id),
  );
  return {
    total: bodies.length,
    rows: rows.map((organisation, index) => ({ organisation, gaps: lacking[index]!.gaps })),
    vacantPosts: vacant
      .filter((post) => known.has(post.id))
      .map((post) => {
        const person = snapshot.persons.get(standIns(snapshot, post.id, tx.now).people[0]?.personId ?? '');
        const body = snapshot.organisations.get(post.organisationId)!;
        return {
          id: post.id,
          name: named(post),
          role: post.role,
          organisation: refOf(body),
          standIn: person ? named(person) : null,
        };
      }),
  };
}
