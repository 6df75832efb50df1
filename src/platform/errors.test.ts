import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errors as en } from '../locales/en/errors.ts';
import { errors as zhHant } from '../locales/zh-Hant/errors.ts';
import { ERRORS, type ErrorCode, FIELD_ERRORS, type FieldErrorCode, Refusal, refuse } from './errors.ts';
import { say } from './i18n.ts';

const DOCUMENT = '../../docs/errors.md';

/** The document as it must be; it is written by `-u` and never by hand. */
function render(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const rows = (Object.keys(ERRORS) as ErrorCode[]).map((code) => {
    const { status, when } = ERRORS[code];
    return `| \`${code}\` | ${status} | ${cell(zhHant.problems[code].title)} | ${cell(en.problems[code].title)} | ${cell(when)} |`;
  });
  const fieldRows = (Object.keys(FIELD_ERRORS) as FieldErrorCode[]).map(
    (code) => `| \`${code}\` | ${cell(say(zhHant.fields[code], SAMPLE))} | ${cell(FIELD_ERRORS[code])} |`,
  );
  return [
    '# Errors',
    '',
    'Every refusal is an RFC 9457 problem, `application/problem+json`, in the language of the caller',
    '(own choice, else the cookie `lang`, else `Accept-Language`, else zh-Hant):',
    '',
    '```json',
    JSON.stringify(EXAMPLE, null, 2),
    '```',
    '',
    '`title` says what happened, `detail` why, `repair` what to do now. `fields` names each refused field by its',
    'dotted path. `params` holds the values behind the words, where there are any. `instance` is the id of the',
    'request, as in the header `X-Request-Id` and in the log.',
    '',
    '## Refusals of a request',
    '',
    '| code | status | 標題 | title | thrown when |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    '## Refusals of a field',
    '',
    'With `invalid-input` each names a field; those marked JSON come with `malformed-json` and name a place.',
    '',
    '| code | 說明 | rule |',
    '|---|---|---|',
    ...fieldRows,
    '',
  ].join('\n');
}

const SAMPLE = {
  key: '⋯',
  max: 'n',
  min: 'n',
  line: 'n',
  column: 'n',
  expected: '⋯',
} as const;

const EXAMPLE = {
  type: '/problems/invalid-input',
  title: zhHant.problems['invalid-input'].title,
  status: 400,
  detail: zhHant.problems['invalid-input'].detail,
  repair: zhHant.problems['invalid-input'].repair,
  code: 'invalid-input',
  fields: [{ path: 'hosts.0.address', code: 'bad-ip', message: zhHant.fields['bad-ip'] }],
  instance: 'q3Zb0mB2v1Xo7w9K',
};

/** Codes listed in one section of the document. */
function listed(heading: string): string[] {
  const document = readFileSync(new URL(DOCUMENT, import.meta.url), 'utf8');
  const section = document.split(/^## /m).find((one) => one.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map((match) => match[1] as string);
}

describe('the catalogue of refusals', () => {
  it('and docs/errors.md list the same codes, both ways', () => {
    const advice = 'run: npx vitest run src/platform/errors.test.ts -u';
    expect(listed('Refusals of a request'), advice).toEqual(Object.keys(ERRORS));
    expect(listed('Refusals of a field'), advice).toEqual(Object.keys(FIELD_ERRORS));
  });

  it('is documented in its own present words', async () => {
    await expect(render()).toMatchFileSnapshot(DOCUMENT);
  });

  it.each([
    ['zh-Hant', zhHant],
    ['en', en],
  ] as const)('says in %s what happened, why, and what to do, with and without values', (_lang, words) => {
    const everything = new Proxy({}, { get: (_target, key) => `<${String(key)}>`, has: () => true });
    for (const params of [{}, everything]) {
      for (const [code, text] of Object.entries(words.problems)) {
        for (const sentence of [text.title, say(text.detail, params), say(text.repair, params)]) {
          expect(sentence.trim().length, code).toBeGreaterThan(2);
          expect(sentence, code).not.toMatch(/undefined|null|\[object|NaN/);
        }
      }
      for (const [code, text] of Object.entries(words.fields)) {
        expect(say(text, params), code).not.toMatch(/undefined|null|\[object|NaN/);
      }
    }
  });

  it('writes Chinese in Chinese and English in English', () => {
    for (const text of Object.values(en.problems))
      expect(JSON.stringify(text)).not.toMatch(/\p{Script=Han}/u);
    for (const text of Object.values(zhHant.problems)) expect(text.title).toMatch(/\p{Script=Han}/u);
  });

  it('uses statuses of 400 to 503 only', () => {
    for (const { status } of Object.values(ERRORS)) expect(status >= 400 && status <= 503).toBe(true);
  });
});

describe('a refusal', () => {
  it('carries its code, fields and values, and is an error with a readable message', () => {
    const fields = [{ path: 'hosts.0', code: 'bad-ip' }] as const;
    const thrown = (() => {
      try {
        return refuse('invalid-input', { fields, params: { a: 1 } });
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(Refusal);
    expect(thrown).toMatchObject({ code: 'invalid-input', status: 400, fields, params: { a: 1 } });
    expect((thrown as Error).message).toBe('invalid-input (hosts.0: bad-ip)');
  });
});
