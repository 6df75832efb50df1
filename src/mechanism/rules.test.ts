import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAtLeast, levelOf, rankOf, thresholdsReached } from './levels.ts';
import { loadPack } from './load.ts';
import { formatNumber, seriesFor } from './numbers.ts';
import type { Condition } from './pack.ts';
import { rightsAllow, type Standing, transitionFor } from './rights.ts';
import { type MatchContext, matchesCondition, routesFor, sectorRouting } from './routing.ts';
import { fillTemplate, templateFor } from './templates.ts';
import { ACTS, type Act, RELATIONS, type Relation, ROLES, type Role } from './vocabulary.ts';

const packs = join(import.meta.dirname, '../../packs');
const { pack } = loadPack(join(packs, 'tw-2002'));
const { pack: law } = loadPack(join(packs, 'test-4321'));

describe('S7.10.2 levels', () => {
  test('DEC-3 B and below is by rank, not by letter', () => {
    expect(['A', 'B', 'C', 'D'].filter((level) => isAtLeast(pack, 'B', level))).toEqual(['B', 'C', 'D']);
    expect(rankOf(pack, 'A')).toBeGreaterThan(rankOf(pack, 'B'));
    expect(rankOf(law, '4')).toBeGreaterThan(rankOf(law, '1'));
  });
  test('an unknown level is nobody’s rank', () => {
    expect(levelOf(pack, 'E')).toBeNull();
    expect(() => rankOf(pack, 'E')).toThrow(RangeError);
  });
  test.each([
    ['A', ['top']],
    ['B', []],
    ['D', []],
  ])('S7.10.4d level %s stands inside %j', (level, thresholds) => {
    expect(thresholdsReached(pack, level)).toEqual(thresholds);
  });
  test('another pack draws its line elsewhere', () => {
    expect(['1', '2', '3', '4'].map((level) => thresholdsReached(law, level))).toEqual([
      [],
      [],
      ['major'],
      ['major'],
    ]);
  });
});

describe('conditions', () => {
  const cases: [Condition, MatchContext, boolean][] = [
    [{}, {}, true],
    [{ report: ['initial'] }, { report: 'initial' }, true],
    [{ report: ['initial'] }, { report: 'recovery' }, false],
    [{ report: ['initial'] }, {}, false],
    [{ levels: ['B', 'C'] }, { level: 'C' }, true],
    [{ levels: ['B', 'C'] }, { level: null }, false],
    [{ threshold: 'top' }, { threshold: 'top' }, true],
    [{ threshold: 'top' }, {}, false],
    [{ confirmed: false }, {}, true],
    [{ confirmed: false }, { confirmed: true }, false],
    [{ clock: 'register' }, { clock: 'file' }, false],
    [{ suspected: false }, {}, true],
    [{ suspected: true }, { suspected: true }, true],
    [{ changed: true }, {}, false],
    [{ changed: true }, { changed: true }, true],
    [{ direction: 'to-desk' }, { direction: 'to-agency' }, false],
    [{ flag: 'life' }, { flags: ['crime', 'life'] }, true],
    [{ flag: 'life' }, {}, false],
    [{ report: ['initial'], levels: ['A'] }, { report: 'initial', level: 'B' }, false],
  ];
  test.each(cases)('%j against %j is %s', (when, context, expected) => {
    expect(matchesCondition(when, context)).toBe(expected);
  });
});

