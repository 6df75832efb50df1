import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadPack } from '../mechanism/load.ts';
import type { PaperBlock, PaperForm } from './contract.ts';
import { renderBlankPdf, renderReportPdf } from './index.ts';
import { blankPaper, paperOf } from './rules.ts';
import { sampleSource } from './test-sample.ts';

const { pack } = loadPack(fileURLToPath(new URL('../../packs/tw-2002', import.meta.url)));

interface Line {
  field: string;
  source: string;
  label: string;
  value: string;
}

/** Every line of a form with what it stands for. */
function linesOf(blocks: readonly PaperBlock[]): Line[] {
  return blocks.flatMap((block): Line[] => {
    if (block.kind === 'row') return block.cells;
    if (block.kind === 'text') return [{ ...block, value: block.text }];
    if (block.kind === 'ticks') {
      const value = block.options.map((one) => (one.ticked ? '■' : '□') + one.text).join(' ') + block.note;
      return [{ ...block, value }];
    }
    return [];
  });
}
const find = (form: PaperForm, source: string): Line | undefined =>
  linesOf([...form.body, ...form.appendix]).find((line) => line.source === source);
const pages = (pdf: Buffer): number =>
  Number(/\/Type \/Pages\s*\/Count (\d+)/.exec(pdf.toString('latin1'))?.[1]);

describe('the plan’s form on paper (S8.F3.0–26)', () => {
  const form = paperOf(sampleSource(pack), 'zh-Hant');

  it('S8.F3.0: is headed by the agency’s name and holds exactly the plan’s 26 lines', () => {
    expect(form.title).toBe('市立聯合醫院　資通安全事件通報單');
    const found = new Set(linesOf(form.body).map((line) => line.source));
    expect([...found].sort()).toEqual(Array.from({ length: 26 }, (_, at) => `S8.F3.${at + 1}`).sort());
  });

  it('keeps the plan’s order of lines and the five sections', () => {
    const numbers = linesOf(paperOf(sampleSource(pack, { hosts: [] }), 'zh-Hant').body).map((line) =>
      Number(line.source.slice('S8.F3.'.length)),
    );
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    const titles = form.body.flatMap((block) =>
      block.kind === 'heading'
        ? block.text
        : block.kind === 'row' && block.strong
          ? (block.cells[0]?.label ?? '')
          : [],
    );
    expect(titles.map((title) => title.slice(0, 2))).toEqual(['一、', '二、', '三、', '四、', '五、']);
  });

  it.each([
    ['S8.F3.1', '02-0000-1100'],
    ['S8.F3.2', '02-0000-1101'],
    ['S8.F3.3', 'desk@centre.example'],
    ['S8.F3.4', '台北市廣州街二號'],
    ['S8.F3.5', '民國 115 年 11 月 22 日 09 時 31 分（2026-11-22 09:31）'],
    ['S8.F3.6', '115-000421'],
    ['S8.F3.7', '市立聯合醫院'],
    ['S8.F3.8', 'it@hospital.example'],
    ['S8.F3.9', '許文彬'],
    ['S8.F3.10', '02-0000-1234 轉 12'],
    ['S8.F3.11', '02-0000-1235'],
    ['S8.F3.12', '約 民國 115 年 11 月 22 日 09 時 00 分（2026-11-22 09:00）'],
    ['S8.F3.13', '192.0.2.10、2001:db8::10'],
    ['S8.F3.14', 'his.hospital.example'],
    ['S8.F3.15', '○○ R740'],
    ['S8.F3.16', 'Windows Server、2022、序號 WS22-0001'],
    ['S8.F3.17', 'https://his.hospital.example/register'],
    ['S8.F3.26', '民國 115 年 11 月 22 日 14 時 30 分（2026-11-22 14:30）'],
  ])('%s: reads %s', (source, value) => {
    expect(find(form, source)?.value).toBe(value);
  });

  it('S8.F3.19, S8.F3.20 (DEC-2): ticks both gradings, with the four definitions by the impact level', () => {
    expect(find(form, 'S8.F3.19')?.value).toBe('□『A』級 ■『B』級 □『C』級 □『D』級');
    expect(find(form, 'S8.F3.20')?.value).toBe(
      '□『A』級：影響公共安全、社會秩序、人民生命財產。 ■『B』級：系統停頓，業務無法運作。 ' +
        '□『C』級：業務中斷，影響系統效率。 □『D』級：業務短暫停頓，可立即修復。',
    );
  });

  it('DEC-18, S8.4.1: what the paper does not have stands apart, in the appendix', () => {
    const below = linesOf(form.appendix);
    expect(below.find((line) => line.field === 'aware')?.value).toContain('09 時 12 分');
    expect(below.find((line) => line.field === 'flags')?.value).toContain('已通報：○○調查站');
    expect(below.find((line) => line.field === 'cause')?.value).toBe('遠端桌面弱密碼。');
    expect(below.map((line) => line.value).join()).toContain('初報（第 1 次通報）');
  });

  it('S8.2.3: once the case has ended, how it came out stands on the form, in its own language; before, nothing of it', () => {
    const source = sampleSource(pack);
    const ended = {
      ...source,
      view: {
        ...source.view,
        outcome: { id: 'contained', name: { zh: '已控制，尚待根治', en: 'Contained, not yet cured' } },
        case: { ...source.view.case, state: 'released', open: false, closedAt: '2026-11-23T02:05:00.000Z' },
      },
    };
    const line = (lang: 'zh-Hant' | 'en', of: typeof source = ended) =>
      linesOf(paperOf(of, lang).appendix).find((one) => one.field === 'outcome')?.value;
    expect(line('zh-Hant')).toBe(
      '已控制，尚待根治，民國 115 年 11 月 23 日 10 時 05 分（2026-11-23 10:05）解除列管',
    );
    expect(line('en')).toContain('Contained, not yet cured; control ended');
    expect(line('zh-Hant', { ...ended, view: source.view })).toBeUndefined();
    // Taken up again, it is not said any more.
    expect(line('zh-Hant', { ...ended, view: { ...ended.view, case: source.view.case } })).toBeUndefined();
  });

  it('prints "not yet known" where it was the answer', () => {
    const unknown = paperOf(
      sampleSource(pack, {
        scope: '',
        measures: '',
        hosts: [],
        occurred: { at: null, precision: 'unknown', estimated: false },
        unknown: ['scope', 'measures', 'hosts', 'occurred'],
      }),
      'zh-Hant',
    );
    expect(find(unknown, 'S8.F3.22')?.value).toBe('尚不清楚');
    expect(find(unknown, 'S8.F3.23')?.value).toBe('尚未採取');
    expect(find(unknown, 'S8.F3.12')?.value).toBe('尚不清楚');
    expect(unknown.body).toContainEqual({ kind: 'item', text: '2. 主機（伺服器）資料：尚不清楚' });
  });

  it('H3: a time known to the hour or the day says no more than is known', () => {
    const at = '2026-11-22T01:00:00.000Z';
    const hour = paperOf(
      sampleSource(pack, { occurred: { at, precision: 'hour', estimated: true } }),
      'zh-Hant',
    );
    const day = paperOf(
      sampleSource(pack, { occurred: { at, precision: 'day', estimated: false } }),
      'zh-Hant',
    );
    expect(find(hour, 'S8.F3.12')?.value).toBe('約 民國 115 年 11 月 22 日 09 時（2026-11-22 09）');
    expect(find(day, 'S8.F3.12')?.value).toBe('民國 115 年 11 月 22 日（2026-11-22）');
  });

  it('lists every host with its six lines', () => {
    const ips = linesOf(form.body).filter((line) => line.source === 'S8.F3.13');
    expect(ips.map((line) => line.value)).toEqual(['192.0.2.10、2001:db8::10', '192.0.2.11']);
  });

  it('has the same structure in English', () => {
    const english = paperOf(sampleSource(pack), 'en');
    expect(english.body.map((block) => block.kind)).toEqual(form.body.map((block) => block.kind));
    expect(english.title).toBe('Municipal United Hospital – ICT security incident notification');
    expect(find(english, 'S8.F3.12')?.value).toBe('about ROC 115-11-22 09:00 (2026-11-22 09:00)');
  });

  it('the blank form has the same lines, nothing filled in but the centre’s numbers', () => {
    const blank = blankPaper(pack, 'zh-Hant', new Date(0));
    const filledIn = linesOf(blank.body)
      .filter((line) => /[^\s_＿民國年月日時分□]/.test(line.value) && !line.value.startsWith('□'))
      .map((line) => line.source);
    expect(filledIn).toEqual(['S8.F3.1', 'S8.F3.2', 'S8.F3.3', 'S8.F3.4']);
    expect(linesOf(blank.body).some((line) => line.value.includes('■'))).toBe(false);
    expect(new Set(linesOf(blank.body).map((line) => line.source)).size).toBe(26);
  });
});

