/**
 * From what somebody wants the directory to say to the rows that must change, with every reason why not. Pure: ids
 * and the time are arguments, what is there already is given as rows.
 */
import { z } from 'zod';
import { type Pack, sectorRouting } from '../mechanism/index.ts';
import type { FieldErrorCode, FieldRefusal } from '../platform/errors.ts';
import { refusalOf } from '../platform/http/problem.ts';
import * as contract from './contract.ts';
import type { DirectorySnapshot } from './snapshot.ts';

/** What is to be said; everything named by code. */
export interface DirectoryRows {
  readonly organisations?: readonly contract.OrganisationInput[];
  readonly groups?: readonly contract.GroupInput[];
  readonly posts?: readonly contract.PostInput[];
  readonly persons?: readonly contract.PersonInput[];
  readonly holdings?: readonly contract.HoldingInput[];
  readonly contacts?: readonly contract.ContactInput[];
  readonly teamMembers?: readonly contract.TeamMemberInput[];
  readonly systems?: readonly contract.SystemInput[];
}

/** A row of one table by column name; dates as ISO text. */
export type Row = Readonly<Record<string, unknown>>;

/** Rows already there that the input mentions. */
export interface Existing {
  readonly organisations: readonly Row[];
  readonly groups: readonly Row[];
  readonly posts: readonly Row[];
  readonly persons: readonly Row[];
  readonly holdings: readonly Row[];
  readonly contacts: readonly Row[];
  readonly team_members: readonly Row[];
  readonly systems: readonly Row[];
}
export type PlannedTable = keyof Existing | 'person_details';

/** One object that is made or changed; `fields` are column names and say nothing personal. */
export interface Change {
  readonly table: keyof Existing;
  /** Its id; a group's is its code. */
  readonly id: string;
  /** How people call it. */
  readonly label: string;
  readonly kind: 'created' | 'changed';
  readonly fields: readonly string[];
  readonly row: Row;
}

export interface Plan {
  readonly rows: Readonly<Record<PlannedTable, readonly Row[]>>;
  readonly changes: readonly Change[];
  readonly faults: readonly FieldRefusal[];
  /** Ids by code, of everything the input names. */
  readonly organisations: ReadonlyMap<string, string>;
  readonly posts: ReadonlyMap<string, string>;
  readonly persons: ReadonlyMap<string, string>;
}

const DETAIL_COLUMNS = ['email', 'phone', 'mobile', 'fax'] as const;

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

/** Collects faults, changes and rows while one load is planned. */
class Planner {
  readonly faults: FieldRefusal[] = [];
  readonly changes: Change[] = [];
  readonly rows: Record<PlannedTable, Row[]> = {
    organisations: [],
    groups: [],
    posts: [],
    persons: [],
    person_details: [],
    holdings: [],
    contacts: [],
    team_members: [],
    systems: [],
  };

  fault(path: string, code: FieldErrorCode, params?: FieldRefusal['params']): void {
    this.faults.push({ path, code, ...(params ? { params } : {}) });
  }

  /** The rows that keep their schema; the others are named as faults. */
  parse<T extends z.ZodType>(
    list: string,
    schema: T,
    given: readonly unknown[] = [],
  ): [number, z.output<T>][] {
    return given.flatMap((row, index): [number, z.output<T>][] => {
      const result = z.safeParse(schema, row, { reportInput: true });
      if (result.success) return [[index, result.data]];
      this.faults.push(...refusalOf(result.error, [list, index]).fields);
      return [];
    });
  }

  /** Keeps the row if it is new or differs from the one there. */
  put(table: keyof Existing, row: Row, old: Row | undefined, label: string): void {
    const fields = Object.keys(row).filter((column) => !old || !isSame(row[column], old[column]));
    if (old && fields.length === 0) return;
    const id = String(row['id'] ?? row['code']);
    this.changes.push({ table, id, label, kind: old ? 'changed' : 'created', fields, row });
    if (table !== 'persons') {
      this.rows[table].push(row);
      return;
    }
    // What reaches a person is kept apart from who he is.
    const person = Object.entries(row).filter(([column]) => !DETAIL_COLUMNS.includes(column as never));
    this.rows.persons.push(Object.fromEntries(person));
    const details = DETAIL_COLUMNS.map((column) => [column, row[column]] as const);
    this.rows.person_details.push({ person_id: row['id'], ...Object.fromEntries(details) });
  }
}