describe('S8.3.6 and S7.10.4 routes', () => {
  const ids = (...question: Parameters<typeof routesFor> extends [unknown, ...infer R] ? R : never) =>
    routesFor(pack, ...question).map((route) => route.id);

  test('S8.3.6 DEC-21 a report reaches centre, competent authority and subgroup at once, each with a receipt', () => {
    const three = routesFor(pack, 'filed', { report: 'initial', level: 'A' }).filter((r) =>
      pack.mergeReceipts.includes(r.capacity),
    );
    expect(three.map((route) => route.capacity)).toEqual(['centre', 'authority', 'subgroup']);
    expect(three.every((route) => route.expects === 'acknowledgement' && route.within === 'PT30M')).toBe(
      true,
    );
  });
  test.each(['B', 'C', 'D'])(
    'S7.10.4a level %s is notified to the deputy convenors, not to the convenor',
    (level) => {
      const to = routesFor(pack, 'graded', { level, changed: false }).flatMap((route) => route.to);
      expect(to).toContain('deputy-convenors');
      expect(to).not.toContain('convenor');
    },
  );
  test('DEC-4 a proposed A goes to desk, deputies and affected subgroups; the convenor sleeps on', () => {
    const to = routesFor(pack, 'level-proposed', { level: 'A' }).flatMap((route) => route.to);
    expect(to.sort()).toEqual(['affected-subgroups', 'deputy-convenors', 'desk']);
    expect(ids('level-proposed', { level: 'B' })).toEqual([]);
    expect(ids('level-proposed', { level: 'A', suspected: true })).toEqual([]);
  });
  test.each([
    [true, ['top-convenor', 'top-deputies', 'top-summons', 'top-related']],
    [
      false,
      [
        'top-unconfirmed-convenor',
        'top-unconfirmed-deputies',
        'top-unconfirmed-summons',
        'top-unconfirmed-related',
      ],
    ],
  ])('S7.10.4d S7.10.4e DEC-20 reaching A, confirmed %s', (confirmed, expected) => {
    const found = routesFor(pack, 'threshold-reached', { threshold: 'top', level: 'A', confirmed });
    expect(found.map((route) => route.id)).toEqual(expected);
    expect(found.every((route) => route.urgent)).toBe(true);
    expect(found.find((route) => route.to.includes('convenor'))).toMatchObject({
      expects: 'acknowledgement',
      within: 'PT10M',
    });
    expect(found.find((route) => route.to.includes('deputy-convenors'))?.expects).toBe('task');
    expect(found.find((route) => route.to.includes('all-subgroups'))?.capacity).toBe('summoned');
  });
  test('only a change of level is told to all who know', () => {
    expect(ids('graded', { level: 'C', changed: true })).toContain('regraded');
    expect(ids('graded', { level: 'C' })).not.toContain('regraded');
  });
  test('a silent desk is told to the deputies', () => {
    expect(routesFor(pack, 'clock-overdue', { clock: 'register' })[0]?.to).toEqual(['deputy-convenors']);
    expect(ids('clock-overdue', { clock: 'file' })).toEqual([]);
  });
});

describe('DEC-22 S7.11.2–8 sectors and subgroups', () => {
  test.each([
    ['a county hospital', ['local-government', 'health'], 'health', 'sg-enterprise-4', ['sg-administration']],
    ['a state bank’s branch', ['government', 'finance'], 'finance', 'sg-enterprise-3', ['sg-administration']],
    [
      'a power company',
      ['electricity', 'transport', 'finance'],
      'electricity',
      'sg-enterprise-1',
      ['sg-enterprise-2', 'sg-enterprise-3'],
    ],
    ['a teaching hospital', ['health', 'academia'], 'academia', 'sg-academia', ['sg-enterprise-4']],
    ['an airport', ['air-traffic', 'transport'], 'air-traffic', 'sg-enterprise-2', []],
    ['a ministry', ['government'], 'government', 'sg-administration', []],
    ['S7.11.4 a school', ['academia'], 'academia', 'sg-academia', []],
    ['DEC-10 a food company', ['food'], 'food', 'sg-administration', []],
    ['DEC-10 a fire brigade', ['emergency-rescue'], 'emergency-rescue', 'sg-administration', []],
    ['DEC-10 a body without sectors', [], null, 'sg-administration', []],
    ['DEC-10 a sector unknown to the pack', ['fishing'], null, 'sg-administration', []],
  ])('%s', (_who, sectors, primary, subgroup, affectedSubgroups) => {
    expect(sectorRouting(pack, sectors)).toEqual({ primary, subgroup, affectedSubgroups, compartment: null });
  });

  test('S7.11.2 DEC-19 a military academy is defence, and nobody outside is affected', () => {
    expect(sectorRouting(pack, ['academia', 'defence'])).toEqual({
      primary: 'defence',
      subgroup: 'sg-defence',
      affectedSubgroups: [],
      compartment: 'defence',
    });
  });

  test('DEC-10 property: nothing is un-routable, and the order of the sectors decides only between equals', () => {
    const sectors = fc.uniqueArray(fc.constantFrom(...pack.sectors.map((one) => one.id)), { minLength: 1 });
    const subgroups = new Set(
      pack.groups.filter((group) => group.kind === 'subgroup').map((group) => group.id),
    );
    fc.assert(
      fc.property(sectors, (list) => {
        const routed = sectorRouting(pack, list);
        expect(subgroups.has(routed.subgroup)).toBe(true);
        expect(routed.affectedSubgroups).not.toContain(routed.subgroup);
        const best = Math.min(...list.map((id) => pack.sectors.find((one) => one.id === id)!.precedence));
        expect(pack.sectors.find((one) => one.id === routed.primary)?.precedence).toBe(best);
      }),
    );
  });
});

