import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { packCheck } from '../locales/zh-Hant/pack-check.ts';
import { checkPack, packProblems } from './check.ts';
import { run } from './cli.ts';
import { type ProblemCode, sayFinding } from './findings.ts';

const PACKS = join(import.meta.dirname, '../../packs');
const made: string[] = [];
afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true });
});

/** A pack as one file, made from the plan's, so that each test may break one thing in it. */
function planSource(): string {
  const dir = join(PACKS, 'tw-2002');
  return readdirSync(dir)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(join(dir, name), 'utf8'))
    .join('\n');
}

type Json = Record<string, unknown>;
const PLAN = parseDocument(planSource()).toJS() as Json;

function written(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'pack-check-'));
  made.push(dir);
  writeFileSync(join(dir, 'pack.yaml'), text);
  return dir;
}

type Path = (string | number)[];
type Step = (pack: Json) => void;

// A path may lead anywhere in a plain value; the tests know what is there.
// biome-ignore lint/suspicious/noExplicitAny: plain values of unknown depth
const at = (pack: Json, path: Path): any =>
  // biome-ignore lint/suspicious/noExplicitAny: plain values of unknown depth
  path.reduce<any>((value, key) => value[key], pack);
const list = (pack: Json, key: string) => pack[key] as Json[];
const named = (pack: Json, key: string, id: string) => {
  const found = list(pack, key).find((one) => one.id === id);
  if (!found) throw new Error(`${key}: nothing is called ${id}`);
  return found;
};
const set =
  (value: unknown, ...path: Path): Step =>
  (pack) => {
    at(pack, path.slice(0, -1))[path.at(-1)!] = value;
  };
const setOf =
  (key: string, id: string, member: string, value: unknown): Step =>
  (pack) => {
    named(pack, key, id)[member] = value;
  };
const add =
  (key: string, value: Json): Step =>
  (pack) => {
    list(pack, key).push(value);
  };
const drop =
  (key: string): Step =>
  (pack) => {
    delete pack[key];
  };
const dropOf =
  (key: string, id: string, member?: string): Step =>
  (pack) => {
    const one = named(pack, key, id);
    if (member === undefined) pack[key] = list(pack, key).filter((other) => other !== one);
    else delete one[member];
  };
const both = (text: string) => ({ zh: text, en: text });
const changeField =
  (id: string, change: (field: Json, fields: Json[]) => void): Step =>
  (pack) => {
    for (const section of at(pack, ['forms', 'incident', 'sections']) as { fields: Json[] }[]) {
      const field = section.fields.find((one) => one.id === id);
      if (field) change(field, section.fields);
    }
  };
const withoutTransitions =
  (...acts: string[]): Step =>
  (pack) => {
    pack.transitions = list(pack, 'transitions').filter((one) => !acts.includes(String(one.act)));
  };
const withoutAct =
  (act: string): Step =>
  (pack) => {
    for (const row of list(pack, 'rights')) row.acts = (row.acts as string[]).filter((one) => one !== act);
    pack.rights = list(pack, 'rights').filter((row) => (row.acts as string[]).length > 0);
  };

const FIRST = { after: { default: 'PT0M' }, to: ['holder'], channels: ['mail'] };
/** Changes a rung of the first ladder. */
const setRung = (rung: number, member: string, value: unknown): Step =>
  set(value, 'ladders', 0, 'rungs', rung, member);

