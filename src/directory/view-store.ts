/** The SQL behind the directory's screens; every statement sees through the reader's own keys. */
import type { Tx } from '../platform/transaction.ts';

async function ids(
  tx: Tx,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<ReadonlySet<string>> {
  return new Set((await tx.prepared<{ id: string }>(name, text, values)).map((row) => row.id));
}

/** Which of these bodies the reader may know of. */
export function visibleOrganisations(tx: Tx, among: readonly string[]): Promise<ReadonlySet<string>> {
  return ids(tx, 'view-organisations', 'select id from organisations where id = any ($1)', [among]);
}

/** Which of these posts the reader may know of. */
export function visiblePosts(tx: Tx, among: readonly string[]): Promise<ReadonlySet<string>> {
  return ids(tx, 'view-posts', 'select id from posts where id = any ($1)', [among]);
}

/** Address and note of a body, which routing does not need. */
export async function organisationRest(
  tx: Tx,
  id: string,
): Promise<{ address: string; note: string } | null> {
  const rows = await tx.prepared<{ address: string; note: string }>(
    'view-organisation-rest',
    'select address, note from organisations where id = $1',
    [id],
  );
  return rows[0] ?? null;
}

export interface PersonDetails {
  readonly personId: string;
  readonly email: string;
  readonly phone: string;
  readonly mobile: string;
  readonly fax: string;
}

/** How to reach those of these persons whose details the reader may see. */
export async function detailsOf(tx: Tx, persons: readonly string[]): Promise<Map<string, PersonDetails>> {
  if (persons.length === 0) return new Map();
  const rows = await tx.prepared<PersonDetails & object>(
    'view-person-details',
    `select person_id as "personId", email, phone, mobile, fax from person_details where person_id = any ($1)`,
    [persons],
  );
  return new Map(rows.map((row) => [row.personId, row]));
}

export interface ContactRow {
  readonly personId: string;
  readonly confirmedAt: Date | null;
}

/** The contact network's entries of a body, as far as the reader may see them. */
export function contactRows(tx: Tx, organisationId: string): Promise<ContactRow[]> {
  return tx.prepared<ContactRow & object>(
    'view-contacts',
    `select person_id as "personId", confirmed_at as "confirmedAt" from contacts
     where organisation_id = $1 and valid_from <= $2 and (valid_to is null or valid_to > $2) order by ordinal`,
    [organisationId, tx.now],
  );
}

/** Who of a handling team the reader may see. */
export async function visibleTeam(tx: Tx, organisationId: string): Promise<ReadonlySet<string>> {
  return ids(tx, 'view-team', 'select person_id as id from team_members where organisation_id = $1', [
    organisationId,
  ]);
}

export interface SystemRow {
  readonly id: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly securityGrade: string;
  readonly makeModel: string;
  readonly osName: string;
  readonly osVersion: string;
  readonly osSerial: string;
  readonly ips: string[];
  readonly domains: string[];
  readonly urls: string[];
  readonly mechanisms: string[];
}

/** The register of a body's systems (S7.13.1.3), as far as the reader may see it. */
export function systemRows(tx: Tx, organisationId: string): Promise<SystemRow[]> {
  return tx.prepared<SystemRow & object>(
    'view-systems',
    `select id, name_zh as "nameZh", name_en as "nameEn", security_grade as "securityGrade",
       make_model as "makeModel", os_name as "osName", os_version as "osVersion", os_serial as "osSerial",
       ips, domains, urls, mechanisms from systems where organisation_id = $1 order by security_grade, name_zh`,
    [organisationId],
  );
}

/** Groups with who supports them, in the pack's own order of kinds. */
export function groupRows(tx: Tx): Promise<{ code: string; partOf: string | null; supportedBy: string[] }[]> {
  return tx.prepared(
    'view-groups',
    `select code, part_of as "partOf", supporting_bodies as "supportedBy" from groups order by code`,
    [],
  );
}

/** A person's code, for a command; the caller has checked the right to. */
export async function personCode(tx: Tx, personId: string): Promise<string | null> {
  const rows = await tx.prepared<{ code: string }>(
    'view-person-code',
    'select code from persons where id = $1',
    [personId],
  );
  return rows[0]?.code ?? null;
}