describe('rule 7 the rights table', () => {
  const may = (
    role: Role,
    relation: Relation,
    act: Act,
    state: string,
    more: { deskReports?: boolean; compartment?: string } = {},
  ) =>
    rightsAllow(pack, {
      roles: [{ role, relation }],
      act,
      state,
      deskReports: more.deskReports ?? false,
      compartment: more.compartment ?? null,
    }) !== null;

  test.each<[string, Role, Relation, Act, string, boolean]>([
    ['DEC-14 the school does not release its own case', 'contact', 'own', 'release', 'recovered', false],
    [
      'DEC-4 a subgroup’s convening body does not confirm the level',
      'subgroup-officer',
      'subgroup',
      'confirm-level',
      'registered',
      false,
    ],
    [
      'the competent authority does not confirm the level',
      'contact',
      'authority',
      'confirm-level',
      'registered',
      false,
    ],
    [
      'a deputy convenor does not edit the report',
      'deputy-convenor',
      'command',
      'file-follow-up',
      'handling',
      false,
    ],
    [
      'a deputy convenor does not release another’s case',
      'deputy-convenor',
      'command',
      'release',
      'recovered',
      false,
    ],
    ['the convenor does not release', 'convenor', 'command', 'release', 'recovered', false],
    ['the service centre does not register', 'service-centre', 'told', 'register', 'reported', false],
    ['the auditor only reads', 'auditor', 'any', 'message', 'handling', false],
    ['the administrator has no part in cases', 'administrator', 'any', 'read', 'handling', false],
    ['an observer only reads', 'observer', 'any', 'acknowledge', 'handling', false],
    ['another agency has no relation and no right', 'contact', 'any', 'read', 'handling', false],
    ['S7.13.2.5 the agency files', 'contact', 'own', 'file-initial', 'reported', true],
    ['S8.3.7 the agency reports recovery', 'contact', 'own', 'file-recovery', 'handling', true],
    ['SI.4 the superior body files for it', 'contact', 'superior', 'file-initial', 'reported', true],
    ['the duty officer releases', 'duty-officer', 'desk', 'release', 'recovered', true],
    ['the duty officer enters a telephone report', 'duty-officer', 'any', 'file-initial', 'reported', true],
    ['the authority acknowledges', 'contact', 'authority', 'acknowledge', 'reported', true],
    [
      'DEC-20 a deputy reports that the convenor was told',
      'deputy-convenor',
      'command',
      'report-convenor-told',
      'handling',
      true,
    ],
    ['the auditor reads', 'auditor', 'any', 'read', 'released', true],
    [
      'nobody acts on a released case as if it ran',
      'duty-officer',
      'desk',
      'confirm-level',
      'released',
      false,
    ],
  ])('%s', (_what, role, relation, act, state, allowed) => {
    expect(may(role, relation, act, state)).toBe(allowed);
  });

  test('DEC-23 the desk’s own case is released by a deputy convenor, not by the desk', () => {
    expect(may('duty-officer', 'desk', 'release', 'recovered', { deskReports: true })).toBe(false);
    expect(may('duty-officer', 'desk', 'dismiss', 'handling', { deskReports: true })).toBe(false);
    expect(may('deputy-convenor', 'command', 'release', 'recovered', { deskReports: true })).toBe(true);
  });
  test('DEC-19 the defence subgroup is the desk of its compartment, and only there', () => {
    for (const act of ['register', 'confirm-level', 'release'] as const) {
      const state = act === 'release' ? 'recovered' : 'reported';
      expect(may('subgroup-officer', 'desk', act, state, { compartment: 'defence' })).toBe(true);
      expect(may('subgroup-officer', 'desk', act, state)).toBe(false);
    }
    expect(
      may('subgroup-officer', 'desk', 'release', 'recovered', { compartment: 'defence', deskReports: true }),
    ).toBe(true);
  });
  test('DEC-9 one post’s role does not lend itself to another’s relation', () => {
    const roles: Standing[] = [
      { role: 'duty-officer', relation: 'own' },
      { role: 'contact', relation: 'desk' },
    ];
    const question = {
      roles,
      act: 'register',
      state: 'reported',
      deskReports: false,
      compartment: null,
    } as const;
    expect(rightsAllow(pack, question)).toBeNull();
  });
  test('the whole table: post × relation × act × state', () => {
    const rows: string[] = [];
    for (const role of ROLES) {
      for (const relation of RELATIONS) {
        if (relation === 'any') continue;
        for (const act of ACTS) {
          const states = pack.states
            .map((state) => state.id)
            .filter((state) => {
              const possible = act === 'file-initial' || transitionFor(pack, act, state) !== null;
              return possible && may(role, relation, act, state);
            });
          if (states.length === pack.states.length) rows.push(`${role} × ${relation} × ${act}: every state`);
          else if (states.length > 0) rows.push(`${role} × ${relation} × ${act}: ${states.join(' ')}`);
        }
      }
    }
    expect(rows.join('\n')).toMatchSnapshot();
  });
  test('another pack gives other rights: the authority grades and closes', () => {
    const question = {
      roles: [{ role: 'contact', relation: 'authority' } as const],
      deskReports: false,
      compartment: null,
    };
    expect(rightsAllow(law, { ...question, act: 'confirm-level', state: 'received' })).not.toBeNull();
    expect(rightsAllow(law, { ...question, act: 'release', state: 'contained' })).not.toBeNull();
  });
});

