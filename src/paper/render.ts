/** Puts a form's lines on A4 pages with our own CJK fonts, embedded as subsets. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import PDFDocument from 'pdfkit';
import type { PaperBlock, PaperCell, PaperForm } from './contract.ts';
import { WORDS } from './times.ts';

type Page = InstanceType<typeof PDFDocument>;

const MARGIN = { top: 58, bottom: 60, left: 52, right: 52 };
const SIZE = { title: 17, heading: 11.5, body: 10.5, small: 8 };
const INK = '#000000';
const RULE = '#555555';
const FAINT = '#777777';
const LEADING = 3;
/** Room for a pen on a blank form. */
const PEN_LINE = 20;

/** Joiners and variation selectors: they shape other characters and print as nothing themselves. */
const INVISIBLE = /[\u200b-\u200d]|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]/gu;

const FONTS = {
  regular: import.meta.resolve('@expo-google-fonts/noto-sans-tc/400Regular/NotoSansTC_400Regular.ttf'),
  bold: import.meta.resolve('@expo-google-fonts/noto-sans-tc/700Bold/NotoSansTC_700Bold.ttf'),
};
let loading: Promise<{ regular: Buffer; bold: Buffer }> | undefined;

/** Read once per process, on the first print. */
function fonts(): Promise<{ regular: Buffer; bold: Buffer }> {
  loading ??= Promise.all([readFile(fileURLToPath(FONTS.regular)), readFile(fileURLToPath(FONTS.bold))]).then(
    ([regular, bold]) => ({ regular, bold }),
    (error: unknown) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

/**
 * The form as a PDF. Long texts run on to further pages, each with agency, number and page; a drill is marked on
 * every page. Characters the font does not hold stand as □, and their codes are named at the end.
 */
export async function renderPdf(form: PaperForm): Promise<Buffer> {
  const { regular, bold } = await fonts();
  const t = WORDS[form.lang];
  const doc = new PDFDocument({
    size: 'A4',
    margins: MARGIN,
    bufferPages: true,
    lang: form.lang,
    displayTitle: true,
    info: {
      Title: `${form.title} ${form.running}`,
      CreationDate: form.printedAt,
      Producer: 'Tocsin',
      Creator: 'Tocsin',
    },
  });
  const chunks: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    doc.on('data', (chunk: Buffer) => chunks.push(chunk));
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });
  doc.registerFont('regular', regular);
  doc.registerFont('bold', bold);
  const pen = penOf(doc);

  doc.font('bold').fontSize(SIZE.title);
  doc.text(pen.legible(form.title), MARGIN.left, MARGIN.top, { width: pen.width, align: 'center' });
  doc.y += 8;
  for (const block of form.body) draw(pen, block);
  if (form.appendix.length > 0) {
    doc.y += 8;
    pen.room(90);
    pen.rule(doc.y, 1.2);
    doc.y += 4;
    for (const block of form.appendix) draw(pen, block);
  }
  const missing = pen.missing();
  if (missing.length > 0) {
    doc.y += 6;
    pen.flow(t.missing(missing.join(t.comma)), { size: SIZE.small });
  }
  runningLines(doc, form, pen);
  doc.end();
  return done;
}

interface Pen {
  doc: Page;
  width: number;
  /** Text as the font can show it. */
  legible: (text: string) => string;
  /** Codes of the characters that had to be replaced so far. */
  missing: () => string[];
  /** Starts a page unless that much height is left. */
  room: (height: number) => void;
  rule: (y: number, weight?: number, from?: number, to?: number) => void;
  /** Text over the whole width, across pages if need be. */
  flow: (text: string, options?: { size?: number; indent?: number; bold?: boolean }) => void;
}

