import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { breakLines, centreFigure, EM, type Figure, flowFigure, organisationFigure } from './figures.ts';
import { loadPack } from './load.ts';

const packs = join(import.meta.dirname, '../../packs');
const { pack } = loadPack(join(packs, 'tw-2002'));
const { pack: law } = loadPack(join(packs, 'test-4321'));

const lines = (figure: Figure) => figure.edges.map((edge) => `${edge.from}→${edge.to}`);
const below = (figure: Figure, id: string) =>
  figure.edges.filter((edge) => edge.from === id).map((edge) => edge.to);
const label = (figure: Figure, id: string) => figure.nodes.find((node) => node.id === id)?.label.zh;

describe('SF1 S7.1.2 the Council', () => {
  const figure = organisationFigure(pack);
  test('premier, vice premier, chief executive, two deputies, fifteen members', () => {
    expect(lines(figure).slice(0, 4)).toEqual([
      'seat-1→seat-2',
      'seat-2→seat-3',
      'seat-3→seat-4',
      'seat-3→seat-5',
    ]);
    expect(label(figure, 'seat-1')).toBe('國家資通安全會報總召集人（行政院院長）');
    expect(label(figure, 'seat-6')).toMatch(/^委員 15 人：行政院秘書長、.*高雄市政府市長$/);
  });
  test('under the chief executive: committee, six working groups, service centre, response centre', () => {
    expect(below(figure, 'seat-3').filter((id) => !id.startsWith('seat-'))).toEqual([
      'advisory-committee',
      'wg-general',
      'wg-standards',
      'wg-audit',
      'wg-information',
      'wg-crime',
      'wg-crisis',
      'service-centre',
      'centre',
    ]);
  });
});

describe('SF3 S7.10.1b the response centre', () => {
  const figure = centreFigure(pack);
  test('SF3.1 SF3.2 SF3.3 SF3.4 a convenor above three deputies', () => {
    expect(below(figure, 'convenor')).toEqual([
      'deputy-convenor-stag',
      'deputy-convenor-edpc',
      'deputy-convenor-natsec',
    ]);
    expect(label(figure, 'convenor')).toContain('會報執行長兼');
  });
  test('SF3.5 the working group and the service centre stand beside it', () => {
    const beside = figure.nodes.filter((node) => node.kind === 'beside').map((node) => node.label.zh);
    expect(beside).toEqual(['危機通報工作組（行政院主計處電子處理資料中心）', '技術服務中心（經濟部）']);
  });
  test('S7.10.3d eight subgroups with convening bodies and sectors', () => {
    const groups = figure.nodes.filter((node) => node.kind === 'group');
    expect(groups).toHaveLength(8);
    expect(label(figure, 'sg-enterprise-1')).toBe('事業機構分組（一）（經濟部）：電力、石油、自來水、瓦斯');
    expect(label(figure, 'sg-enterprise-4')).toBe('事業機構分組（四）（行政院衛生署）：醫療');
    expect(label(figure, 'sg-crisis')).toBe('危機通報分組（行政院主計處）');
  });
});

describe('SF5 the flow', () => {
  const figure = flowFigure(pack);
  test('every step is a box and every "next" a line', () => {
    expect(figure.nodes.map((node) => node.id)).toEqual(pack.flow.map((step) => step.step));
    expect(lines(figure)).toEqual(
      pack.flow.flatMap((step) => step.next.map((next) => `${step.step}→${next}`)),
    );
  });
  test('steps stand below what must have happened before', () => {
    const y = (step: string) => figure.nodes.find((node) => node.id === step)!.y;
    for (const [above, under] of [
      ['3', '4'],
      ['6', '7'],
      ['7', '8'],
      ['8', '8a'],
      ['9', '10'],
      ['14', '15'],
      ['16', '17'],
    ]) {
      expect(y(above!)).toBeLessThan(y(under!));
    }
    expect(y('8')).toBe(y('9'));
  });
  test('each box says how sure we are of it', () => {
    expect(figure.nodes.find((node) => node.id === '7')?.trust).toBe('inferred');
    expect(figure.nodes.find((node) => node.id === '4')?.trust).toBe('stated');
  });
});

describe.each([
  ['organisation', organisationFigure],
  ['centre', centreFigure],
  ['flow', flowFigure],
] as const)('%s drawn', (_name, draw) => {
  test.each(['zh', 'en', 'both'] as const)('%s: nothing overlaps, all inside, text fits', (lang) => {
    const { nodes, edges, width, height } = draw(pack, lang);
    for (const node of nodes) {
      expect(node.x >= 0 && node.y >= 0 && node.x + node.w <= width && node.y + node.h <= height).toBe(true);
      for (const other of nodes) {
        if (other === node) continue;
        const apart =
          node.x + node.w <= other.x ||
          other.x + other.w <= node.x ||
          node.y + node.h <= other.y ||
          other.y + other.h <= node.y;
        expect(apart, `${node.id} over ${other.id}`).toBe(true);
      }
      for (const line of node.lines[lang === 'en' ? 'en' : 'zh']) {
        const chinese = [...line].filter((one) => one >= '\u2e80').length;
        expect(chinese * EM).toBeLessThanOrEqual(node.w);
      }
      if (lang !== 'both') expect(node.lines[lang].length * 20).toBeLessThanOrEqual(node.h);
    }
    for (const [x, y] of edges.flatMap((edge) => edge.points)) {
      expect(x >= 0 && x <= width && y >= 0 && y <= height).toBe(true);
    }
  });
  test('a pack without Council, centre or flow draws what it has, and fails on nothing', () => {
    expect(() => draw(law)).not.toThrow();
  });
});

test('no line begins with a closing mark or ends with an opening one', () => {
  const broken = breakLines('危機通報工作組（行政院主計處電子處理資料中心），負責通報。', 7 * EM);
  for (const line of broken) expect(line).not.toMatch(/^[，。）]|[（「]$/);
  expect(broken.join('')).toBe('危機通報工作組（行政院主計處電子處理資料中心），負責通報。');
});
