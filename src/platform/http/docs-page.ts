/** The API's documentation as one page of plain HTML: no script, no inline style, readable in print. */
import { apiDocs as en } from '../../locales/en/api-docs.ts';
import { errors as enErrors } from '../../locales/en/errors.ts';
import { apiDocs as zhHant } from '../../locales/zh-Hant/api-docs.ts';
import { errors as zhErrors } from '../../locales/zh-Hant/errors.ts';
import { ERRORS, type ErrorCode, type FieldErrorCode } from '../errors.ts';
import { type Lang, say } from '../i18n.ts';
import { resolve } from './example.ts';

/** The part of JSON Schema our schemas use. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  examples?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

interface Content {
  schema?: JsonSchema;
  example?: unknown;
}

export interface Operation {
  tags?: string[];
  summary?: string;
  'x-summary-zh'?: string;
  parameters?: { name: string; in: string; required?: boolean; schema?: JsonSchema; description?: string }[];
  requestBody?: { content?: Record<string, Content> };
  responses?: Record<string, { description?: string; content?: Record<string, Content> }>;
}

/** The part of an OpenAPI document we make. */
export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, JsonSchema> };
}

type Words = typeof zhHant;

class Html {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

/** Builds HTML; every value is escaped unless it is HTML already. */
function html(parts: TemplateStringsArray, ...values: unknown[]): Html {
  const write = (value: unknown): string => {
    if (value instanceof Html) return value.source;
    if (Array.isArray(value)) return value.map(write).join('');
    return String(value ?? '').replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  };
  return new Html(
    parts.reduce((all, part, index) => all + part + (index < values.length ? write(values[index]) : ''), ''),
  );
}

interface Row {
  readonly path: string;
  readonly type: string;
  readonly rules: string;
}

/** How deep the fields of a shape are listed one by one. */
const DEPTH = 5;

function typeOf(schema: JsonSchema, words: Words): string {
  if (schema.$ref) return schema.$ref.split('/').pop() ?? '';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return [...new Set(branches.map((one) => typeOf(one, words)))].join(' | ');
  if (schema.type === 'array') return `${words.listOf}${schema.items ? typeOf(schema.items, words) : ''}`;
  const type = [schema.type ?? 'any'].flat().join(' | ');
  return schema.format ? `${type} (${schema.format})` : type;
}

function rulesOf(schema: JsonSchema, isRequired: boolean, words: Words): string {
  const most = schema.maxLength ?? schema.maxItems ?? schema.maximum;
  const least = schema.minLength ?? schema.minItems ?? schema.minimum;
  return [
    isRequired ? words.required : '',
    least !== undefined && Math.abs(least) < Number.MAX_SAFE_INTEGER && least !== 0
      ? words.atLeast(least)
      : '',
    most !== undefined && most < Number.MAX_SAFE_INTEGER ? words.atMost(most) : '',
    schema.default !== undefined ? `= ${JSON.stringify(schema.default)}` : '',
    schema.description ?? '',
  ]
    .filter(Boolean)
    .join('; ');
}

/** The fields of a shape, nested ones by their path. */
function rowsOf(given: JsonSchema, document: OpenApi, words: Words, prefix = '', depth = 0): Row[] {
  const schema = depth === 0 ? resolve(given, document) : given;
  const inner = schema.items ?? schema;
  const branches = inner.anyOf ?? inner.oneOf ?? [inner];
  const rows = branches.flatMap((branch) =>
    Object.entries(branch.properties ?? {}).flatMap(([name, field]) => {
      const path = `${prefix}${schema.items ? '[].' : ''}${name}`;
      const row: Row = {
        path,
        type: typeOf(field, words),
        rules: rulesOf(field, branch.required?.includes(name) ?? false, words),
      };
      const nested = field.items ? `${path}` : `${path}.`;
      return depth < DEPTH && !field.$ref
        ? [row, ...rowsOf(field, document, words, nested, depth + 1)]
        : [row];
    }),
  );
  return rows.filter((row, index) => rows.findIndex((other) => other.path === row.path) === index);
}

function table(headings: string[], rows: unknown[][]): Html {
  return html`<table><thead><tr>${headings.map((one) => html`<th scope="col">${one}</th>`)}</tr></thead><tbody>
${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody></table>`;
}

function shape(schema: JsonSchema | undefined, document: OpenApi, words: Words): Html {
  if (!schema) return html`<p>${words.noBody}</p>`;
  const rows = rowsOf(schema, document, words);
  if (rows.length === 0) return html`<p><code>${typeOf(schema, words)}</code></p>`;
  return table(
    [words.field, words.type, words.rule],
    rows.map(({ path, type, rules }) => [html`<code>${path}</code>`, html`<code>${type}</code>`, rules]),
  );
}

function anchor(method: string, path: string): string {
  return `${method}${path}`.replace(/[^A-Za-z0-9]+/g, '-');
}

function operationSection(
  method: string,
  path: string,
  operation: Operation,
  document: OpenApi,
  lang: Lang,
  words: Words,
): Html {
  const summary = (lang === 'zh-Hant' && operation['x-summary-zh']) || operation.summary || '';
  const body = Object.values(operation.requestBody?.content ?? {})[0];
  const answers = Object.entries(operation.responses ?? {}).filter(([status]) => status !== 'default');
  return html`<section id="${anchor(method, path)}"><h3><code><b>${method.toUpperCase()}</b> ${path}</code></h3>
<p>${summary}</p>
${
  operation.parameters?.length
    ? html`<h4>${words.parameters}</h4>${table(
        [words.field, words.place, words.type, words.rule],
        operation.parameters.map((one) => [
          html`<code>${one.name}</code>`,
          words.in[one.in] ?? one.in,
          html`<code>${typeOf(one.schema ?? {}, words)}</code>`,
          rulesOf(one.schema ?? {}, one.required ?? false, words),
        ]),
      )}`
    : ''
}
${
  body
    ? html`<h4>${words.body}</h4>${shape(body.schema, document, words)}
${body.example === undefined || body.example === null ? '' : html`<details><summary>${words.example}</summary><pre><code>${JSON.stringify(body.example, null, 2)}</code></pre></details>`}`
    : ''
}
${answers.map(([status, answer]) => {
  const content = Object.values(answer.content ?? {})[0];
  return html`<h4>${words.answer} ${status}</h4>${content ? shape(content.schema, document, words) : html`<p>${words.notJson}</p>`}`;
})}
</section>`;
}

function refusalSections(lang: Lang, words: Words): Html {
  const texts = lang === 'en' ? enErrors : zhErrors;
  return html`<section id="refusals"><h2>${words.refusals}</h2>${table(
    [words.code, words.status, words.meaning, words.repair],
    (Object.keys(ERRORS) as ErrorCode[]).map((code) => {
      const text = texts.problems[code];
      return [
        html`<code>${code}</code>`,
        ERRORS[code].status,
        `${text.title} — ${say(text.detail)}`,
        say(text.repair),
      ];
    }),
  )}</section>
<section id="field-refusals"><h2>${words.fieldRefusals}</h2>${table(
    [words.code, words.meaning],
    (Object.keys(texts.fields) as FieldErrorCode[]).map((code) => [
      html`<code>${code}</code>`,
      say(texts.fields[code], { max: 'n', min: 'n', key: '…', line: 'n', column: 'n' }),
    ]),
  )}</section>`;
}

/** The whole page in one language. */
export function renderDocs(document: OpenApi, lang: Lang): string {
  const words: Words = lang === 'en' ? en : zhHant;
  const rooms = new Map<string, { method: string; path: string; operation: Operation }[]>();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags?.[0] ?? words.other;
      rooms.set(tag, [...(rooms.get(tag) ?? []), { method, path, operation }]);
    }
  }
  const ordered = [...rooms].sort(([a], [b]) => a.localeCompare(b));
  const other = lang === 'en' ? 'zh-Hant' : 'en';
  const page = html`<!doctype html>
<html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${words.title}</title><link rel="stylesheet" href="/api/docs/style.css"></head>
<body><a class="skip" href="#content">${words.skip}</a>
<header><h1>${words.title}</h1><a href="?lang=${other}" hreflang="${other}" lang="${other}">${other === 'en' ? 'English' : '繁體中文'}</a></header>
<nav aria-label="${words.contents}">${ordered.map(
    ([tag, operations]) =>
      html`<h2>${tag}</h2><ul>${operations.map(
        ({ method, path }) =>
          html`<li><a href="#${anchor(method, path)}"><b>${method.toUpperCase()}</b> ${path}</a></li>`,
      )}</ul>`,
  )}<ul><li><a href="#refusals">${words.refusals}</a></li><li><a href="#field-refusals">${words.fieldRefusals}</a></li></ul></nav>
<main id="content"><p>${words.intro} <a href="/api/openapi.json">/api/openapi.json</a></p>
<h2>${words.conventions}</h2><ul>${words.conventionList.map((one) => html`<li>${one}</li>`)}</ul>
${ordered.map(
  ([tag, operations]) =>
    html`<h2>${tag}</h2>${operations.map(({ method, path, operation }) =>
      operationSection(method, path, operation, document, lang, words),
    )}`,
)}
${refusalSections(lang, words)}
</main></body></html>
`;
  return page.source;
}

