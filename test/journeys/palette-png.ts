/** A picture of a screen with at most 256 colours: half the size and, for text on paper, the same to the eye. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MOST = 256;

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}

/** Undoes one row's filter (PNG specification, 9.2). */
function unfilter(kind: number, row: Uint8Array, above: Uint8Array, step: number): void {
  for (let at = 0; at < row.length; at += 1) {
    const left = at >= step ? (row[at - step] as number) : 0;
    const up = above[at] as number;
    const corner = at >= step ? (above[at - step] as number) : 0;
    let guess = 0;
    if (kind === 1) guess = left;
    else if (kind === 2) guess = up;
    else if (kind === 3) guess = (left + up) >> 1;
    else if (kind === 4) {
      const p = left + up - corner;
      const [a, b, c] = [Math.abs(p - left), Math.abs(p - up), Math.abs(p - corner)];
      guess = a <= b && a <= c ? left : b <= c ? up : corner;
    }
    row[at] = ((row[at] as number) + guess) & 255;
  }
}

/** Every pixel as 0xRRGGBB. `png`: 8 bits per channel, not interlaced, as browsers write them. */
function pixelsOf(png: Buffer): { width: number; height: number; pixels: Uint32Array } {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const step = png[25] === 6 ? 4 : 3;
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const raw = inflateSync(Buffer.concat(parts));
  const pixels = new Uint32Array(width * height);
  let above: Uint8Array = new Uint8Array(width * step);
  for (let y = 0; y < height; y += 1) {
    const start = y * (width * step + 1);
    const row = raw.subarray(start + 1, start + 1 + width * step);
    unfilter(raw[start] as number, row, above, step);
    for (let x = 0; x < width; x += 1) {
      const at = x * step;
      pixels[y * width + x] =
        ((row[at] as number) << 16) | ((row[at + 1] as number) << 8) | (row[at + 2] as number);
    }
    above = row;
  }
  return { width, height, pixels };
}

/** The colours that stand for all: the most frequent ones, near ones taken together. */
function paletteOf(counts: ReadonlyMap<number, number>): number[] {
  const groups = new Map<number, { colour: number; most: number; all: number }>();
  for (const [colour, count] of counts) {
    const key = counts.size <= MOST ? colour : colour & 0xf8f8f8;
    const group = groups.get(key) ?? { colour, most: 0, all: 0 };
    group.all += count;
    if (count > group.most) Object.assign(group, { colour, most: count });
    groups.set(key, group);
  }
  return [...groups.values()]
    .sort((a, b) => b.all - a.all)
    .slice(0, MOST)
    .map((group) => group.colour);
}

function distance(a: number, b: number): number {
  const [r, g, blue] = [(a >> 16) - (b >> 16), ((a >> 8) & 255) - ((b >> 8) & 255), (a & 255) - (b & 255)];
  return r * r + g * g + blue * blue;
}

/** The same picture with a palette. */
export function toPalettePng(png: Buffer): Buffer {
  const { width, height, pixels } = pixelsOf(png);
  const counts = new Map<number, number>();
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const palette = paletteOf(counts);
  const indexOf = new Map<number, number>();
  for (const colour of counts.keys()) {
    let best = 0;
    for (let at = 1; at < palette.length; at += 1)
      if (distance(colour, palette[at] as number) < distance(colour, palette[best] as number)) best = at;
    indexOf.set(colour, best);
  }
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      rows[y * (width + 1) + 1 + x] = indexOf.get(pixels[y * width + x] as number) ?? 0;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