const broken: [ProblemCode, string, Step][] = [
  ['missing', 'timeZone', drop('timeZone')],
  ['unknown-key', 'stats', set([], 'stats')],
  ['wrong-type', 'levels.0.rank', set('four', 'levels', 0, 'rank')],
  ['not-one-of', 'levels.0.mark', set('blob', 'levels', 0, 'mark')],
  ['too-few', 'levels', set([], 'levels')],
  ['too-many', 'numbering.digits', set(20, 'numbering', 'digits')],
  ['bad-form', 'clocks.0.length.default', set('1 hour', 'clocks', 0, 'length', 'default')],
  ['invalid', 'rights.0.states', set(7, 'rights', 0, 'states')],
  [
    'duplicate-id',
    'levels.4',
    add('levels', { id: 'A', rank: 9, label: both('A'), definition: both('A'), mark: 'half' }),
  ],
  ['unknown-reference', 'sectors.0.subgroup', set('sg-nowhere', 'sectors', 0, 'subgroup')],
  ['unknown-reference', 'routes.0.template', set('nothing', 'routes', 0, 'template')],
  ['unknown-reference', 'transitions.0.to', set('limbo', 'transitions', 0, 'to')],
  ['unknown-reference', 'clocks.0.when.levels.0', set({ levels: ['Z'] }, 'clocks', 0, 'when')],
  ['unknown-reference', 'clocks.0.calendar', set('lunar', 'clocks', 0, 'calendar')],
  ['unknown-reference', 'flow.0.next.0', set(['99'], 'flow', 0, 'next')],
  ['unknown-reference', 'bodies.0.superior', set('heaven', 'bodies', 0, 'superior')],
  ['rank-twice', 'levels.1.rank', set(4, 'levels', 1, 'rank')],
  ['mark-twice', 'levels.1.mark', set('filled', 'levels', 1, 'mark')],
  ['loop', 'bodies.0', setOf('bodies', 'ey', 'superior', 'dgbas')],
  ['loop', 'groups.0', setOf('groups', 'council', 'partOf', 'centre')],
  ['no-convening-body', 'groups', dropOf('groups', 'sg-academia', 'convenedBy')],
  ['not-a-subgroup', 'unassignedSubgroup', set('council', 'unassignedSubgroup')],
  ['not-a-subgroup', 'desk.group', set('wg-crisis', 'desk', 'group')],
  ['start-is-final', 'initialState', set('released', 'initialState')],
  [
    'unreachable-state',
    'states',
    add('states', { id: 'limbo', kind: 'final', name: both('x'), help: both('x') }),
  ],
  [
    'dead-end-state',
    'states',
    add('states', { id: 'limbo', kind: 'open', name: both('x'), help: both('x') }),
  ],
  [
    'transition-ambiguous',
    'transitions',
    add('transitions', { act: 'register', from: ['reported'], to: 'handling' }),
  ],
  [
    'previous-without-past',
    'transitions',
    add('transitions', { act: 'unmerge', from: ['suspected'], to: 'previous' }),
  ],
  [
    'act-without-right',
    'transitions',
    add('transitions', { act: 'promote', from: ['merged'], to: 'reported' }),
  ],
  [
    'right-without-transition',
    'rights',
    add('rights', { role: 'observer', relation: 'any', acts: ['register'], states: ['merged'] }),
  ],
  ['second-person-for-what', 'fourEyes', setOf('fourEyes', 'lift-hold', 'acts', ['message'])],
  ['nobody-decides', 'fourEyes', withoutAct('approve-act')],
  ['nobody-files', 'rights', withoutAct('file-initial')],
  ['unknown-placeholder', 'templates.0.body', set(both('{narrative}'), 'templates', 0, 'body')],
  ['unknown-placeholder', 'templates.0.asked', set(both('{asked}'), 'templates', 0, 'asked')],
  ['languages-differ', 'templates.0.subject', set({ zh: '{number}', en: 'none' }, 'templates', 0, 'subject')],
  [
    'closed-template-leaks',
    'templates',
    setOf('templates', 'top-confirmed-closed', 'body', both('{organisation}')),
  ],
  ['closed-template-alone', 'templates', setOf('templates', 'top-confirmed-closed', 'id', 'lost-closed')],
  [
    'template-unused',
    'templates',
    add('templates', { id: 'spare', subject: both('x'), body: both('x'), asked: both('x') }),
  ],
  ['clock-never-starts', 'clocks', withoutTransitions('promote')],
  ['clock-never-satisfied', 'clocks', withoutTransitions('confirm-level', 'change-level')],
  ['clock-never-satisfied', 'clocks', setOf('clocks', 'convenor-told', 'byCapacity', 'superior')],
  ['capacity-without-acknowledgement', 'clocks.0.byCapacity', set('convenor', 'clocks', 0, 'byCapacity')],
  ['reach-without-threshold', 'clocks', set([], 'thresholds')],
  ['route-never-taken', 'routes', withoutTransitions('send-back')],
  ['within-without-expectation', 'routes.3.within', set('PT5M', 'routes', 3, 'within')],
  ['selector-without-post', 'routes', dropOf('posts', 'convenor')],
  ['unknown-reference', 'routes.0.ladder', set('heaven', 'routes', 0, 'ladder')],
  [
    'unknown-reference',
    'ladders.0.rungs.1.after.byLevel.Z',
    setRung(1, 'after', { default: 'PT30M', byLevel: { Z: 'PT1M' } }),
  ],
  ['ladder-unused', 'ladders', add('ladders', { id: 'spare', name: both('x'), rungs: [FIRST], source: 'x' })],
  ['ladder-without-expectation', 'routes.3.ladder', set('contact', 'routes', 3, 'ladder')],
  ['ladder-first-rung', 'ladders.0.rungs.0', setRung(0, 'after', { default: 'PT1M' })],
  ['ladder-first-rung', 'ladders.0.rungs.0', setRung(0, 'to', ['team'])],
  [
    'ladder-not-rising',
    'ladders.0.rungs.2.after',
    setRung(2, 'after', { default: 'PT1H', byLevel: { A: 'PT3M' } }),
  ],
  ['ladder-without-mail', 'ladders.0.rungs.1.channels', setRung(1, 'channels', ['sms'])],
  ['ladder-without-words', 'ladders.0.rungs.3.to', dropOf('templates', 'rung')],
  ['ladder-without-post', 'ladders', dropOf('posts', 'convenor')],
  // The convenor's own rung before DEC-4's ten minutes, on a notice that an A is only proposed.
  ['ladder-wakes-early', 'routes', setOf('routes', 'proposed-top-deputies', 'ladder', 'deputies')],
  ['group-without-post', 'groups', dropOf('posts', 'subgroup-academia')],
  ['press-twice', 'posts.2.press', set(true, 'posts', 0, 'press')],
  [
    'field-missing',
    'forms.incident.sections',
    changeField('cause', (field, fields) => fields.splice(fields.indexOf(field), 1)),
  ],
  [
    'field-missing',
    'forms.incident.sections',
    changeField('hosts', (field) => (field.parts as Json[]).shift()),
  ],
  [
    'level-must-be-asked',
    'forms.incident.sections',
    changeField('impactLevel', (field) => Object.assign(field, { mayBeUnknown: true })),
  ],
  [
    'guard-field-hidden',
    'transitions',
    changeField('solution', (field) => Object.assign(field.asks as Json, { recovery: 'hidden' })),
  ],
  ['number-pattern', 'numbering.pattern', set('{seq}', 'numbering', 'pattern')],
  ['bad-time-zone', 'timeZone', set('Asia/Atlantis', 'timeZone')],
  [
    'holiday-and-working-day',
    'calendars.0.extraWorkingDays.0',
    set(
      [
        {
          id: 'office',
          name: both('x'),
          workingDays: [1],
          holidays: ['2027-01-01'],
          extraWorkingDays: ['2027-01-01'],
        },
      ],
      'calendars',
    ),
  ],
];

