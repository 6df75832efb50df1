import { describe, expect, it } from 'vitest';
import { placed, sumOf } from './counties.ts';
import { BOX, COUNTIES } from './taiwan.ts';

describe('the map', () => {
  it('has the twenty-two counties, each with an outline inside the picture and a place for its number', () => {
    const [left = 0, top = 0, width = 0, height = 0] = BOX.split(' ').map(Number);
    expect(COUNTIES).toHaveLength(22);
    for (const { zh, path, x, y } of COUNTIES) {
      expect(path, zh).toMatch(/^M\d+ \d+l[-\d ]+z/);
      expect(x > left && x < left + width && y > top && y < top + height, zh).toBe(true);
    }
    expect(COUNTIES.map((one) => one.path).join('').length).toBeLessThan(20_000);
  });

  it('knows a county in either spelling, puts two names of one place together, and drops nobody', () => {
    const { on, off } = placed([
      { county: '臺北市', levels: { A: 1 } },
      { county: '台北市', levels: { A: 1, D: 2 } },
      { county: '青山縣', levels: { C: 3 } },
      { county: '無此縣', levels: { B: 1 } },
      { county: null, levels: { D: 4 } },
    ]);
    expect(on.map(({ county, levels, invented }) => [county.zh, levels, invented])).toEqual([
      ['台北市', { A: 2, D: 2 }, false],
      ['苗栗縣', { C: 3 }, true],
    ]);
    expect(off).toEqual([
      { name: '無此縣', levels: { B: 1 } },
      { name: null, levels: { D: 4 } },
    ]);
    expect([...on, ...off].reduce((sum, { levels }) => sum + sumOf(levels), 0)).toBe(12);
  });
});
