/** From a filed report to the lines of the paper form, without a page or a font in sight. */
import type { HostData, ReportContent } from '../cases/report-content.ts';
import { type Bilingual, inLang, type Lang } from '../locales/index.ts';
import type { FormField } from '../mechanism/pack.ts';
import type { HostPart, ReportField } from '../mechanism/vocabulary.ts';
import type { PaperBlock, PaperForm, PaperPack, PaperSource, PaperTick } from './contract.ts';
import { paperStatedTime, paperTime, WORDS } from './times.ts';

/** Fields the paper has no line for; they are printed apart, in the appendix. */
const OFF_PAPER: ReadonlySet<ReportField> = new Set([
  'aware',
  'measuresLog',
  'affectedServices',
  'affectedSectors',
  'publicEffect',
  'flags',
  'cause',
  'attachments',
]);

/** Fields that share one ruled line on the paper, and their part of its width. */
const LINES: readonly (readonly (readonly [ReportField, number])[])[] = [
  [
    ['agencyName', 0.56],
    ['agencyEmail', 0.44],
  ],
  [
    ['contactName', 0.36],
    ['contactPhone', 0.36],
    ['contactFax', 0.28],
  ],
];

/** Fields with a number of their own in the section of the hosts; those after the hosts share one (item 3). */
const HOSTS: ReportField = 'hosts';

interface Filled {
  source: PaperSource;
  content: ReportContent;
}

interface Frame {
  pack: PaperPack;
  lang: Lang;
  filled: Filled | null;
}

type Section = PaperPack['forms']['incident']['sections'][number];

/**
 * The form of one filed report in the plan's layout (S8.F3.0–26), what the paper does not have in an appendix.
 * The report's own language of labels is `lang`; what was written stays as it was written.
 */
export function paperOf(source: PaperSource, lang: Lang): PaperForm {
  const { report, view, pack, printedAt } = source;
  const t = WORDS[lang];
  const agency = inLang(view.case.organisation.name, lang);
  const frame: Frame = { pack, lang, filled: { source, content: report.content } };
  return {
    lang,
    title: t.formFor(agency, inLang(pack.forms.incident.title, lang)),
    agency,
    running: t.numberIs(view.case.number),
    exercise: view.case.mode === 'exercise',
    body: bodyOf(frame),
    appendix: [
      { kind: 'heading', text: t.appendix },
      ...recordLines(source, lang),
      ...extraFields(frame).flatMap((field) => fieldBlocks(field, '', frame)),
    ],
    foot: [
      t.hash(report.contentHash),
      `${t.printedAt(paperTime(printedAt.toISOString(), pack, lang))}　${t.mechanism(inLang(pack.shortTitle, lang), pack.version)}`,
    ],
    printedAt,
  };
}

/** The blank form, to be filled in by hand and faxed or delivered (S8.F3.0, SI.13). */
export function blankPaper(pack: PaperPack, lang: Lang, printedAt: Date): PaperForm {
  const t = WORDS[lang];
  const frame: Frame = { pack, lang, filled: null };
  return {
    lang,
    title: t.formFor(
      lang === 'en' ? '_'.repeat(28) : '＿'.repeat(12),
      inLang(pack.forms.incident.title, lang),
    ),
    agency: inLang(pack.forms.incident.title, lang),
    running: t.noNumber,
    exercise: false,
    body: bodyOf(frame),
    appendix: [
      { kind: 'heading', text: t.appendix },
      ...extraFields(frame)
        // Files cannot be attached to a sheet of paper by a line on it.
        .filter((field) => field.id !== 'attachments')
        .flatMap((field) => fieldBlocks(field, '', frame)),
    ],
    foot: [t.blankHelp, t.mechanism(inLang(pack.shortTitle, lang), pack.version)],
    printedAt,
  };
}

function bodyOf(frame: Frame): PaperBlock[] {
  return [
    ...headerLines(frame),
    ...paperSections(frame.pack).flatMap((section) => sectionBlocks(section, frame)),
  ];
}

function paperSections(pack: PaperPack): Section[] {
  return pack.forms.incident.sections
    .map((section) => ({ ...section, fields: section.fields.filter((field) => !OFF_PAPER.has(field.id)) }))
    .filter((section) => section.fields.length > 0);
}

function extraFields(frame: Frame): FormField[] {
  return frame.pack.forms.incident.sections.flatMap((section) =>
    section.fields.filter((field) => OFF_PAPER.has(field.id) && !neverAsked(field)),
  );
}

