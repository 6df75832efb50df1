/** Who the stories need besides the small nation of the directory's tests: every post of the centre filled. */
import type { DirectoryRows } from '../../src/directory/index.ts';

/** Person's code, body, names and the posts held. */
const PEOPLE: readonly (readonly [string, string, string, string, readonly string[]])[] = [
  ['officer2', 'dgbas-edpc', '蔡值勤', 'Officer Tsai', ['duty-officer']],
  ['deputy-edpc', 'dgbas-edpc', '方副召', 'Deputy Fang', ['deputy-convenor-edpc']],
  ['deputy-natsec', 'natsec', '孟副召', 'Deputy Meng', ['deputy-convenor-natsec']],
  ['convenor', 'ey', '何召集', 'Convenor Ho', ['convenor']],
  ['crisis-officer', 'dgbas', '鄭承辦', 'Officer Cheng', ['subgroup-crisis']],
  ['rdec-officer', 'rdec', '周承辦', 'Officer Chou', ['subgroup-administration']],
  ['moea-officer', 'moea', '范承辦', 'Officer Fan', ['subgroup-enterprise-1']],
  ['motc-officer', 'motc', '簡承辦', 'Officer Chien', ['subgroup-enterprise-2']],
  ['mof-officer', 'mof', '顏承辦', 'Officer Yen', ['subgroup-enterprise-3']],
  ['doh-officer', 'doh', '施承辦', 'Officer Shih', ['subgroup-enterprise-4']],
  ['moea-contact', 'moea', '石聯絡', 'Contact Shih', ['contact-moea']],
  ['dgbas-contact', 'dgbas', '田聯絡', 'Contact Tien', ['contact-dgbas']],
  ['tsc-engineer', 'tsc', '馬工程師', 'Engineer Ma', ['service-centre']],
  ['observer', 'nsb', '金觀察', 'Observer Chin', ['centre-observer']],
  ['teacher2', 'school2', '許組長', 'Teacher Hsu', ['contact-school2']],
  ['county-contact', 'county', '宋聯絡', 'Contact Sung', ['contact-county']],
  ['colonel', 'mnd', '武聯絡', 'Contact Wu', ['contact-mnd']],
  ['mnd-officer2', 'mnd', '華承辦', 'Officer Hua', ['subgroup-defence']],
  // No post: she belongs to her school's handling team (S7.13.2.5).
  ['teammate', 'school', '葉組員', 'Member Yeh', []],
  ['crime-officer', 'moj', '湯召集', 'Convenor Tang', ['wg-crime']],
];

const CONTACT_BODIES = ['moea', 'dgbas', 'school2', 'county', 'mnd'];

/** Loaded after the small nation. */
export const morePeople: DirectoryRows = {
  organisations: [
    {
      code: 'school2',
      nameZh: '明德國小',
      nameEn: 'Mingde School',
      kind: 'school',
      superior: 'county-edu',
      sectors: ['academia'],
    },
  ],
  posts: CONTACT_BODIES.map((body) => ({
    code: `contact-${body}`,
    organisation: body,
    role: 'contact',
    nameZh: '聯絡人員',
    nameEn: 'Contact person',
  })),
  persons: PEOPLE.map(([code, organisation, nameZh, nameEn], index) => ({
    code,
    organisation,
    nameZh,
    nameEn,
    email: `${code}@${organisation}.example`,
    phone: `02-0000-${3000 + index}`,
  })),
  teamMembers: [{ organisation: 'school', person: 'teammate', function: 'crisis' }],
  holdings: PEOPLE.flatMap(([person, , , , posts]) => posts.map((post) => ({ post, person }))),
};

/** And a third officer at the desk: whoever swaps a turn needs somebody to swap it with. */
export const threeOfficers: DirectoryRows = {
  ...morePeople,
  persons: [
    ...(morePeople.persons ?? []),
    {
      code: 'officer3',
      organisation: 'dgbas-edpc',
      nameZh: '潘值勤',
      nameEn: 'Officer Pan',
      email: 'officer3@dgbas-edpc.example',
    },
  ],
  holdings: [...(morePeople.holdings ?? []), { post: 'duty-officer', person: 'officer3' }],
};
