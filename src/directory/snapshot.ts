/**
 * The directory as the rules see it: who is above whom, which posts there are, who holds them.
 * Pure: built from plain rows, so that rules and tests need no database.
 */
import { directory as en } from '../locales/en/directory.ts';
import { directory as zh } from '../locales/zh-Hant/directory.ts';
import type { Role } from '../mechanism/vocabulary.ts';

export interface SnapshotOrganisation {
  readonly id: string;
  readonly code: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly kind: string;
  readonly superiorId: string | null;
  readonly authorityId: string | null;
  readonly successorId: string | null;
  /** The primary sector first. */
  readonly sectors: readonly string[];
  readonly compartment: string | null;
  readonly county: string | null;
  readonly phone: string;
  readonly fax: string;
  readonly email: string;
  /** ISO dates; both ends included. */
  readonly validFrom: string;
  readonly validTo: string | null;
}

export interface SnapshotPost {
  readonly id: string;
  readonly code: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly role: Role;
  readonly organisationId: string;
  readonly groupCode: string | null;
  readonly press: boolean;
  readonly max: number;
}

export interface SnapshotGroup {
  readonly code: string;
  readonly kind: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly conveningBody: string | null;
}

export interface SnapshotHolding {
  readonly postId: string;
  readonly personId: string;
  readonly acting: boolean;
  readonly from: Date;
  readonly to: Date | null;
}

export interface SnapshotPerson {
  readonly id: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly title: string;
  readonly organisationId: string;
  readonly email: string;
  readonly phone: string;
  readonly mobile: string;
  readonly fax: string;
  readonly language: string;
}

/** One person of a body's handling team (S7.12.1). */
export interface SnapshotTeamMember {
  readonly organisationId: string;
  readonly personId: string;
  readonly function: 'head' | 'prevention' | 'crisis' | 'both';
  readonly from: Date;
  readonly to: Date | null;
}

/** One entry of the contact network (S8.1.2), in the body's own order. */
export interface SnapshotContact {
  readonly organisationId: string;
  readonly personId: string;
  readonly ordinal: number;
  readonly from: Date;
  readonly to: Date | null;
}

/** A part of a post's roster: who is on duty from–to; withdrawn ones are not here. */
export interface SnapshotShift {
  readonly id: string;
  readonly postId: string;
  readonly personId: string;
  readonly place: 'first' | 'second';
  readonly from: Date;
  readonly to: Date;
}

/** When somebody of a roster cannot serve. */
export interface SnapshotAbsence {
  readonly postId: string;
  readonly personId: string;
  readonly from: Date;
  readonly to: Date;
}

/** The rosters around the present, with a version of their own. */
export interface SnapshotRosters {
  readonly version: number;
  readonly shifts: readonly SnapshotShift[];
  readonly absences: readonly SnapshotAbsence[];
}

export interface SnapshotRows {
  readonly version: number;
  readonly organisations: readonly SnapshotOrganisation[];
  readonly groups: readonly SnapshotGroup[];
  readonly posts: readonly SnapshotPost[];
  readonly holdings: readonly SnapshotHolding[];
  readonly persons: readonly SnapshotPerson[];
  readonly teamMembers?: readonly SnapshotTeamMember[];
  readonly contacts?: readonly SnapshotContact[];
  readonly rosters?: SnapshotRosters;
}

/** True while something that runs from `from` (included) to `to` (excluded) runs. */
export function isRunning(period: { readonly from: Date; readonly to: Date | null }, at: Date): boolean {
  return period.from <= at && (period.to === null || period.to > at);
}

/**
 * The post in which the members of a body's handling team serve (S7.13.2.5). It stands in no table: membership is what
 * holds it. Its id is the body's, as a UUID of version 8, so that every process and every year reads it alike.
 */
function teamPostOf(body: SnapshotOrganisation): SnapshotPost {
  const isUuid = body.id.length === 36;
  return {
    id: isUuid ? `${body.id.slice(0, 14)}8${body.id.slice(15)}` : `${body.id}-team`,
    code: `team-${body.code}`,
    nameZh: zh.teamMember,
    nameEn: en.teamMember,
    role: 'team-member',
    organisationId: body.id,
    groupCode: null,
    press: false,
    max: 1000,
  };
}