function neverAsked(field: FormField): boolean {
  return Object.values(field.asks).every((asks) => asks === 'hidden');
}

/** The lines above the sections (S8.F3.1–6): who to ask, when it was filed, its number. */
function headerLines({ pack, lang, filled }: Frame): PaperBlock[] {
  const t = WORDS[lang];
  const values: Record<string, string> = {
    enquiryPhone: pack.desk.phone,
    fax: pack.desk.fax,
    email: pack.desk.email,
    address: inLang(pack.desk.address, lang),
    filedAt: filled ? paperTime(filled.source.report.toldAt, pack, lang) : t.blankTime,
    number: filled ? filled.source.view.case.number : '',
  };
  const shares: Record<string, number> = { filedAt: 0.68, number: 0.32 };
  const cells = pack.forms.incident.header.map((line) => ({
    field: line.id,
    source: line.source,
    label: inLang(line.label, lang),
    value: values[line.id] ?? '',
    share: shares[line.id] ?? 0.5,
  }));
  const rows: PaperBlock[] = [];
  for (let at = 0; at < cells.length; at += 2) rows.push({ kind: 'row', cells: cells.slice(at, at + 2) });
  return rows;
}

function sectionBlocks(section: Section, frame: Frame): PaperBlock[] {
  const t = WORDS[frame.lang];
  const title = inLang(section.title, frame.lang);
  const [only, ...others] = section.fields;
  if (only && others.length === 0) {
    // 三、四、五: the section is the field; its title is the field's label.
    const blocks = fieldBlocks(only, '', frame);
    const first = blocks[0];
    if (first?.kind === 'row' && first.cells[0]) {
      return [
        { kind: 'row', strong: true, cells: [{ ...first.cells[0], label: title, share: 1 }] },
        ...blocks.slice(1),
      ];
    }
    return [{ kind: 'heading', text: title + t.colon }, ...blocks.map((block) => unlabelled(block))];
  }
  const head: PaperBlock = { kind: 'heading', text: title + t.colon };
  const hostsAt = section.fields.findIndex((field) => field.id === HOSTS);
  if (hostsAt < 0) return [head, ...inLines(section.fields, frame)];
  const numbered = section.fields.slice(0, hostsAt + 1);
  const rest = section.fields.slice(hostsAt + 1);
  const blocks = numbered.flatMap((field, at) =>
    fieldBlocks(field, t.numbered(at + 1, inLang(field.label, frame.lang)), frame),
  );
  if (rest.length > 0) {
    blocks.push({ kind: 'item', text: t.numbered(numbered.length + 1, t.incidentData + t.colon) });
    blocks.push(...inLines(rest, frame));
  }
  return [head, ...blocks];
}

function unlabelled(block: PaperBlock): PaperBlock {
  return block.kind === 'ticks' || block.kind === 'text' ? { ...block, label: '' } : block;
}

/** Fields one below the other, save those that share a line on the paper. */
function inLines(fields: readonly FormField[], frame: Frame): PaperBlock[] {
  const blocks: PaperBlock[] = [];
  const done = new Set<ReportField>();
  for (const field of fields) {
    if (done.has(field.id)) continue;
    const line = LINES.find((one) => one.some(([id]) => id === field.id));
    const mates = line?.flatMap(([id, share]) => {
      const mate = fields.find((other) => other.id === id);
      return mate ? [{ mate, share }] : [];
    });
    if (!mates || mates.length < 2) {
      blocks.push(...fieldBlocks(field, '', frame));
      continue;
    }
    const whole = mates.reduce((sum, { share }) => sum + share, 0);
    blocks.push({
      kind: 'row',
      cells: mates.flatMap(({ mate, share }) => {
        done.add(mate.id);
        const block = fieldBlocks(mate, '', frame)[0];
        return block?.kind === 'row' && block.cells[0] ? [{ ...block.cells[0], share: share / whole }] : [];
      }),
    });
  }
  return blocks;
}