function penOf(doc: Page): Pen {
  const width = doc.page.width - MARGIN.left - MARGIN.right;
  const replaced = new Set<number>();
  // pdfkit does not name its font object, but without asking it there is no telling what would print as nothing.
  doc.font('regular');
  const font = (doc as unknown as { _font: { font: { hasGlyphForCodePoint: (code: number) => boolean } } })
    ._font.font;
  const legible = (text: string): string =>
    Array.from(text.normalize('NFC').replace(/\t/g, '　').replace(INVISIBLE, ''))
      .map((char) => {
        const code = char.codePointAt(0) ?? 0;
        if (char === '\n' || font.hasGlyphForCodePoint(code)) return char;
        replaced.add(code);
        return '□';
      })
      .join('');
  const bottom = doc.page.height - MARGIN.bottom;
  const pen: Pen = {
    doc,
    width,
    legible,
    missing: () =>
      [...replaced]
        .sort((a, b) => a - b)
        .map((code) => `U+${code.toString(16).toUpperCase().padStart(4, '0')}`),
    room: (height) => {
      if (doc.y + height > bottom) {
        doc.addPage();
        doc.y = MARGIN.top;
      }
    },
    rule: (y, weight = 0.5, from = MARGIN.left, to = MARGIN.left + width) => {
      doc.moveTo(from, y).lineTo(to, y).lineWidth(weight).strokeColor(RULE).stroke();
    },
    flow: (text, { size = SIZE.body, indent = 0, bold = false } = {}) => {
      doc
        .font(bold ? 'bold' : 'regular')
        .fontSize(size)
        .fillColor(INK);
      doc.text(legible(text), MARGIN.left + indent, doc.y, { width: width - indent, lineGap: LEADING });
    },
  };
  return pen;
}

function draw(pen: Pen, block: PaperBlock): void {
  const { doc } = pen;
  switch (block.kind) {
    case 'heading':
      pen.room(48);
      doc.y += 7;
      pen.flow(block.text, { bold: true, size: SIZE.heading });
      doc.y += 2;
      return;
    case 'item':
      pen.room(40);
      doc.y += 3;
      pen.flow(block.text, { bold: true });
      return;
    case 'row':
      drawRow(pen, block.cells, block.strong ?? false);
      return;
    case 'ticks': {
      const marks = block.options.map((one) => `${one.ticked ? '■' : '□'}${one.text}`);
      doc.y += 2;
      if (block.stacked) {
        pen.room(20 + 17 * marks.length);
        if (block.label) pen.flow(withColon(pen, block.label) + block.note);
        for (const mark of marks) pen.flow(mark, { indent: 20 });
      } else {
        pen.room(34);
        const label = block.label ? withColon(pen, block.label) : '';
        drawOptions(pen, [label + block.note, ...marks].filter(Boolean));
      }
      doc.y += 2;
      return;
    }
    case 'text': {
      doc.y += 2;
      pen.room(block.lines > 0 ? 20 + Math.min(block.lines, 3) * PEN_LINE : 34);
      if (block.label) pen.flow(withColon(pen, block.label), { bold: true });
      if (block.text) pen.flow(block.text, { indent: 20 });
      for (let line = 0; line < block.lines; line += 1) {
        pen.room(PEN_LINE);
        doc.y += PEN_LINE - 4;
        pen.rule(doc.y);
        doc.y += 4;
      }
      if (!block.text && block.lines === 0) doc.y += 4;
      doc.y += 2;
    }
  }
}

/** Options side by side, none of them broken in the middle. */
function drawOptions(pen: Pen, options: readonly string[]): void {
  const { doc } = pen;
  doc.font('regular').fontSize(SIZE.body).fillColor(INK);
  const height = doc.currentLineHeight(true) + LEADING;
  const gap = SIZE.body;
  let x = 0;
  for (const option of options.map(pen.legible)) {
    const width = doc.widthOfString(option);
    if (x > 0 && x + width > pen.width) {
      x = 0;
      doc.y += height;
      pen.room(height);
    }
    if (width > pen.width) {
      doc.text(option, MARGIN.left, doc.y, { width: pen.width, lineGap: LEADING });
      continue;
    }
    const line = doc.y;
    doc.text(option, MARGIN.left + x, line, { lineBreak: false });
    doc.y = line;
    x += width + gap;
  }
  if (x > 0) doc.y += height;
  doc.x = MARGIN.left;
}

function withColon(pen: Pen, label: string): string {
  return /[：:]$/.test(label) ? label : label + (/[\u3000-\u9fff]/.test(label) ? '：' : pen.legible(': '));
}