/** The whole directory at one version, indexed for routing. */
export class DirectorySnapshot {
  readonly version: number;
  readonly organisations: ReadonlyMap<string, SnapshotOrganisation>;
  readonly groups: ReadonlyMap<string, SnapshotGroup>;
  readonly posts: ReadonlyMap<string, SnapshotPost>;
  readonly persons: ReadonlyMap<string, SnapshotPerson>;
  readonly #postsByOrganisation: ReadonlyMap<string, readonly SnapshotPost[]>;
  readonly #postsByRole: ReadonlyMap<string, readonly SnapshotPost[]>;
  readonly #holdingsByPost: ReadonlyMap<string, readonly SnapshotHolding[]>;
  readonly #holdingsByPerson: ReadonlyMap<string, readonly SnapshotHolding[]>;
  readonly #teamByOrganisation: ReadonlyMap<string, readonly SnapshotTeamMember[]>;
  readonly #teamsByPerson: ReadonlyMap<string, readonly SnapshotTeamMember[]>;
  readonly #contactsByOrganisation: ReadonlyMap<string, readonly SnapshotContact[]>;
  #teamPosts: ReadonlyMap<string, SnapshotPost> | undefined;
  #organisationsByCode: ReadonlyMap<string, SnapshotOrganisation> | undefined;
  #postsByCode: ReadonlyMap<string, SnapshotPost> | undefined;
  #below: ReadonlyMap<string | null, readonly SnapshotOrganisation[]> | undefined;
  #shiftsByPost: ReadonlyMap<string, readonly SnapshotShift[]> = new Map();
  #absencesByPost: ReadonlyMap<string, readonly SnapshotAbsence[]> = new Map();
  #rosterVersion = 0;

  constructor(rows: SnapshotRows | DirectorySnapshot) {
    this.version = rows.version;
    if (rows instanceof DirectorySnapshot) {
      this.organisations = rows.organisations;
      this.groups = rows.groups;
      this.posts = rows.posts;
      this.persons = rows.persons;
      this.#postsByOrganisation = rows.#postsByOrganisation;
      this.#postsByRole = rows.#postsByRole;
      this.#holdingsByPost = rows.#holdingsByPost;
      this.#holdingsByPerson = rows.#holdingsByPerson;
      this.#teamByOrganisation = rows.#teamByOrganisation;
      this.#teamsByPerson = rows.#teamsByPerson;
      this.#contactsByOrganisation = rows.#contactsByOrganisation;
      return;
    }
    if (rows.rosters) this.#keep(rows.rosters);
    this.organisations = new Map(rows.organisations.map((row) => [row.id, row]));
    this.groups = new Map(rows.groups.map((row) => [row.code, row]));
    this.posts = new Map(rows.posts.map((row) => [row.id, row]));
    this.persons = new Map(rows.persons.map((row) => [row.id, row]));
    this.#postsByOrganisation = Map.groupBy(rows.posts, (row) => row.organisationId);
    this.#postsByRole = Map.groupBy(rows.posts, (row) => row.role);
    this.#holdingsByPost = Map.groupBy(rows.holdings, (row) => row.postId);
    this.#holdingsByPerson = Map.groupBy(rows.holdings, (row) => row.personId);
    this.#teamByOrganisation = Map.groupBy(rows.teamMembers ?? [], (row) => row.organisationId);
    this.#teamsByPerson = Map.groupBy(rows.teamMembers ?? [], (row) => row.personId);
    this.#contactsByOrganisation = Map.groupBy(rows.contacts ?? [], (row) => row.organisationId);
  }