/** One field as the paper shows it; `label` overrides the pack's, for the numbered items. */
function fieldBlocks(field: FormField, label: string, frame: Frame): PaperBlock[] {
  const { pack, lang, filled } = frame;
  const t = WORDS[lang];
  const content = filled?.content;
  const named = label || inLang(field.label, lang);
  const unknown = content?.unknown.includes(field.id)
    ? field.unknownLabel
      ? inLang(field.unknownLabel, lang)
      : t.notKnown
    : '';
  const row = (value: string): PaperBlock[] => [
    {
      kind: 'row',
      cells: [{ field: field.id, source: field.source, label: named, value: value || unknown, share: 1 }],
    },
  ];
  const text = (value: string, lines: number): PaperBlock[] => [
    {
      kind: 'text',
      field: field.id,
      source: field.source,
      label: named,
      text: value || unknown,
      lines: filled ? 0 : lines,
    },
  ];
  const ticks = (options: PaperTick[], more: { stacked?: boolean; note?: string } = {}): PaperBlock[] => [
    {
      kind: 'ticks',
      field: field.id,
      source: field.source,
      label: named,
      options,
      stacked: more.stacked ?? false,
      note: more.note || unknown,
    },
  ];
  const chosen = (all: readonly { id: string; name: Bilingual }[], ids: readonly string[]): PaperTick[] =>
    all.map(({ id, name }) => ({ id, text: inLang(name, lang), ticked: ids.includes(id) }));

  /** Our own long lists: all of them to be ticked on a blank form, only the chosen ones on a filled one. */
  const options = (
    all: readonly { id: string; name: Bilingual }[],
    ids: readonly string[] | undefined,
  ): PaperBlock[] =>
    ids
      ? row(
          chosen(all, ids)
            .flatMap((one) => (one.ticked ? one.text : []))
            .join(t.comma),
        )
      : ticks(chosen(all, []));

  switch (field.id) {
    case 'agencyName':
      return row(filled ? inLang(filled.source.view.case.organisation.name, lang) : '');
    case 'agencyEmail':
    case 'contactName':
    case 'contactPhone':
    case 'contactFax':
      return row(content?.[field.id] ?? '');
    case 'occurred':
    case 'aware':
      return row(
        content ? paperStatedTime(content[field.id], pack, lang, unknown || t.notKnown) : t.blankTime,
      );
    case 'resolvedAt':
      return row(
        content ? (content.resolvedAt ? paperTime(content.resolvedAt, pack, lang) : '') : t.blankTime,
      );
    case 'hosts':
      return hostBlocks(field, named, content?.hosts ?? null, unknown, frame);
    case 'securityGrade':
      return ticks(
        pack.securityGrades.map(({ id }) => ({
          id,
          text: t.level(id),
          ticked: content?.securityGrade === id,
        })),
      );
    case 'impactLevel':
      return ticks(
        pack.levels.map(({ id, definition }) => ({
          id,
          text: t.defined(t.level(id), inLang(definition, lang)),
          ticked: content?.impactLevel === id,
        })),
        { stacked: true },
      );
    case 'support':
      return [
        ...ticks(chosen(pack.supportItems, content?.supportItems ?? [])),
        ...(content?.supportText
          ? [
              {
                kind: 'text' as const,
                field: field.id,
                source: field.source,
                label: '',
                text: content.supportText,
                lines: 0,
              },
            ]
          : []),
      ];
    case 'affectedServices':
      return options(pack.essentialServices, content?.affectedServices);
    case 'affectedSectors':
      return options(pack.sectors, content?.affectedSectors);
    case 'flags':
      return ticks(
        pack.flags.map(({ id, name }) => {
          const told = content?.flags[id] ?? null;
          const at = told?.toldAt ? paperTime(told.toldAt, pack, lang) : '';
          const after = told ? t.flagTold(told.toldWhom, at) : filled ? '' : t.flagBlank;
          return { id, text: inLang(name, lang) + after, ticked: told !== null };
        }),
        { stacked: true },
      );
    case 'measuresLog':
      return text(
        (content?.measuresLog ?? [])
          .map((entry) => t.logEntry(paperTime(entry.at, pack, lang), entry.text))
          .join('\n'),
        2,
      );
    case 'attachments':
      return text(attachmentNames(filled, lang), 0);
    case 'description':
      return text(content?.description ?? '', 4);
    case 'scope':
      return text(content?.scope ?? '', 2);
    case 'measures':
      return text(content?.measures ?? '', 2);
    case 'solution':
      return text(content?.solution ?? '', 2);
    case 'publicEffect':
      return text(content?.publicEffect ?? '', 1);
    case 'cause':
      return text(content?.cause ?? '', 1);
  }
}

function attachmentNames(filled: Filled | null, lang: Lang): string {
  if (!filled) return '';
  const { view } = filled.source;
  const size = (bytes: number): string =>
    bytes < 1024 * 1024
      ? `${Math.max(1, Math.round(bytes / 1024))} KiB`
      : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  return filled.content.attachments
    .flatMap((id) => view.attachments.find((one) => one.id === id) ?? [])
    .map((one) => WORDS[lang].attachment(one.name, size(one.size)))
    .join('\n');
}

