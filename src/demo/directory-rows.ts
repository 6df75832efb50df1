/** The demonstration nation as rows of the directory. Pure. */
import { type DirectoryRows, packRows } from '../directory/index.ts';
import type { Pack } from '../mechanism/index.ts';
import { bodies, bodiesAt } from './nation/bodies.ts';
import { contactsOf, handlingTeams, people } from './nation/people.ts';
import { posts } from './nation/posts.ts';
import { systems } from './nation/systems.ts';

/** Everything as it is known at `now`; people hold their posts from `since` on. */
export function nationRows(pack: Pack, since: Date, now: Date): DirectoryRows {
  const from = since.toISOString();
  return {
    organisations: bodiesAt(now).map((body) => ({
      code: body.code,
      nameZh: body.nameZh,
      nameEn: body.nameEn,
      kind: body.kind,
      superior: body.superior,
      authority: body.authority,
      successor: body.mergedInto,
      sectors: [...body.sectors],
      county: body.county,
      phone: body.phone,
      fax: body.fax,
      email: body.email,
      address: body.address,
      note: body.note,
      validFrom: body.validFrom,
      validTo: body.validTo,
    })),
    groups: packRows(pack).groups ?? [],
    posts: posts.map((post) => ({
      code: post.code,
      nameZh: post.nameZh,
      nameEn: post.nameEn,
      role: post.role,
      organisation: post.organisation,
      group: post.group ?? null,
      max: 12,
      press: pack.posts.find((one) => one.id === post.code)?.press ?? false,
      validFrom: from.slice(0, 10),
    })),
    persons: people.map((person) => ({
      code: person.code,
      organisation: person.organisation,
      nameZh: person.nameZh,
      nameEn: person.nameEn,
      title: person.title,
      email: person.email,
      phone: person.phone,
      mobile: person.mobile,
      fax: person.fax,
    })),
    holdings: posts.flatMap((post) =>
      post.holders.map((holder) => ({
        post: post.code,
        person: holder.person,
        acting: holder.acting ?? false,
        from,
      })),
    ),
    contacts: bodies.flatMap((body) =>
      contactsOf(body.code).map((person, index) => ({
        organisation: body.code,
        person,
        ordinal: index + 1,
        from,
      })),
    ),
    teamMembers: handlingTeams.flatMap((team) =>
      team.members.map((member) => ({
        organisation: team.organisation,
        person: member.person,
        function: member.function,
        from,
      })),
    ),
    systems: systems.map((system) => ({
      organisation: system.organisation,
      nameZh: system.nameZh,
      nameEn: system.nameEn,
      securityGrade: system.grade,
      makeModel: system.makeModel,
      osName: system.osName,
      osVersion: system.osVersion,
      osSerial: system.osSerial,
      ips: [...system.ips],
      domains: [...system.domains],
      urls: [...system.urls],
      mechanisms: [...system.mechanisms],
    })),
  };
}
