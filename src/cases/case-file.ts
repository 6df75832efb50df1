/**
 * The whole case as one file that is read without the product (ISO-12, SI.9): a page of HTML without a script, with the
 * same content for machines in it as JSON. Nothing in a cell is ever taken for a formula (WEB-3).
 */
import { directorySnapshot } from '../directory/index.ts';
import { placesOf, type StreamPlaces } from '../ledger/index.ts';
import { caseFile as en } from '../locales/en/case-file.ts';
import { mechanism as mechanismEn } from '../locales/en/mechanism.ts';
import { type Bilingual, inLang, type Lang } from '../locales/index.ts';
import { caseFile as zh } from '../locales/zh-Hant/case-file.ts';
import { mechanism as mechanismZh } from '../locales/zh-Hant/mechanism.ts';
import { packByHash } from '../mechanism/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { read } from '../platform/transaction.ts';
import { type Annex, affairsSections } from './case-file-affairs.ts';
import { escaped, moment, type Shown, table } from './case-file-parts.ts';
import type { CaseView } from './contract.ts';
import { personRef } from './lists.ts';
import { recordLook } from './looks.ts';
import { caseView } from './views.ts';

const WORDS = {
  'zh-Hant': { ...zh, facts: mechanismZh.facts as Record<string, string> },
  en: { ...en, facts: mechanismEn.facts as Record<string, string> },
};

/** Version of the file's machine-readable part; a reader of files asks it first. */
const FORMAT = 'tocsin-case/1';

/** A value as plain words; what has a structure of its own stays readable JSON. */
function plain(value: unknown): string {
  if (value === null || value === undefined || value === '') return '—';
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join('、') || '—';
  return JSON.stringify(value);
}

/** Ids, hashes and what has a structure of its own are in the part for machines; people read the rest. */
function isForPeople(value: unknown): boolean {
  if (typeof value === 'object') return false;
  return !/^[0-9a-f]{8}-[0-9a-f-]{27}$|^[0-9a-f]{64}$/.test(String(value));
}

function reportsPart(view: CaseView, shown: Shown): string {
  const { lang, pack } = shown;
  const h = WORDS[lang].heads;
  const fields = pack.forms.incident.sections.flatMap((section) => section.fields);
  const label = (id: string) => {
    const found = fields.find((field) => field.id === id);
    return found ? inLang(found.label, lang) : id;
  };
  return view.reports
    .map((report) => {
      const rows = Object.entries(report.content).map(([id, value]) => [label(id), plain(value)]);
      const who = `${inLang(report.filedBy.name, lang)}・${inLang(report.filedPost.name, lang)}`;
      return `<h3>${report.ordinal}. ${escaped(report.kind)}</h3>
<p>${escaped(moment(report.receivedAt, shown))}　${escaped(report.channel)}　${escaped(who)}</p>
<p class="hash">${report.contentHash}</p>
${table([h.field, h.value], rows, WORDS[lang].none)}`;
    })
    .join('\n');
}

function knowsRows(view: CaseView, shown: Shown): string[][] {
  const { lang } = shown;
  const t = WORDS[lang];
  return view.knows.map((row) => [
    `${inLang(row.party.organisationName, lang)}・${inLang(row.party.postName, lang)}`,
    row.party.capacities.join('、'),
    moment(row.toldAt, shown),
    inLang(row.asked, lang),
    t.status[row.status],
    row.acknowledged
      ? [
          moment(row.acknowledged.at, shown),
          row.acknowledged.by ? inLang(row.acknowledged.by.name, lang) : '',
          t.how[row.acknowledged.how],
        ].join(' ')
      : '—',
    row.deliveries
      .map((one) =>
        [
          one.person ? inLang(one.person.name, lang) : '—',
          t.status[one.state],
          moment(one.at, shown),
          one.reason ?? '',
        ].join(' '),
      )
      .join('\n') || '—',
  ]);
}

function factRows(view: CaseView, places: StreamPlaces, shown: Shown): string[][] {
  const { lang } = shown;
  const t = WORDS[lang];
  const bySeq = new Map(places.facts.map((place) => [place.seq, place]));
  return view.facts.map((fact) => {
    const place = bySeq.get(fact.seq);
    return [
      String(fact.seq),
      moment(fact.at, shown),
      t.facts[fact.kind] ?? fact.kind,
      fact.person ? inLang(fact.person.name, lang) : '—',
      fact.post ? inLang(fact.post.name, lang) : '—',
      Object.entries(fact.data)
        .filter(([, value]) => isForPeople(value))
        .map(([key, value]) => `${key}: ${plain(value)}`)
        .join('\n'),
      place?.hash ?? '—',
      place?.index === null || place === undefined ? t.unsealed : String(place.index),
    ];
  });
}

const STYLE = `:root{color-scheme:light dark;--line:#8a8a8a}
body{font:16px/1.6 "Noto Sans TC","PingFang TC","Microsoft JhengHei",system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{border:1px solid var(--line);padding:.25rem .5rem;text-align:start;vertical-align:top;overflow-wrap:anywhere}
.wide{overflow-x:auto}.hash{font:.75rem/1.4 ui-monospace,monospace}
td:last-child{white-space:nowrap}
@media print{body{margin:0;max-width:none;font-size:10pt}h2{break-after:avoid}tr{break-inside:avoid}}`;