function byCode(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row['code'] as string, row]));
}

/** Refuses a code given twice in one list. */
function uniqueCodes(planner: Planner, list: string, rows: readonly [number, { code: string }][]): void {
  const seen = new Set<string>();
  for (const [index, { code }] of rows) {
    if (seen.has(code)) planner.fault(`${list}.${index}.code`, 'duplicate');
    seen.add(code);
  }
}

function iso(moment: string | null): string | null {
  return moment === null ? null : new Date(moment).toISOString();
}

/**
 * Plans a load. Nothing may be written when `faults` is not empty: they name each field by its place in the input
 * (`organisations.3.superior`). Checks that references exist, that nobody is above himself, that sectors are the
 * pack's, that days and times are in order, that a post has no more holders than it may, and that whoever holds a
 * post can be reached by mail. Answers S2.1, S8.1.2, DEC-22.
 */
export function planLoad(given: {
  readonly pack: Pack;
  readonly snapshot: DirectorySnapshot;
  readonly existing: Existing;
  readonly rows: DirectoryRows;
  readonly now: Date;
  readonly today: string;
  readonly newId: () => string;
}): Plan {
  const { pack, snapshot, existing, rows, now, today, newId } = given;
  const planner = new Planner();
  const fault = planner.fault.bind(planner);

  // Organisations
  const organisations = planner.parse('organisations', contract.organisationInput, rows.organisations);
  uniqueCodes(planner, 'organisations', organisations);
  const oldOrganisations = byCode(existing.organisations);
  const organisationIds = new Map<string, string>();
  for (const [code, row] of oldOrganisations) organisationIds.set(code, row['id'] as string);
  for (const [, { code }] of organisations) {
    if (!organisationIds.has(code)) organisationIds.set(code, newId());
  }
  const organisationId = (path: string, code: string | null): string | null => {
    if (code === null) return null;
    const id = organisationIds.get(code);
    if (id === undefined) fault(path, 'bad-choice', { given: code });
    return id ?? null;
  };
  const sectors = new Set(pack.sectors.map((sector) => sector.id));
  const above = new Map<string, string | null>();
  const successors = new Map<string, string | null>();
  for (const [index, input] of organisations) {
    const at = `organisations.${index}`;
    const old = oldOrganisations.get(input.code);
    const id = organisationIds.get(input.code)!;
    for (const [place, sector] of input.sectors.entries()) {
      if (!sectors.has(sector)) fault(`${at}.sectors.${place}`, 'bad-choice', { given: sector });
      if (input.sectors.indexOf(sector) !== place) fault(`${at}.sectors.${place}`, 'duplicate');
    }
    const validFrom = input.validFrom ?? (old?.['valid_from'] as string | undefined) ?? today;
    if (input.validTo !== null && input.validTo < validFrom) fault(`${at}.validTo`, 'bad-date');
    if (input.successor !== null && input.validTo === null) fault(`${at}.validTo`, 'required');
    const routing = sectorRouting(pack, input.sectors);
    const superior = organisationId(`${at}.superior`, input.superior);
    const authority = organisationId(`${at}.authority`, input.authority);
    const successor = organisationId(`${at}.successor`, input.successor);
    if (authority === id) fault(`${at}.authority`, 'invalid', { reason: 'itself' });
    above.set(id, superior);
    successors.set(id, successor);
    const row = {
      id,
      code: input.code,
      name_zh: input.nameZh,
      name_en: input.nameEn || input.nameZh,
      kind: input.kind,
      superior_id: superior,
      authority_id: authority,
      successor_id: successor,
      primary_sector: routing.primary ?? input.sectors[0],
      sectors: input.sectors,
      compartment: routing.compartment,
      county: input.county,
      phone: input.phone,
      fax: input.fax,
      email: input.email,
      address: input.address,
      note: input.note,
      valid_from: validFrom,
      valid_to: input.validTo,
    };
    planner.put('organisations', row, old, input.code);
  }
  for (const [index, input] of organisations) {
    const id = organisationIds.get(input.code)!;
    const superiorOf = (one: string) =>
      above.has(one) ? above.get(one)! : (snapshot.organisations.get(one)?.superiorId ?? null);
    const successorOf = (one: string) =>
      successors.has(one) ? successors.get(one)! : (snapshot.organisations.get(one)?.successorId ?? null);
    if (leadsBack(id, superiorOf)) fault(`organisations.${index}.superior`, 'invalid', { reason: 'loop' });
    if (leadsBack(id, successorOf)) fault(`organisations.${index}.successor`, 'invalid', { reason: 'loop' });
  }

  // Groups
  const groups = planner.parse('groups', contract.groupInput, rows.groups);
  uniqueCodes(planner, 'groups', groups);
  const oldGroups = byCode(existing.groups);
  const knownGroups = new Set([...snapshot.groups.keys(), ...groups.map(([, group]) => group.code)]);
  for (const [index, input] of groups) {
    const at = `groups.${index}`;
    if (input.partOf !== null && !knownGroups.has(input.partOf)) fault(`${at}.partOf`, 'bad-choice');
    const row = {
      code: input.code,
      kind: input.kind,
      name_zh: input.nameZh,
      name_en: input.nameEn || input.nameZh,
      part_of: input.partOf,
      convening_body: organisationId(`${at}.convenedBy`, input.convenedBy),
      supporting_bodies: input.supportedBy.map((code, place) =>
        organisationId(`${at}.supportedBy.${place}`, code),
      ),
    };
    planner.put('groups', row, oldGroups.get(input.code), input.code);
  }

  // Persons
  const persons = planner.parse('persons', contract.personInput, rows.persons);
  uniqueCodes(planner, 'persons', persons);
  const oldPersons = byCode(existing.persons);
  const personIds = new Map<string, string>();
  const emails = new Map<string, string>();
  const phones = new Map<string, string>();
  for (const [code, row] of oldPersons) {
    personIds.set(code, row['id'] as string);
    emails.set(code, row['email'] as string);
    phones.set(code, `${row['phone']}${row['mobile']}`);
  }
  for (const [index, input] of persons) {
    const old = oldPersons.get(input.code);
    const id = personIds.get(input.code) ?? newId();
    personIds.set(input.code, id);
    emails.set(input.code, input.email);
    phones.set(input.code, `${input.phone}${input.mobile}`);
    const row = {
      id,
      code: input.code,
      organisation_id: organisationId(`persons.${index}.organisation`, input.organisation),
      name_zh: input.nameZh,
      name_en: input.nameEn,
      title: input.title,
      language: input.language,
      email: input.email,
      phone: input.phone,
      mobile: input.mobile,
      fax: input.fax,
    };
    planner.put('persons', row, old, input.code);
  }
  const personId = (path: string, code: string): string => {
    const id = personIds.get(code);
    if (id === undefined) fault(path, 'bad-choice', { given: code });
    return id ?? '';
  };

  // Posts
  const posts = planner.parse('posts', contract.postInput, rows.posts);
  uniqueCodes(planner, 'posts', posts);
  const holdings = planner.parse('holdings', contract.holdingInput, rows.holdings);
  const givenHolders = new Map<string, number>();
  for (const [, { post, acting }] of holdings) {
    if (!acting) givenHolders.set(post, (givenHolders.get(post) ?? 0) + 1);
  }
  const oldPosts = byCode(existing.posts);
  const postIds = new Map<string, string>();
  const limits = new Map<string, number>();
  for (const [code, row] of oldPosts) {
    postIds.set(code, row['id'] as string);
    limits.set(code, row['max_holders'] as number);
  }
  for (const [index, input] of posts) {
    const at = `posts.${index}`;
    const old = oldPosts.get(input.code);
    const id = postIds.get(input.code) ?? newId();
    postIds.set(input.code, id);
    const max =
      input.max ??
      Math.max((old?.['max_holders'] as number | undefined) ?? 1, givenHolders.get(input.code) ?? 1);
    limits.set(input.code, max);
    const validFrom = input.validFrom ?? (old?.['valid_from'] as string | undefined) ?? today;
    if (input.validTo !== null && input.validTo < validFrom) fault(`${at}.validTo`, 'bad-date');
    if (input.group !== null && !knownGroups.has(input.group)) fault(`${at}.group`, 'bad-choice');
    const row = {
      id,
      code: input.code,
      name_zh: input.nameZh,
      name_en: input.nameEn || input.nameZh,
      role: input.role,
      organisation_id: organisationId(`${at}.organisation`, input.organisation),
      group_code: input.group,
      max_holders: max,
      press: input.press,
      valid_from: validFrom,
      valid_to: input.validTo,
    };
    planner.put('posts', row, old, input.code);
  }

  // Holdings: one of the same person and post that still runs is changed, else a new one begins.
  const heldBy = new Map<string, Row[]>();
  for (const row of existing.holdings) {
    const held = heldBy.get(row['post_id'] as string) ?? [];
    held.push(row);
    heldBy.set(row['post_id'] as string, held);
  }
  const lastPlaces = new Map<string, number>();
  for (const [index, input] of holdings) {
    const at = `holdings.${index}`;
    const post = postIds.get(input.post);
    if (post === undefined) fault(`${at}.post`, 'bad-choice', { given: input.post });
    const person = personId(`${at}.person`, input.person);
    if (emails.get(input.person) === '') fault(`${at}.person`, 'bad-email');
    if (post === undefined || !person) continue;
    const others = heldBy.get(post) ?? [];
    const old = others.find((row) => row['person_id'] === person && isLive(row['held_to'], now));
    const row = {
      id: (old?.['id'] as string | undefined) ?? newId(),
      post_id: post,
      person_id: person,
      acting: input.acting,
      held_from: iso(input.from ?? null) ?? (old?.['held_from'] as string | undefined) ?? now.toISOString(),
      held_to: iso(input.to),
    };
    if (row.held_to !== null && row.held_to <= row.held_from) fault(`${at}.to`, 'bad-date');
    heldBy.set(post, [...others.filter((one) => one !== old), row]);
    lastPlaces.set(input.post, index);
    planner.put('holdings', row, old, `${input.post} ← ${input.person}`);
  }
  for (const [post, index] of lastPlaces) {
    const max = limits.get(post) ?? 1;
    if (mostAtOnce(heldBy.get(postIds.get(post)!) ?? []) > max) {
      fault(`holdings.${index}.post`, 'too-many', { max });
    }
  }

  // Contacts (附表二)
  const contacts = planner.parse('contacts', contract.contactInput, rows.contacts);
  const contactsOf = Map.groupBy(existing.contacts, (row) => row['organisation_id'] as string);
  const places = new Map<string, number>();
  for (const [index, input] of contacts) {
    const at = `contacts.${index}`;
    const organisation = organisationId(`${at}.organisation`, input.organisation);
    const person = personId(`${at}.person`, input.person);
    if (emails.get(input.person) === '' && phones.get(input.person) === '') fault(`${at}.person`, 'required');
    if (organisation === null || !person) continue;
    const others = contactsOf.get(organisation) ?? [];
    const old = others.find((row) => row['person_id'] === person && isLive(row['valid_to'], now));
    const taken = places.get(organisation) ?? Math.max(0, ...others.map((row) => row['ordinal'] as number));
    const ordinal = input.ordinal ?? (old?.['ordinal'] as number | undefined) ?? taken + 1;
    places.set(organisation, Math.max(taken, ordinal));
    const row = {
      id: (old?.['id'] as string | undefined) ?? newId(),
      organisation_id: organisation,
      person_id: person,
      ordinal,
      confirmed_at: iso(input.confirmedAt) ?? (old?.['confirmed_at'] as string | null | undefined) ?? null,
      valid_from: iso(input.from ?? null) ?? (old?.['valid_from'] as string | undefined) ?? now.toISOString(),
      valid_to: iso(input.to),
    };
    if (row.valid_to !== null && row.valid_to <= row.valid_from) fault(`${at}.to`, 'bad-date');
    planner.put('contacts', row, old, `${input.organisation} ← ${input.person}`);
  }

  // Handling teams (S7.12.1)
  const members = planner.parse('teamMembers', contract.teamMemberInput, rows.teamMembers);
  const keyOfMember = (organisation: unknown, person: unknown, part: unknown) =>
    `${organisation} ${person} ${part}`;
  const oldMembers = new Map(
    existing.team_members
      .filter((row) => isLive(row['member_to'], now))
      .map((row) => [keyOfMember(row['organisation_id'], row['person_id'], row['function']), row]),
  );
  for (const [index, input] of members) {
    const at = `teamMembers.${index}`;
    const organisation = organisationId(`${at}.organisation`, input.organisation);
    const person = personId(`${at}.person`, input.person);
    const old = oldMembers.get(keyOfMember(organisation, person, input.function));
    const row = {
      id: (old?.['id'] as string | undefined) ?? newId(),
      organisation_id: organisation,
      person_id: person,
      function: input.function,
      member_from:
        iso(input.from ?? null) ?? (old?.['member_from'] as string | undefined) ?? now.toISOString(),
      member_to: iso(input.to),
    };
    if (row.member_to !== null && row.member_to <= row.member_from) fault(`${at}.to`, 'bad-date');
    planner.put('team_members', row, old, `${input.organisation} ← ${input.person}`);
  }

  // Systems (S7.13.1.3)
  const systems = planner.parse('systems', contract.systemInput, rows.systems);
  const oldSystems = new Map(
    existing.systems.map((row) => [`${row['organisation_id']} ${row['name_zh']}`, row] as const),
  );
  const grades = new Set(pack.securityGrades.map((grade) => grade.id));
  for (const [index, input] of systems) {
    const at = `systems.${index}`;
    const organisation = organisationId(`${at}.organisation`, input.organisation);
    if (!grades.has(input.securityGrade))
      fault(`${at}.securityGrade`, 'bad-choice', { choices: [...grades] });
    const old = oldSystems.get(`${organisation} ${input.nameZh}`);
    const row = {
      id: (old?.['id'] as string | undefined) ?? newId(),
      organisation_id: organisation,
      name_zh: input.nameZh,
      name_en: input.nameEn,
      security_grade: input.securityGrade,
      make_model: input.makeModel,
      os_name: input.osName,
      os_version: input.osVersion,
      os_serial: input.osSerial,
      ips: input.ips,
      domains: input.domains,
      urls: input.urls,
      mechanisms: input.mechanisms,
    };
    planner.put('systems', row, old, `${input.organisation}: ${input.nameZh}`);
  }

  return {
    rows: planner.rows,
    changes: planner.changes,
    faults: planner.faults,
    organisations: organisationIds,
    posts: postIds,
    persons: personIds,
  };
}

/** True when following `next` from `id` comes back to it. */
function leadsBack(id: string, next: (id: string) => string | null): boolean {
  const seen = new Set<string>();
  for (let one = next(id); one !== null && !seen.has(one); one = next(one)) {
    if (one === id) return true;
    seen.add(one);
  }
  return false;
}

function isLive(end: unknown, now: Date): boolean {
  return end === null || (end as string) > now.toISOString();
}

/** The largest number of holdings that run at the same moment; acting holders stand beside and do not count. */
function mostAtOnce(holdings: readonly Row[]): number {
  const steps = holdings
    .filter((row) => !row['acting'])
    .flatMap((row): [string, number][] => [
      [row['held_from'] as string, 1],
      ...(row['held_to'] === null ? [] : [[row['held_to'] as string, -1] as [string, number]]),
    ])
    // At the same moment one ends before the next begins.
    .sort(([a, up], [b, down]) => (a < b ? -1 : a > b ? 1 : up - down));
  let running = 0;
  let most = 0;
  for (const [, step] of steps) {
    running += step;
    most = Math.max(most, running);
  }
  return most;
}
