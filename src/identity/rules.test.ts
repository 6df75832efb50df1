/** From posts to keys (DEC-9, DEC-19, H41), and which spellings are one name (AUTH-1). */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DirectorySnapshot } from '../directory/snapshot.ts';
import { loadPack } from '../mechanism/index.ts';
import type { Role } from '../mechanism/vocabulary.ts';
import { canonicalLogin, keysFor, screensFor } from './rules.ts';

const { pack } = loadPack(fileURLToPath(new URL('../../packs/tw-2002', import.meta.url)));
const AT = new Date('2026-11-22T01:00:00Z');
const FROM = new Date('2020-01-01T00:00:00Z');

const post = (id: string, role: Role, groupCode: string | null) => ({
  id,
  code: id,
  nameZh: id,
  nameEn: id,
  role,
  organisationId: 'body',
  groupCode,
  press: false,
  max: 1,
});

function keys(
  posts: readonly ReturnType<typeof post>[],
  held: { acting?: boolean; to?: Date; from?: Date } = {},
) {
  const snapshot = new DirectorySnapshot({
    version: 1,
    organisations: [],
    groups: [],
    posts,
    holdings: posts.map(({ id }) => ({
      postId: id,
      personId: 'p',
      acting: held.acting ?? false,
      from: held.from ?? FROM,
      to: held.to ?? null,
    })),
    persons: [],
  });
  return keysFor(snapshot, pack, 'p', AT).sort();
}

describe('the keys somebody sees with', () => {
  it.each([
    ['nobody', [], []],
    ['a contact', [post('c', 'contact', null)], ['org:body', 'post:c']],
    [
      'a duty officer of the desk',
      [post('d', 'duty-officer', 'sg-crisis')],
      ['desk', 'group:sg-crisis', 'org:body', 'post:d'],
    ],
    [
      'a duty officer of another group',
      [post('d', 'duty-officer', 'sg-defence')],
      ['group:sg-defence', 'org:body', 'post:d'],
    ],
    [
      'an officer of the crisis subgroup',
      [post('s', 'subgroup-officer', 'sg-crisis')],
      ['group:sg-crisis', 'org:body', 'post:s'],
    ],
    ['the convenor', [post('v', 'convenor', 'centre')], ['command', 'group:centre', 'post:v']],
    ['a deputy convenor', [post('v', 'deputy-convenor', 'centre')], ['command', 'group:centre', 'post:v']],
    ['the auditor', [post('a', 'auditor', 'wg-audit')], ['group:wg-audit', 'org:body', 'post:a', 'watch']],
    ['an observer', [post('o', 'observer', 'centre')], ['group:centre', 'org:body', 'post:o', 'watch']],
    [
      'the service centre',
      [post('t', 'service-centre', 'service-centre')],
      ['group:service-centre', 'org:body', 'post:t'],
    ],
    [
      'an administrator',
      [post('z', 'administrator', 'centre')],
      ['admin:body', 'group:centre', 'org:body', 'post:z'],
    ],
    [
      'one person in two posts (DEC-9)',
      [post('v', 'convenor', 'centre'), post('g', 'group-officer', 'council')],
      ['command', 'group:centre', 'group:council', 'org:body', 'post:g', 'post:v'],
    ],
  ])('%s', (_name, posts, more) => {
    const own = more.includes('org:body') ? ['filer:body:p'] : [];
    expect(keys(posts)).toEqual([...more, ...own, 'person:p', 'signed-in'].sort());
  });

  it('are those of whoever acts for a holder too (H41)', () => {
    expect(keys([post('c', 'contact', null)], { acting: true })).toContain('post:c');
  });

  it('end with the holding and do not begin before it', () => {
    expect(keys([post('d', 'duty-officer', 'sg-crisis')], { to: AT })).toEqual(['person:p', 'signed-in']);
    expect(keys([post('d', 'duty-officer', 'sg-crisis')], { from: new Date(AT.getTime() + 1) })).toEqual([
      'person:p',
      'signed-in',
    ]);
  });

  it('contain no blank, which would part them', () => {
    expect(keys([post('d', 'duty-officer', 'sg-crisis')]).every((key) => !/\s/.test(key))).toBe(true);
  });
});

describe('the screens offered', () => {
  it.each([
    ['a contact', [post('c', 'contact', null)], ['report'], ['desk', 'administration']],
    ['the desk', [post('d', 'duty-officer', 'sg-crisis')], ['desk', 'report'], ['administration']],
    [
      'the compartment’s desk',
      [post('s', 'subgroup-officer', 'sg-defence')],
      ['desk', 'report'],
      ['administration'],
    ],
    [
      'another subgroup',
      [post('s', 'subgroup-officer', 'sg-academia')],
      ['cases', 'inbox'],
      ['desk', 'report'],
    ],
    ['an administrator', [post('a', 'administrator', 'centre')], ['administration'], ['desk']],
    ['nobody in particular', [], ['home', 'directory', 'mechanism'], ['cases', 'inbox', 'desk']],
  ])('%s', (_name, posts, has, hasNot) => {
    const screens = screensFor(pack, posts);
    expect(screens).toEqual(expect.arrayContaining(has));
    for (const screen of hasNot) expect(screens).not.toContain(screen);
  });
});

it.each(['admin', 'ADMIN', '  admin ', 'ａｄｍｉｎ', 'Ａdmin', 'admin\u3000'])(
  'one name however spelt: %j',
  (login) => {
    expect(canonicalLogin(login)).toBe('admin');
  },
);
