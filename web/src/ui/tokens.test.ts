import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

type Palette = Record<string, string>;

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const palettes: Palette[] = [...css.matchAll(/\{([^{}]*--paper:[^{}]*)\}/g)].map((block) =>
  Object.fromEntries(
    [...(block[1] as string).matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((m) => [
      m[1] as string,
      m[2] as string,
    ]),
  ),
);
const [light, darkBySystem, darkByChoice] = palettes as [Palette, Palette, Palette];

function luminance(colour: string): number {
  const channel = (at: number): number => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const TEXT = ['ink', 'muted', 'accent', 'level-a', 'level-b', 'level-c', 'level-d', 'late', 'known'];
const GROUNDS = ['paper', 'surface'];
const PAIRS: [string, string, number][] = [
  ...TEXT.flatMap((text) => GROUNDS.map((ground): [string, string, number] => [text, ground, 4.5])),
  ...['ink', 'muted', 'accent', 'late', 'known'].map((text): [string, string, number] => [
    text,
    'sunken',
    4.5,
  ]),
  ...['ink', 'muted', 'accent', 'late'].map((text): [string, string, number] => [text, 'accent-wash', 4.5]),
  ['late', 'late-wash', 4.5],
  ['ink', 'late-wash', 4.5],
  ['muted', 'late-wash', 4.5],
  ['known', 'known-wash', 4.5],
  ['ink', 'known-wash', 4.5],
  ['on-accent', 'accent', 4.5],
  ['paper', 'ink', 4.5],
  ['surface', 'late', 4.5],
  ...['a', 'b', 'c', 'd'].map((l): [string, string, number] => ['on-level', `level-${l}`, 4.5]),
  ...GROUNDS.map((ground): [string, string, number] => ['edge', ground, 3]),
  ...GROUNDS.map((ground): [string, string, number] => ['focus', ground, 3]),
];

describe('design tokens', () => {
  it('has a light and a dark palette, the dark one the same by system and by choice', () => {
    expect(Object.keys(light).length).toBeGreaterThan(15);
    expect(darkByChoice).toEqual(darkBySystem);
    // What a camera reads is black on white by day and night.
    const shown = Object.keys(light).filter((name) => !name.startsWith('scan-'));
    expect(Object.keys(darkBySystem).sort()).toEqual(shown.sort());
  });

  it.each([
    ['light', light],
    ['dark', darkBySystem],
  ])('%s: every pair is readable (text 4.5:1, marks 3:1)', (_name, palette) => {
    const weak = PAIRS.map(([a, b, least]) => ({
      pair: `${a} on ${b}`,
      ratio: Math.round(contrast(palette[a] as string, palette[b] as string) * 100) / 100,
      least,
    })).filter(({ ratio, least }) => !(ratio >= least));
    expect(weak).toEqual([]);
  });
});