const BLANK_HOST: HostData = {
  systemId: null,
  name: '',
  ips: [],
  domains: [],
  urls: [],
  makeModel: '',
  osName: '',
  osVersion: '',
  osSerial: '',
  mechanisms: [],
  mechanismsText: '',
};

/** The six lines of each host (S8.F3.13–18); with no host they stand there empty, as on the paper. */
function hostBlocks(
  field: FormField,
  named: string,
  hosts: readonly HostData[] | null,
  unknown: string,
  frame: Frame,
): PaperBlock[] {
  const { lang, pack } = frame;
  const t = WORDS[lang];
  const listed = hosts && hosts.length > 0 ? hosts : [BLANK_HOST];
  const value = (host: HostData, part: HostPart): string => {
    switch (part) {
      case 'ip':
        return host.ips.join(t.comma);
      case 'domain':
        return host.domains.join(t.comma);
      case 'url':
        return host.urls.join('\n');
      case 'model':
        return host.makeModel;
      case 'os':
        return [host.osName, host.osVersion, host.osSerial && t.serial(host.osSerial)]
          .filter(Boolean)
          .join(t.comma);
      case 'mechanisms':
        return [
          ...host.mechanisms.map((id) => {
            const known = pack.securityMechanisms.find((one) => one.id === id);
            return known ? inLang(known.name, lang) : id;
          }),
          host.mechanismsText,
        ]
          .filter(Boolean)
          .join(t.comma);
    }
  };
  const blocks: PaperBlock[] = [
    { kind: 'item', text: named + t.colon + (hosts && hosts.length === 0 ? unknown : '') },
  ];
  for (const [at, host] of listed.entries()) {
    if (listed.length > 1 || host.name) {
      blocks.push({ kind: 'item', text: t.host(at + 1, listed.length, host.name) });
    }
    for (const part of field.parts) {
      blocks.push({
        kind: 'row',
        cells: [
          {
            field: `hosts.${part.id}`,
            source: part.source,
            label: inLang(part.label, lang),
            value: value(host, part.id),
            share: 1,
          },
        ],
      });
    }
  }
  return blocks;
}

/** What the system knows about this filing: kind, channel, times, who filed it, what the desk confirmed. */
function recordLines({ report, view, pack }: PaperSource, lang: Lang): PaperBlock[] {
  const t = WORDS[lang];
  const cell = (label: string, value: string, share = 0.5) => ({
    field: '',
    source: '',
    label,
    value,
    share,
  });
  const filer = `${inLang(report.filedPost.organisation.name, lang)}　${inLang(report.filedPost.name, lang)}　${inLang(report.filedBy.name, lang)}`;
  const confirmed = view.gradings.findLast((one) => one.status === 'confirmed');
  const rows: PaperBlock[] = [
    {
      kind: 'row',
      cells: [
        cell(t.kind.label, t.kind.nth(t.kind[report.kind], report.ordinal)),
        cell(
          t.channel,
          inLang(
            pack.channels.find((one) => one.id === report.channel)?.name ?? {
              zh: report.channel,
              en: report.channel,
            },
            lang,
          ),
        ),
      ],
    },
    { kind: 'row', cells: [cell(t.toldAt, paperTime(report.toldAt, pack, lang), 1)] },
    { kind: 'row', cells: [cell(t.receivedAt, paperTime(report.receivedAt, pack, lang), 1)] },
    { kind: 'row', cells: [cell(t.filedBy, report.onBehalf ? t.onBehalf(filer) : filer, 1)] },
  ];
  if (confirmed) {
    const words = t.confirmedBy(
      t.level(confirmed.level),
      paperTime(confirmed.at, pack, lang),
      confirmed.reason,
    );
    rows.push({ kind: 'row', cells: [cell(t.confirmedLevel, words, 1)] });
  }
  // How the incident came out is the case's: it stands on whichever of its forms is printed once it has ended (S8.2.3).
  if (view.outcome && view.case.closedAt) {
    const when = paperTime(view.case.closedAt, pack, lang);
    rows.push({
      kind: 'row',
      cells: [
        { ...cell(t.outcome, t.outcomeIs(inLang(view.outcome.name, lang), when), 1), field: 'outcome' },
      ],
    });
  }
  if (report.lateReason) rows.push({ kind: 'row', cells: [cell(t.lateReason, report.lateReason, 1)] });
  if (report.suspected) rows.push({ kind: 'item', text: t.suspected });
  return rows;
}
