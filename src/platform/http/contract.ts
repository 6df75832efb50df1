/**
 * What every route of the API has in common: problems, pages, texts, times. Shared with the browser.
 *
 * Importing this module also tells zod never to build code at run time (`jitless`): the browser's policy
 * (`script-src 'self'`, Trusted Types) forbids `new Function`, and so do we on the server.
 */
import { z } from 'zod';
import { ERRORS, type ErrorCode, FIELD_ERRORS, type FieldErrorCode } from '../errors.ts';

z.config({ jitless: true });

const errorCodes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];
const fieldErrorCodes = Object.keys(FIELD_ERRORS) as [FieldErrorCode, ...FieldErrorCode[]];

/** One refused field, in words: where, which rule, and what to do. */
export const fieldProblem = z.strictObject({
  path: z.string().describe('Dotted path from the body, e.g. hosts.0.address; empty for the body itself'),
  code: z.enum(fieldErrorCodes),
  message: z.string(),
});

/** An RFC 9457 problem as every refusal is answered, in the caller's language. */
export const problem = z
  .strictObject({
    type: z.string().describe('/problems/<code>'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    repair: z.string().describe('What the caller can do now'),
    code: z.enum(errorCodes),
    fields: z.array(fieldProblem),
    params: z.record(z.string(), z.unknown()).optional().describe('Values behind the words, by code'),
    instance: z.string().describe('The request id, also in the header X-Request-Id'),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;
export type FieldProblem = z.infer<typeof fieldProblem>;

/** Control characters other than tab and line ends, noncharacters, lone surrogates. */
const NOT_TEXT =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Direction overrides and isolates: they make text read differently from what is stored. */
const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/;

/**
 * True for text that can be stored and shown as it reads: no NUL or other control characters (tab and line
 * ends stay), no half characters, no invisible direction overrides. Ordinary Chinese, emoji with their
 * joiners, and right-to-left scripts are all text.
 */
export function isText(value: string): boolean {
  return !NOT_TEXT.test(value) && !DIRECTION.test(value);
}

/**
 * A text field of at most `max` characters (UTF-16 units after NFC), trimmed, line ends made `\n`.
 * Empty text is refused as `required`; use {@link optionalText} where nothing may be said.
 * Nothing visible is ever removed: what is not text (see {@link isText}) is refused as `not-text`.
 */
export function text(max: number, min = 1) {
  return z
    .string()
    .refine(isText, { params: { code: 'not-text' }, abort: true })
    .overwrite((value) => value.replace(/\r\n?/g, '\n').normalize('NFC').trim())
    .min(min)
    .max(max);
}

/** As {@link text}, but may be empty. */
export function optionalText(max: number) {
  return text(max, 0);
}

/** A one-line text: as {@link text}, and line ends or tabs are refused (`not-text`): names, subjects. */
export function line(max: number, min = 1) {
  return text(max, min).refine((value) => !/[\n\t\u2028\u2029]/.test(value), {
    params: { code: 'not-text' },
  });
}

/** An identifier of ours (UUID in any version), lower-cased; anything else is `bad-id`. */
export const id = z.guid().toLowerCase();