  #keep({ version, shifts, absences }: SnapshotRosters): void {
    this.#rosterVersion = version;
    this.#shiftsByPost = Map.groupBy(shifts, (row) => row.postId);
    this.#absencesByPost = Map.groupBy(absences, (row) => row.postId);
  }

  /** The same directory with other rosters; costs nothing but them. */
  withRosters(rosters: SnapshotRosters): DirectorySnapshot {
    const copy = new DirectorySnapshot(this);
    copy.#keep(rosters);
    return copy;
  }

  /** The version of the rosters in this copy. */
  get rosterVersion(): number {
    return this.#rosterVersion;
  }

  /** The shifts of a post around the present (yesterday to the week to come), withdrawn ones left out. */
  shiftsOf(postId: string): readonly SnapshotShift[] {
    return this.#shiftsByPost.get(postId) ?? [];
  }

  /** The absences that touch the roster of a post around the present. */
  absencesOf(postId: string): readonly SnapshotAbsence[] {
    return this.#absencesByPost.get(postId) ?? [];
  }

  /** The body with this code; codes are stable and unique. */
  organisationByCode(code: string): SnapshotOrganisation | undefined {
    this.#organisationsByCode ??= new Map([...this.organisations.values()].map((row) => [row.code, row]));
    return this.#organisationsByCode.get(code);
  }

  /** The post with this code. */
  postByCode(code: string): SnapshotPost | undefined {
    this.#postsByCode ??= new Map([...this.posts.values()].map((row) => [row.code, row]));
    return this.#postsByCode.get(code);
  }

  /** Bodies directly below an organisation (ended ones too); of `null`, those at the top. */
  subordinates(organisationId: string | null): readonly SnapshotOrganisation[] {
    this.#below ??= Map.groupBy(this.organisations.values(), (row) => row.superiorId);
    return this.#below.get(organisationId) ?? [];
  }

  /** The body itself and everything below it. */
  subtree(organisationId: string): ReadonlySet<string> {
    const found = new Set([organisationId]);
    for (const id of found) for (const below of this.subordinates(id)) found.add(below.id);
    return found;
  }

  /** The handling team (資通安全處理小組) at `at`, its head first (S7.12.1). */
  teamOf(organisationId: string, at: Date): readonly SnapshotTeamMember[] {
    return (this.#teamByOrganisation.get(organisationId) ?? [])
      .filter((member) => isRunning(member, at))
      .sort((a, b) => Number(b.function === 'head') - Number(a.function === 'head'));
  }

  /** The contact network's entries for a body at `at`, in their order (S8.1.2). */
  contactsOf(organisationId: string, at: Date): readonly SnapshotContact[] {
    return (this.#contactsByOrganisation.get(organisationId) ?? [])
      .filter((contact) => isRunning(contact, at))
      .sort((a, b) => a.ordinal - b.ordinal);
  }

  /** Every holding of a post, ended and future ones too. */
  holdingsOf(postId: string): readonly SnapshotHolding[] {
    return this.#holdingsByPost.get(postId) ?? [];
  }

  postsOf(organisationId: string): readonly SnapshotPost[] {
    return this.#postsByOrganisation.get(organisationId) ?? [];
  }

  postsWithRole(role: Role): readonly SnapshotPost[] {
    return this.#postsByRole.get(role) ?? [];
  }

  /** Those who hold the post at `at`, holders before acting holders; empty when vacant. */
  holders(postId: string, at: Date): readonly SnapshotHolding[] {
    return (this.#holdingsByPost.get(postId) ?? [])
      .filter((holding) => isRunning(holding, at))
      .sort((a, b) => Number(a.acting) - Number(b.acting));
  }

  /** The post with this id, a handling team's too, of whatever time. */
  postById(id: string): SnapshotPost | undefined {
    const post = this.posts.get(id);
    if (post) return post;
    this.#teamPosts ??= new Map(
      [...this.organisations.values()].map(teamPostOf).map((team) => [team.id, team]),
    );
    return this.#teamPosts.get(id);
  }

  /** The posts a person holds at `at`: those he was given, then those of the handling teams he belongs to. */
  postsHeldBy(personId: string, at: Date): readonly SnapshotPost[] {
    const held = (this.#holdingsByPerson.get(personId) ?? [])
      .filter((holding) => isRunning(holding, at))
      .map((holding) => this.posts.get(holding.postId))
      .filter((post) => post !== undefined);
    const teams = (this.#teamsByPerson.get(personId) ?? [])
      .filter((member) => isRunning(member, at))
      .map((member) => this.organisations.get(member.organisationId))
      .filter((body) => body !== undefined)
      .map(teamPostOf);
    return teams.length === 0 ? held : [...held, ...new Map(teams.map((team) => [team.id, team])).values()];
  }

  /** Posts a person will hold after `at`. */
  postsToCome(personId: string, at: Date): readonly SnapshotPost[] {
    return (this.#holdingsByPerson.get(personId) ?? [])
      .filter((holding) => holding.from > at)
      .map((holding) => this.posts.get(holding.postId))
      .filter((post) => post !== undefined);
  }

  /** Bodies above an organisation, nearest first; stops at a loop rather than running for ever (S2.1). */
  superiors(organisationId: string): readonly SnapshotOrganisation[] {
    const chain: SnapshotOrganisation[] = [];
    const seen = new Set([organisationId]);
    let above = this.organisations.get(organisationId)?.superiorId ?? null;
    while (above !== null && !seen.has(above)) {
      seen.add(above);
      const body = this.organisations.get(above);
      if (!body) break;
      chain.push(body);
      above = body.superiorId;
    }
    return chain;
  }
}