/** Labels with their values over a ruled line, side by side; a value too long for that flows below its label. */
function drawRow(pen: Pen, cells: readonly PaperCell[], strong: boolean): void {
  const { doc } = pen;
  const gap = 12;
  const usable = pen.width - gap * (cells.length - 1);
  doc.fontSize(strong ? SIZE.heading : SIZE.body);
  const placed = cells.map((cell) => {
    const label = withColon(pen, cell.label);
    doc.font(strong ? 'bold' : 'regular');
    const labelWidth = Math.min(doc.widthOfString(label) + 2, usable * cell.share * 0.6);
    const valueWidth = usable * cell.share - labelWidth;
    doc.font('regular');
    const value = pen.legible(cell.value);
    const height = Math.max(
      doc.heightOfString(value || ' ', { width: valueWidth, lineGap: LEADING }),
      doc.heightOfString(label, { width: labelWidth, lineGap: LEADING }),
    );
    return { label, labelWidth, value, valueWidth, height };
  });
  const height = Math.max(...placed.map((one) => one.height));
  if (height > 320) {
    for (const one of placed) {
      pen.flow(one.label, { bold: true });
      pen.flow(one.value, { indent: 20 });
    }
    return;
  }
  if (strong) doc.y += 7;
  pen.room(height + 4);
  const top = doc.y + 1;
  let x = MARGIN.left;
  doc.fillColor(INK).fontSize(strong ? SIZE.heading : SIZE.body);
  for (const one of placed) {
    doc
      .font(strong ? 'bold' : 'regular')
      .text(one.label, x, top, { width: one.labelWidth, lineGap: LEADING });
    doc.font('regular').text(one.value, x + one.labelWidth, top, { width: one.valueWidth, lineGap: LEADING });
    pen.rule(top + height - 1, 0.5, x + one.labelWidth, x + one.labelWidth + one.valueWidth);
    x += one.labelWidth + one.valueWidth + gap;
  }
  doc.x = MARGIN.left;
  doc.y = top + height + 1.5;
}

/** Head and foot of every page, once the number of pages is known. */
function runningLines(doc: Page, form: PaperForm, pen: Pen): void {
  const t = WORDS[form.lang];
  const { count } = doc.bufferedPageRange();
  for (let at = 0; at < count; at += 1) {
    doc.switchToPage(at);
    // Text below the margin would otherwise start a new page.
    doc.page.margins = { top: 0, bottom: 0, left: 0, right: 0 };
    const { width, height } = doc.page;
    if (form.exercise) drillMarks(doc, form, width, height);
    doc.font('regular').fontSize(SIZE.small).fillColor(FAINT);
    const half = pen.width / 2;
    doc.text(oneLine(doc, pen.legible(form.agency), half), MARGIN.left, 36, {
      width: half,
      lineBreak: false,
    });
    doc.text(`${form.running}　${t.page(at + 1, count)}`, MARGIN.left + half, 36, {
      width: half,
      align: 'right',
      lineBreak: false,
    });
    pen.rule(50);
    pen.rule(height - 54);
    for (const [line, text] of form.foot.entries()) {
      doc.text(pen.legible(text), MARGIN.left, height - 49 + line * 12, {
        width: pen.width,
        lineBreak: false,
      });
    }
  }
}

/** Shortens a text to one line, so that a very long name never runs over the number beside it. */
function oneLine(doc: Page, text: string, width: number): string {
  if (doc.widthOfString(text) <= width - 8) return text;
  const chars = Array.from(text);
  while (chars.length > 1 && doc.widthOfString(`${chars.join('')}…`) > width - 8) chars.pop();
  return `${chars.join('')}…`;
}

/** A drill looks like one on every page: striped band above, the word across the sheet; readable on a fax. */
function drillMarks(doc: Page, form: PaperForm, width: number, height: number): void {
  const t = WORDS[form.lang];
  doc.save();
  doc.rect(0, 8, width, 20).clip();
  doc.lineWidth(4).strokeColor('#000000');
  for (let x = -20; x < width + 20; x += 14)
    doc
      .moveTo(x, 28)
      .lineTo(x + 20, 8)
      .stroke();
  doc.restore();
  doc.font('bold').fontSize(10);
  const band = doc.widthOfString(t.exerciseBand) + 24;
  doc.rect((width - band) / 2, 7, band, 22).fill('#ffffff');
  doc
    .fillColor(INK)
    .text(t.exerciseBand, (width - band) / 2, 11, { width: band, align: 'center', lineBreak: false });
  doc.save();
  doc.rotate(-40, { origin: [width / 2, height / 2] });
  doc.font('bold').fontSize(130).fillColor('#000000').fillOpacity(0.09);
  doc.text(t.exercise, 0, height / 2 - 90, { width, align: 'center', lineBreak: false });
  doc.restore();
  doc.fillOpacity(1);
}