describe('SF5 transitions', () => {
  test.each<[Act, string, string | null]>([
    ['register', 'reported', 'registered'],
    ['register', 'registered', null],
    ['ask-back', 'registered', 'returned'],
    ['file-follow-up', 'returned', 'previous'],
    ['file-follow-up', 'handling', 'same'],
    ['confirm-level', 'reported', 'handling'],
    ['confirm-level', 'recovered', 'same'],
    ['confirm-level', 'suspected', null],
    ['promote', 'suspected', 'reported'],
    ['file-recovery', 'handling', 'recovered'],
    ['file-recovery', 'suspected', null],
    ['send-back', 'recovered', 'handling'],
    ['release', 'recovered', 'released'],
    ['release', 'handling', null],
    ['reopen', 'released', 'handling'],
    ['reopen', 'merged', null],
    ['unmerge', 'merged', 'previous'],
    ['file-initial', 'reported', null],
  ])('%s from %s leads to %s', (act, state, to) => {
    expect(transitionFor(pack, act, state)?.to ?? null).toBe(to);
  });
});

describe('S8.F3.6 H21 H52 numbers', () => {
  test.each([
    ['2026-11-22T01:42:00Z', 115],
    ['2010-12-31T15:59:59Z', 99],
    ['2010-12-31T16:00:00Z', 100],
    ['2026-12-31T16:00:00Z', 116],
  ])('%s is in 民國 %i in Taipei', (at, year) => {
    expect(seriesFor(pack, { compartment: null, at: new Date(at) })).toEqual({ series: 'open', year });
  });
  test('DEC-19 a compartment has its own series and prefix', () => {
    const { series, year } = seriesFor(pack, {
      compartment: 'defence',
      at: new Date('2026-11-22T01:42:00Z'),
    });
    expect(series).toBe('defence');
    expect(formatNumber(pack, { compartment: 'defence', year, seq: 7 })).toBe('DEF-115-0007');
  });
  test.each([
    [115, 412, '115-0412'],
    [99, 1, '99-0001'],
    [100, 10_000, '100-10000'],
  ])('year %i, %i is %s', (year, seq, number) => {
    expect(formatNumber(pack, { compartment: null, year, seq })).toBe(number);
  });
  test('another pack numbers by the common era', () => {
    const { year } = seriesFor(law, { compartment: null, at: new Date('2026-11-22T01:42:00Z') });
    expect(formatNumber(law, { compartment: null, year, seq: 3 })).toBe('T2026/00003');
  });
});

describe('SI.1 templates', () => {
  const values = {
    number: '115-0412',
    level: 'D 級',
    organisation: '光明國中',
    state: '已通報',
    phone: '02-0000-1100',
  };

  test('a notice says number, level, state and what is asked', () => {
    const template = templateFor(pack, 'initial-centre', true)!;
    const text = fillTemplate(template, 'zh-Hant', values);
    expect(text.subject).toBe('【D 級】115-0412 新通報');
    expect(text.body).toBe('115-0412｜D 級｜光明國中｜已通報。請簽收並登錄列管。');
    expect(fillTemplate(template, 'en', values).asked).toBe('Please acknowledge and register it.');
  });
  test('a value is never read as a slot, nor breaks a header line', () => {
    const template = templateFor(pack, 'initial-centre', true)!;
    const text = fillTemplate(template, 'en', {
      ...values,
      number: '{level}\r\nBcc: x',
      organisation: '{phone}$&',
    });
    expect(text.subject).toBe('[D 級] {level} Bcc: x new report');
    expect(text.body).toContain('{phone}$&');
  });
  test('every template leaves no slot open', () => {
    for (const template of pack.templates) {
      for (const lang of ['zh-Hant', 'en'] as const) {
        expect(Object.values(fillTemplate(template, lang, values)).join()).not.toMatch(/[{}]/);
      }
    }
  });
  test('DEC-19 outsiders get the closed template of level A and nothing else', () => {
    const text = fillTemplate(templateFor(pack, 'top-confirmed', false)!, 'zh-Hant', {
      ...values,
      level: 'A 級',
      phone: '02-0000-1200',
    });
    expect(text.body).toBe('國防體系A 級，已通報。請簽收。請洽國防部 02-0000-1200。');
    expect(JSON.stringify(text)).not.toContain('光明國中');
    expect(templateFor(pack, 'initial-centre', false)).toBeNull();
    expect(templateFor(pack, 'graded-deputies', false)).toBeNull();
  });
});