/** The page. Pure, so that the same case makes the same file. */
export function caseFileOf(
  view: CaseView,
  places: StreamPlaces,
  shown: Shown,
  by: { readonly name: Bilingual; readonly post: Bilingual },
  annex?: Annex,
): string {
  const { lang, pack } = shown;
  const t = WORDS[lang];
  const h = t.heads;
  const row = view.case;
  const level = pack.levels.find((one) => one.id === row.level);
  const state = pack.states.find((one) => one.id === row.state);
  const section = (id: keyof typeof t.sections, body: string) =>
    `<section><h2>${escaped(t.sections[id])}</h2>\n${body}\n</section>`;
  const facts = new Set(view.facts.map((fact) => fact.seq));
  const sealed = { ...places, facts: places.facts.filter((place) => facts.has(place.seq)) };
  const { may: _may, looks: _looks, ...record } = view;
  const machine = {
    ...{ format: FORMAT, exportedAt: view.now, exportedBy: by, case: record, ledger: sealed },
    ...(annex ? { annex: annex.data } : {}),
  };
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${escaped(t.title(row.number))}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(annex?.title ?? t.title(row.number))}</h1>
<p>${escaped(t.exportedBy(inLang(by.name, lang), inLang(by.post, lang)))}　${escaped(moment(view.now, shown))}</p>
<p><strong>${escaped(t.confidential)}</strong> ${escaped(t.howToRead)}</p>
${annex?.html ?? ''}
${section(
  'case',
  table(
    [h.organisation, h.authority, h.level, h.state, h.opened, h.closed, h.outcome, h.hash, h.pack],
    [
      [
        inLang(row.organisation.name, lang),
        row.authority ? inLang(row.authority.name, lang) : '—',
        level ? inLang(level.label, lang) : row.level,
        state ? inLang(state.name, lang) : row.state,
        moment(row.openedAt, shown),
        moment(row.closedAt, shown),
        view.outcome ? inLang(view.outcome.name, lang) : '—',
        view.packVersion.hash,
        `${view.packVersion.id} ${view.packVersion.version}`,
      ],
    ],
    t.none,
  ),
)}
${section(
  'facts',
  `<p>${escaped(t.proof)}</p>
<p class="hash">${escaped(sealed.head ? t.head(sealed.log, sealed.head.size, sealed.head.root) : t.noHead)}</p>
${table([h.no, h.at, h.what, h.who, h.post, h.detail, h.hash, h.index], factRows(view, sealed, shown), t.none)}`,
)}
${section(
  'levels',
  table(
    [h.level, h.state, h.at, h.who, h.post, h.detail],
    view.gradings.map((one) => [
      one.level,
      one.status,
      moment(one.at, shown),
      one.person ? inLang(one.person.name, lang) : '—',
      one.post ? inLang(one.post.name, lang) : '—',
      one.reason || '—',
    ]),
    t.none,
  ),
)}
${section('reports', reportsPart(view, shown))}
${section(
  'knows',
  table(
    [h.party, h.capacity, h.at, h.asked, h.status, h.acknowledged, h.deliveries],
    knowsRows(view, shown),
    t.none,
  ),
)}
${section(
  'clocks',
  table(
    [h.name, h.at, h.due, h.state],
    view.clocks.map((clock) => [
      inLang(clock.name, lang),
      moment(clock.startAt, shown),
      moment(clock.dueAt, shown),
      `${t.clock[clock.state]}${clock.overdue ? ` (${t.overdue})` : ''} ${clock.metAt ? moment(clock.metAt, shown) : ''}`,
    ]),
    t.none,
  ),
)}
${section(
  'messages',
  table(
    [h.at, h.who, h.post, h.detail],
    view.messages.map((one) => [
      moment(one.at, shown),
      inLang(one.person.name, lang),
      inLang(one.post.name, lang),
      one.body,
    ]),
    t.none,
  ),
)}
${affairsSections(view, shown)}
${section(
  'attachments',
  table(
    [h.name, h.size, h.at, 'SHA-256'],
    view.attachments.map((one) => [one.name, String(one.size), moment(one.at, shown), one.sha256]),
    t.none,
  ),
)}
<script type="application/json" id="tocsin-case">${JSON.stringify(machine).replaceAll('<', '\\u003c')}</script>
</body>
</html>
`;
}

/**
 * GET /cases/:id/export. The look is recorded before the file leaves (ISO-12).
 * @throws Refusal not-found for a case the reader may not see; forbidden-act when none of his posts may export
 */
export async function exportCase(
  ctx: AppContext,
  actor: Actor,
  id: string,
  lang: Lang,
): Promise<{ readonly name: string; readonly html: string }> {
  const view = await caseView(ctx, actor, id, lang);
  const may = view.may.find((one) => one.act === 'export');
  const post = may?.as[0];
  if (!post) refuse('forbidden-act', { params: { act: 'export', state: view.case.state } });
  const { pack, reader } = await read(ctx.database, actor, ctx.clock, async (tx) => ({
    pack: await packByHash(ctx, tx, view.packVersion.hash),
    reader: personRef(await directorySnapshot(ctx, tx), actor.personId ?? '').name,
  }));
  const places = await placesOf(ctx, id, view.case.compartment);
  const html = caseFileOf(view, places, { lang, pack }, { name: reader, post: post.name });
  await recordLook(ctx, actor, id, 'exported');
  return { name: `${WORDS[lang].fileName(view.case.number)}.html`, html };
}