describe('S7.9.7.1 a broken pack is told what is wrong and where', () => {
  test.each(broken)('%s at %s', (code, path, breakIt) => {
    const pack = structuredClone(PLAN);
    breakIt(pack);
    const found = packProblems(pack).filter((problem) => problem.code === code);
    expect(found.map((problem) => problem.path.join('.')).join('\n')).toContain(path);
    for (const problem of found) {
      const { zh, en } = sayFinding(problem);
      expect(zh).toMatch(/[\u4e00-\u9fff]/);
      expect(`${zh} ${en}`).not.toMatch(/undefined|\[object/);
    }
  });

  test('the place is the line of the mistake', () => {
    const text = planSource().replace('rank: 3', 'rank: 4');
    const line = text.split('\n').findIndex((one) => one.includes('- id: B')) + 2;
    expect(checkPack(written(text))).toMatchObject([{ code: 'rank-twice', line, path: 'levels.1.rank' }]);
  });

  test.each<[ProblemCode, string]>([
    ['yaml', 'id: [unclosed'],
    ['not-a-mapping', '- a list'],
  ])('%s', (code, text) => {
    expect(checkPack(written(text)).map((problem) => problem.code)).toContain(code);
  });
  test('no-files', () => {
    expect(checkPack(join(tmpdir(), 'no-such-pack'))).toMatchObject([{ code: 'no-files' }]);
  });
  test('part-twice', () => {
    const dir = written(planSource());
    writeFileSync(join(dir, 'second.yaml'), 'levels: []\n');
    expect(checkPack(dir)).toMatchObject([{ code: 'part-twice', file: 'second.yaml', path: 'levels' }]);
  });

  test('every sentence of the catalogue has a test', () => {
    const tested = new Set([
      ...broken.map(([code]) => code),
      'yaml',
      'not-a-mapping',
      'no-files',
      'part-twice',
    ]);
    expect(Object.keys(packCheck.problems).filter((code) => !tested.has(code))).toEqual([]);
  });
});

describe('the packs that ship', () => {
  test.each(readdirSync(PACKS))('%s has no problems', (name) => {
    expect(checkPack(join(PACKS, name))).toEqual([]);
  });
  test('one file or many say the same', () => {
    expect(packProblems(PLAN)).toEqual([]);
  });
});

describe('tocsin pack check', () => {
  const call = async (...args: string[]) => {
    const lines: string[] = [];
    const context = {
      print: (line: string) => lines.push(line),
      complain: (line: string) => lines.push(line),
    };
    const code = await run(args, context as unknown as Parameters<typeof run>[1]);
    return { code, text: lines.join('\n') };
  };
  test('sound packs: 0, with the hash', async () => {
    const { code, text } = await call('check', join(PACKS, 'tw-2002'));
    expect(code).toBe(0);
    expect(text).toMatch(/✓ .*第二次修訂.* [0-9a-f]{64}\n✓ Plan for/);
  });
  test('without a folder every shipped pack', async () => {
    expect((await call('check')).code).toBe(0);
  });
  test('a broken one: 1, both languages, file:line:column', async () => {
    const dir = written(planSource().replace('rank: 3', 'rank: 4'));
    const { code, text } = await call('check', dir);
    expect(code).toBe(1);
    expect(text).toMatch(/pack\.yaml:\d+:\d+ levels\.1\.rank \[rank-twice\]\n {2}等級序 4.*\n {2}Rank 4/);
  });
  test('wrongly called: 2', async () => {
    expect((await call('chekc')).code).toBe(2);
  });
});