describe('the PDF', () => {
  it('is made with our own fonts, embedded', async () => {
    const pdf = await renderReportPdf(sampleSource(pack));
    const text = pdf.toString('latin1');
    expect(text.startsWith('%PDF-')).toBe(true);
    expect(text).toMatch(/\/FontName \/[A-Z]{6}\+NotoSansTC/);
    expect(text).not.toMatch(/\/BaseFont \/Helvetica/);
    expect(pages(pdf)).toBe(2);
  });

  it('lets a long text run on, and survives characters the font does not hold', async () => {
    const source = sampleSource(pack, {
      description: '某日上午發現異常連線，經查為對外服務主機遭入侵。'.repeat(300),
      contactName: '王𠮷䲜\u{e0100}',
    });
    source.view.case.mode = 'exercise';
    source.view.case.organisation.name.zh = '名稱極長之機關'.repeat(20);
    expect(pages(await renderReportPdf(source))).toBeGreaterThan(5);
    expect(pages(await renderReportPdf(source, 'en'))).toBeGreaterThan(5);
  });

  it('blank: two sheets at most, in both languages', async () => {
    expect(pages(await renderBlankPdf(pack, new Date(0)))).toBeLessThanOrEqual(2);
    expect(pages(await renderBlankPdf(pack, new Date(0), 'en'))).toBeLessThanOrEqual(2);
  });
});
