/**
 * The lost figures of the plan, drawn from the pack alone: the Council (附圖一), the centre (附圖三) and the flow
 * (附圖五). Pure: boxes and lines with places, for the web to draw as SVG and for paper.
 *
 * Units are those of an SVG user space; a Chinese character is {@link EM} wide, a Latin one a little more than half.
 */
import type { Bilingual, Pack } from './pack.ts';

/** Width of a Chinese character and height of a line of text. */
export const EM = 14;
export const LINE = 20;

export type FigureKind = 'post' | 'seats' | 'group' | 'centre' | 'beside' | 'step';

/** A box. `lines` is the label broken to fit in either language; x and y are its upper left corner. */
export type FigureNode = {
  id: string;
  label: Bilingual;
  lines: { zh: string[]; en: string[] };
  kind: FigureKind;
  /** How sure we are that the lost figure said so; figure 5 only. */
  trust?: 'stated' | 'inferred' | 'later-law';
  x: number;
  y: number;
  w: number;
  h: number;
};

/** A line from one box to another through `points`. */
export type FigureEdge = { from: string; to: string; label?: Bilingual; points: [number, number][] };

export type Figure = {
  title: Bilingual;
  width: number;
  height: number;
  nodes: FigureNode[];
  edges: FigureEdge[];
};

const PAD = 10;
const GAP_X = 12;
const GAP_Y = 36;

function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += (character.codePointAt(0) ?? 0) > 0x2e80 ? EM : EM * 0.6;
  return width;
}

/**
 * Breaks a text into lines no wider than `width`: Chinese anywhere but before closing marks, English between words and
 * after hyphens; a word wider than a line is cut.
 */