/** The page's looks: the product's paper and ink, by day and night, on any width. */
export const DOCS_STYLE = `:root{color-scheme:light dark;--paper:#f6f4ef;--surface:#fffefb;--ink:#1c1f24;--muted:#5e6671;--line:#dedad1;--accent:#84551b}
@media (prefers-color-scheme:dark){:root{--paper:#12161b;--surface:#191e25;--ink:#e8e5dd;--muted:#a0a8b3;--line:#2d353f;--accent:#dda65c}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 "Noto Sans TC",system-ui,sans-serif;display:grid;grid-template-columns:minmax(14rem,20rem) minmax(0,1fr)}
header{grid-column:1/-1;display:flex;gap:1.5rem;align-items:baseline;justify-content:space-between;padding:1rem 1.5rem;border-bottom:1px solid var(--line);background:var(--surface)}
h1{font-size:1.35rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:2rem 0 .25rem}h4{font-size:.9rem;margin:1rem 0 .25rem;color:var(--muted)}
a{color:var(--accent)}a:focus-visible,summary:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
nav{padding:0 1.5rem 2rem;font-size:.875rem;overflow-wrap:anywhere;border-right:1px solid var(--line)}nav ul{list-style:none;margin:0;padding:0}nav h2{font-size:.95rem;margin:1.5rem 0 .25rem}nav a{display:inline-block;padding:.2rem 0}
main{padding:1rem 2rem 4rem;min-width:0}section{border-top:1px solid var(--line);scroll-margin-top:1rem}
code,pre{font-family:ui-monospace,"Noto Sans Mono",monospace;font-size:.875em;overflow-wrap:anywhere}pre{background:var(--surface);border:1px solid var(--line);padding:.75rem;white-space:pre-wrap}
table{border-collapse:collapse;width:100%;font-size:.9rem;table-layout:fixed}th,td{text-align:left;vertical-align:top;padding:.3rem .75rem .3rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}th{color:var(--muted);font-weight:600}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--surface);padding:.5rem}
@media (max-width:52rem){body{display:block}nav{border:0}main{padding:1rem 1.5rem 4rem}}
@media print{nav{display:none}body{display:block}}
`;
