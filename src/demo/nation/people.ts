import { randomFrom } from '../random.ts';
import { bodies, bodyOf } from './bodies.ts';
import { nameSource } from './names.ts';
import { keyContacts, officers } from './officers.ts';
import type { Body, BodyKind, HandlingTeam, Person, TeamFunction } from './types.ts';

type Title = readonly [zh: string, en: string];

const headTitles: Record<BodyKind, Title> = {
  agency: ['主任秘書', 'Chief secretary'],
  operator: ['協理', 'Assistant vice-president'],
  school: ['教務主任', 'Dean of studies'],
  hospital: ['副院長', 'Deputy superintendent'],
  military: ['副主官', 'Deputy commander'],
  research: ['副所長', 'Deputy director'],
};

const crisisTitles: Record<BodyKind, readonly Title[]> = {
  agency: [
    ['資訊室主任', 'Head of IT'],
    ['資訊科科長', 'IT section chief'],
    ['設計師', 'Systems designer'],
    ['管理師', 'Systems manager'],
  ],
  operator: [
    ['資訊處經理', 'IT manager'],
    ['資安主管', 'Security manager'],
    ['系統工程師', 'Systems engineer'],
  ],
  school: [
    ['資訊組長', 'Head of IT'],
    ['系統管理師', 'Systems manager'],
  ],
  hospital: [
    ['資訊室主任', 'Head of IT'],
    ['資訊工程師', 'IT engineer'],
  ],
  military: [
    ['通資官', 'Signals officer'],
    ['資訊官', 'Information officer'],
  ],
  research: [
    ['資訊組組長', 'Head of IT'],
    ['助理研究員', 'Assistant researcher'],
  ],
};

const preventionTitles: Record<BodyKind, readonly Title[]> = {
  agency: [
    ['助理設計師', 'Assistant designer'],
    ['技士', 'Technician'],
    ['科員', 'Officer'],
  ],
  operator: [
    ['網路工程師', 'Network engineer'],
    ['資安專員', 'Security specialist'],
  ],
  school: [
    ['專任教師', 'Teacher'],
    ['技士', 'Technician'],
  ],
  hospital: [
    ['網路管理師', 'Network manager'],
    ['資安專員', 'Security specialist'],
  ],
  military: [
    ['通信士官長', 'Signals sergeant major'],
    ['資安官', 'Security officer'],
  ],
  research: [
    ['研究助理', 'Research assistant'],
    ['技術員', 'Technician'],
  ],
};

/** Body that has lost its only contact and not named another: the edge of the contact network. */
export const bodyWithoutContact = 'dongling-town';

interface Draft {
  readonly code: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly title: Title;
  readonly organisation: string;
}

function mailName(nameEn: string): string {
  return nameEn.toLowerCase().replace(/-/g, '').replace(/ /g, '.');
}

/** Whether a body is large enough that a head of its own leads the handling team. */
function isLarge(body: Body): boolean {
  return body.superior === null || body.superior === 'ey' || body.kind === 'hospital';
}

function build(): { people: readonly Person[]; teams: readonly HandlingTeam[] } {
  const random = randomFrom(19_680);
  const fixed = [...officers, ...keyContacts];
  const name = nameSource(
    random,
    fixed.map((row) => row[1]),
  );
  const drafts: Draft[] = fixed.map(([code, nameZh, nameEn, zh, en, organisation]) => ({
    code,
    nameZh,
    nameEn,
    title: [zh, en],
    organisation,
  }));
  const keyOf = new Map(keyContacts.map((row) => [row[5], row[0]]));
  const teams: HandlingTeam[] = [];
  const invent = (body: Body, part: string, title: Title): string => {
    const { zh, en } = name();
    const code = `${body.code}-${part}`;
    drafts.push({ code, nameZh: zh, nameEn: en, title, organisation: body.code });
    return code;
  };
  for (const body of bodies) {
    const members: { person: string; function: TeamFunction }[] = [];
    if (body.code !== bodyWithoutContact) {
      const key = keyOf.get(body.code);
      const crisis = key ?? invent(body, '1', random.pick(crisisTitles[body.kind]));
      if (isLarge(body))
        members.push({ person: invent(body, 'head', headTitles[body.kind]), function: 'head' });
      else members.push({ person: crisis, function: 'head' });
      members.push({ person: crisis, function: 'crisis' });
      if (isLarge(body) || random.chance(0.72)) {
        const prevention = invent(body, '2', random.pick(preventionTitles[body.kind]));
        members.push({ person: prevention, function: 'prevention' });
      } else {
        members.push({ person: crisis, function: 'prevention' });
      }
    }
    teams.push({ organisation: body.code, members });
  }
  const mails = new Set<string>();
  const people = drafts.map((draft, index): Person => {
    const body = bodyOf(draft.organisation);
    let email = `${mailName(draft.nameEn)}@${body.domain}`;
    if (mails.has(email)) email = `${mailName(draft.nameEn)}${index}@${body.domain}`;
    mails.add(email);
    const extension = String(100 + (index % 800));
    return {
      code: draft.code,
      nameZh: draft.nameZh,
      nameEn: draft.nameEn,
      title: draft.title[0],
      titleEn: draft.title[1],
      phone: `${body.phone} #${extension}`,
      mobile: `0900-${String(Math.floor(index / 1000)).padStart(3, '0')}-${String(index % 1000).padStart(3, '0')}`,
      fax: body.fax,
      email,
      organisation: draft.organisation,
    };
  });
  return { people, teams };
}

const built = build();

/** Everybody in the demonstration nation. */
export const people: readonly Person[] = built.people;

/** The handling team (資通安全處理小組) of each body, in the order of the bodies (S7.12.1). */
export const handlingTeams: readonly HandlingTeam[] = built.teams;

const byCode = new Map(people.map((person) => [person.code, person]));
const teamOf = new Map(handlingTeams.map((team) => [team.organisation, team]));

/** The person with this code; throws when the demonstration data names one who does not exist. */
export function personOf(code: string): Person {
  const person = byCode.get(code);
  if (person === undefined) throw new Error(`demonstration nation: no person "${code}"`);
  return person;
}

/** Codes of the members of a body's team with this function; empty where nobody is named. */
export function teamMembers(organisation: string, wanted: TeamFunction): readonly string[] {
  const team = teamOf.get(organisation);
  return team === undefined ? [] : team.members.filter((m) => m.function === wanted).map((m) => m.person);
}

/** The contacts (聯絡人員) of a body, first one first; empty for the body that has lost its own. */
export function contactsOf(organisation: string): readonly string[] {
  return [...new Set([...teamMembers(organisation, 'crisis'), ...teamMembers(organisation, 'prevention')])];
}