export function breakLines(text: string, width: number): string[] {
  const pieces =
    text.match(/[（「『]*[\u2e80-\uffff][，。、；：）」』？]*|[^\s\u2e80-\uffff-]+-?\s*|-\s*|\s+/gu) ?? [];
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces.flatMap((one) => cut(one, width))) {
    if (line !== '' && textWidth((line + piece).trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += piece;
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  return lines.length > 0 ? lines : [''];
}

function cut(piece: string, width: number): string[] {
  if (textWidth(piece.trimEnd()) <= width) return [piece];
  const at = Math.max(1, Math.floor(width / (EM * 0.6)));
  return [piece.slice(0, at), ...cut(piece.slice(at), width)];
}

/** Whose lines the boxes must hold; `both` lets one drawing serve either language. */
export type DrawnIn = keyof Bilingual | 'both';

type Draft = Omit<FigureNode, 'x' | 'y' | 'h' | 'lines'>;

function box(draft: Draft, lang: DrawnIn): FigureNode {
  const width = draft.w - 2 * PAD;
  const lines = { zh: breakLines(draft.label.zh, width), en: breakLines(draft.label.en, width) };
  const count = lang === 'both' ? Math.max(lines.zh.length, lines.en.length) : lines[lang].length;
  return { ...draft, lines, x: 0, y: 0, h: count * LINE + 2 * PAD };
}

/** Puts rows under one another, each centred; the boxes of a row become equally high. */
function stack(rows: FigureNode[][]): { width: number; height: number } {
  const rowWidth = (row: FigureNode[]) =>
    row.reduce((sum, node) => sum + node.w, 0) + GAP_X * (row.length - 1);
  if (rows.length === 0) return { width: 0, height: 0 };
  const width = Math.max(...rows.map(rowWidth)) + 2 * GAP_X;
  let y = GAP_X;
  for (const row of rows) {
    let x = (width - rowWidth(row)) / 2;
    const height = Math.max(...row.map((node) => node.h));
    for (const node of row) {
      Object.assign(node, { x, y, h: height });
      x += node.w + GAP_X;
    }
    y += height + GAP_Y;
  }
  return { width, height: y - GAP_Y + GAP_X };
}

/** A line from the foot of one box to the head of another, by right angles; sideways where they stand abreast. */
function join(from: FigureNode, to: FigureNode, label?: Bilingual): FigureEdge {
  const middle = (node: FigureNode): number => node.x + node.w / 2;
  const ends = { from: from.id, to: to.id, ...(label === undefined ? {} : { label }) };
  if (from.y === to.y) {
    const right = from.x < to.x;
    const y = from.y + from.h / 2;
    return {
      ...ends,
      points: [
        [right ? from.x + from.w : from.x, y],
        [right ? to.x : to.x + to.w, y],
      ],
    };
  }
  const down = from.y < to.y;
  const start = down ? from.y + from.h : from.y;
  const end = down ? to.y : to.y + to.h;
  const bend = down ? end - GAP_Y / 2 : end + GAP_Y / 2;
  return {
    ...ends,
    points: [
      [middle(from), start],
      [middle(from), bend],
      [middle(to), bend],
      [middle(to), end],
    ],
  };
}

const bodyName = (pack: Pack, id: string | undefined): Bilingual | null =>
  pack.bodies.find((body) => body.id === id)?.name ?? null;

/** "危機通報分組（行政院主計處）" */
function withBody(name: Bilingual, body: Bilingual | null): Bilingual {
  return body === null ? name : { zh: `${name.zh}（${body.zh}）`, en: `${name.en} (${body.en})` };
}

/**
 * Figure 1: the Council from its general convenor down to its groups and the centre (SF1, S7.1.2).
 * The chain of offices is read from the seats' remarks; seats of equal remark stand abreast, the members in one box.
 */
export function organisationFigure(pack: Pack, lang: DrawnIn = 'both'): Figure {
  const council = pack.groups.find((group) => group.kind === 'council');
  const ranks = Map.groupBy(pack.seats, (seat) => seat.remark.zh);
  const rows: FigureNode[][] = [];
  let members: FigureNode | null = null;
  for (const seats of ranks.values()) {
    const office = (seat: (typeof seats)[number]): Bilingual => {
      const body = bodyName(pack, seat.body);
      return {
        zh: `${body?.zh ?? ''}${seat.office.zh}`,
        en: `${seat.office.en}${body ? `, ${body.en}` : ''}`,
      };
    };
    if (seats.length > 3) {
      const offices = seats.map(office);
      const label = {
        zh: `${seats[0]!.remark.zh} ${seats.length} 人：${offices.map((one) => one.zh).join('、')}`,
        en: `${seats.length} × ${seats[0]!.remark.en}: ${offices.map((one) => one.en).join('; ')}`,
      };
      members = box({ id: `seat-${pack.seats.indexOf(seats[0]!) + 1}`, label, kind: 'seats', w: 1000 }, lang);
      continue;
    }
    const row = seats.map((seat) => {
      const { zh, en } = office(seat);
      const label = { zh: `${seat.remark.zh}（${zh}）`, en: `${seat.remark.en} (${en})` };
      return box({ id: `seat-${pack.seats.indexOf(seat) + 1}`, label, kind: 'post', w: 330 }, lang);
    });
    rows.push(row);
  }
  const under = pack.groups.filter((group) => group.partOf === council?.id);
  const groups = under.map((group) =>
    box(
      {
        id: group.id,
        label: withBody(group.name, bodyName(pack, group.convenedBy)),
        kind: group.kind === 'centre' ? 'centre' : 'group',
        w: 142,
      },
      lang,
    ),
  );
  const heads = [...rows];
  if (groups.length > 0) rows.push(groups);
  if (members) rows.push([members]);
  const size = stack(rows);
  const edges = heads.flatMap((row, index) => {
    const above = heads[index - 1]?.[0];
    return above ? row.map((node) => join(above, node)) : [];
  });
  const chief = chiefOf(heads);
  if (chief) for (const node of groups) edges.push(join(chief, node));
  const title = council?.name ?? pack.shortTitle;
  return { title, ...size, nodes: rows.flat(), edges };
}

/** The last office of the chain that one person holds alone: the groups work under it. */
function chiefOf(heads: FigureNode[][]): FigureNode | undefined {
  return heads.findLast((row) => row.length === 1)?.[0];
}

/** Figure 3: convenor, deputy convenors, the working group and the service centre beside them, the subgroups (SF3). */
export function centreFigure(pack: Pack, lang: DrawnIn = 'both'): Figure {
  const centre = pack.groups.find((group) => group.kind === 'centre');
  const posts = (role: 'convenor' | 'deputy-convenor') =>
    pack.posts
      .filter((post) => post.role === role && post.group === centre?.id)
      .map((post) => box({ id: post.id, label: post.name, kind: 'post', w: 250 }, lang));
  const groupBox = (id: string) => {
    const group = pack.groups.find((one) => one.id === id)!;
    const served = pack.sectors.filter((sector) => sector.subgroup === id);
    const name = withBody(group.name, bodyName(pack, group.convenedBy));
    const label =
      served.length === 0
        ? name
        : {
            zh: `${name.zh}：${served.map((one) => one.name.zh).join('、')}`,
            en: `${name.en}: ${served.map((one) => one.name.en).join(', ')}`,
          };
    return box({ id, label, kind: 'group', w: 156 }, lang);
  };
  const top = posts('convenor');
  const deputies = posts('deputy-convenor');
  const beside = pack.groups
    .filter((group) => group.besideCentre)
    .map((group) =>
      box(
        {
          id: group.id,
          label: withBody(group.name, bodyName(pack, group.convenedBy)),
          kind: 'beside',
          w: 300,
        },
        lang,
      ),
    );
  const subgroups = pack.groups
    .filter((group) => group.kind === 'subgroup' && group.partOf === centre?.id)
    .map((group) => groupBox(group.id));
  const rows = [top, deputies, beside, subgroups].filter((row) => row.length > 0);
  const size = stack(rows);
  const head = top[0];
  const edges = head ? deputies.map((node) => join(head, node)) : [];
  const middle = deputies[Math.floor(deputies.length / 2)] ?? head;
  if (middle) for (const node of [...beside, ...subgroups]) edges.push(join(middle, node));
  return { title: centre?.name ?? pack.desk.name, ...size, nodes: rows.flat(), edges };
}

/** Width of a step's box, and of the strip at the right where lines that skip rows run. */
const STEP = 300;
const LANE = 14;

/** Figure 5: the steps from detection to evaluation, in rows by what must have happened before (SF5, S8.9.1). */
export function flowFigure(pack: Pack, lang: DrawnIn = 'both'): Figure {
  const order = new Map(pack.flow.map((one, index) => [one.step, index]));
  const row = new Map<string, number>();
  for (const { step } of pack.flow) {
    const before = pack.flow.filter(
      (one) => one.next.includes(step) && order.get(one.step)! < order.get(step)!,
    );
    row.set(step, Math.max(-1, ...before.map((one) => row.get(one.step) ?? 0)) + 1);
  }
  const nodes = pack.flow.map((one) => ({
    ...box({ id: one.step, label: stepLabel(one), kind: 'step', w: STEP }, lang),
    trust: one.trust,
  }));
  const rows = [...Map.groupBy(nodes, (node) => row.get(node.id)!)]
    .sort(([a], [b]) => a - b)
    .map(([, list]) => list);
  const { width, height } = stack(rows);
  let lanes = 0;
  const edges = pack.flow.flatMap((one) =>
    one.next.map((next): FigureEdge => {
      const from = nodes.find((node) => node.id === one.step)!;
      const to = nodes.find((node) => node.id === next)!;
      if (row.get(next) === row.get(one.step)! + 1) return join(from, to);
      lanes += 1;
      return around(from, to, width + lanes * LANE);
    }),
  );
  const title = { zh: '資通安全事件通報及應變作業流程', en: 'Flow of notification and response' };
  return { title, width: width + (lanes + 1) * LANE, height, nodes, edges };
}

function stepLabel(step: Pack['flow'][number]): Bilingual {
  const { condition } = step;
  return {
    zh: `${step.step}　${step.actor.zh}：${step.what.zh}${condition ? `（${condition.zh}）` : ''}`,
    en: `${step.step}. ${step.actor.en}: ${step.what.en}${condition ? ` (${condition.en})` : ''}`,
  };
}

/** A line that skips rows or goes back: out below its box, up or down a lane at the right, in above the other box. */
function around(from: FigureNode, to: FigureNode, lane: number): FigureEdge {
  const out = from.x + from.w * 0.75;
  const into = to.x + to.w * 0.75;
  const below = from.y + from.h + GAP_Y / 4;
  const above = to.y - GAP_Y / 4;
  return {
    from: from.id,
    to: to.id,
    points: [
      [out, from.y + from.h],
      [out, below],
      [lane, below],
      [lane, above],
      [into, above],
      [into, to.y],
    ],
  };
}
