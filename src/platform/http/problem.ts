/** From what was thrown to the problem the caller reads. */
import { z } from 'zod';
import { errors as en } from '../../locales/en/errors.ts';
import { errors as zhHant } from '../../locales/zh-Hant/errors.ts';
import { type FieldErrorCode, type FieldRefusal, isFieldErrorCode, isRefusal, Refusal } from '../errors.ts';
import { type Lang, say } from '../i18n.ts';
import type { Problem } from './contract.ts';

const catalogues = { 'zh-Hant': zhHant, en } as const;

/** Media type of every refusal (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** A refusal in the caller's words; `instance` is the request id. */
export function toProblem(refusal: Refusal, lang: Lang, instance: string): Problem {
  const words = catalogues[lang].problems[refusal.code];
  const fieldWords = catalogues[lang].fields;
  return {
    type: `/problems/${refusal.code}`,
    title: words.title,
    status: refusal.status,
    detail: say(words.detail, refusal.params),
    repair: say(words.repair, refusal.params),
    code: refusal.code,
    fields: refusal.fields.map((field) => ({
      path: field.path,
      code: field.code,
      message: say(fieldWords[field.code], field.params),
    })),
    ...(Object.keys(refusal.params).length > 0 ? { params: { ...refusal.params } } : {}),
    instance,
  };
}

type Issue = z.core.$ZodIssue;

/** A path of zod's as dots: `['hosts', 0, 'address']` → `hosts.0.address`. */
function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}

const byFormat: Readonly<Record<string, FieldErrorCode>> = {
  email: 'bad-email',
  url: 'bad-url',
  ipv4: 'bad-ip',
  ipv6: 'bad-ip',
  cidrv4: 'bad-ip',
  cidrv6: 'bad-ip',
  hostname: 'bad-domain',
  datetime: 'bad-date',
  date: 'bad-date',
  time: 'bad-date',
  duration: 'bad-date',
  uuid: 'bad-id',
  guid: 'bad-id',
  e164: 'bad-phone',
};

/** The code and values of one issue that is about one value. */
function coded(issue: Issue): { code: FieldErrorCode; params?: Record<string, unknown> } {
  // A check may name its own code: z.string().refine(…, { params: { code: 'bad-phone' } }).
  const stated = (issue as { params?: { code?: unknown } }).params;
  if (isFieldErrorCode(stated?.code)) {
    const { code, ...params } = stated as { code: FieldErrorCode };
    return { code, params };
  }
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined || issue.input === null) return { code: 'required' };
      if (issue.expected === 'int') return { code: 'not-whole-number' };
      return { code: 'wrong-type', params: { expected: issue.expected } };
    case 'too_big': {
      const params = { max: Number(issue.maximum) };
      if (issue.origin === 'string') return { code: 'too-long', params };
      if (issue.origin === 'array' || issue.origin === 'set') return { code: 'too-many', params };
      return { code: issue.origin === 'date' ? 'bad-date' : 'too-large', params };
    }
    case 'too_small': {
      const params = { min: Number(issue.minimum) };
      if (issue.origin === 'string') {
        return issue.input === '' ? { code: 'required' } : { code: 'too-short', params };
      }
      if (issue.origin === 'array' || issue.origin === 'set') return { code: 'too-few', params };
      return { code: issue.origin === 'date' ? 'bad-date' : 'too-small', params };
    }
    case 'invalid_format':
      return { code: byFormat[issue.format] ?? 'bad-format' };
    case 'invalid_value':
      if (issue.input === undefined || issue.input === null) return { code: 'required' };
      return { code: 'bad-choice', params: { choices: issue.values.map(String) } };
    default:
      return { code: 'invalid' };
  }
}

/** One issue as refused fields: unknown keys become one each, a union speaks for its nearest branch. */
function fieldsOf(issue: Issue, base: readonly PropertyKey[]): FieldRefusal[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: dotted([...path, key]),
      code: 'unknown-field',
      params: { key },
    }));
  }
  if (issue.code === 'invalid_union') {
    if (issue.discriminator) {
      const given = (issue.input as Record<string, unknown> | undefined)?.[issue.discriminator];
      const code = given === undefined ? 'required' : 'bad-choice';
      const choices = ('options' in issue ? issue.options : undefined)?.map(String);
      return [
        { path: dotted([...path, issue.discriminator]), code, ...(choices ? { params: { choices } } : {}) },
      ];
    }
    // The branch the caller meant is the one that got furthest: whose complaints lie deepest.
    const depth = (branch: Issue[]) => Math.max(...branch.map((one) => one.path.length), 0);
    const [nearest] = [...issue.errors].sort((a, b) => depth(b) - depth(a) || a.length - b.length);
    if (nearest && nearest.length > 0) return nearest.flatMap((one) => fieldsOf(one, path));
    return [{ path: dotted(path), code: 'invalid' }];
  }
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element') {
    const key = String(issue.path.at(-1) ?? '');
    return [
      issue.code === 'invalid_key'
        ? { path: dotted(path), code: 'unknown-field', params: { key } }
        : { path: dotted(path), code: 'invalid' },
    ];
  }
  return [{ path: dotted(path), ...coded(issue) }];
}

/**
 * Zod's complaints as one `invalid-input` refusal that names every field by its own code. At most 100 are
 * named. `at` is put before each path (for a part of a larger body).
 */
export function refusalOf(error: { issues: readonly Issue[] }, at: readonly PropertyKey[] = []): Refusal {
  const seen = new Set<string>();
  const fields = error.issues
    .flatMap((issue) => fieldsOf(issue, at))
    .filter(({ path, code }) => {
      const key = `${path}\n${code}`;
      return !seen.has(key) && seen.add(key);
    });
  return new Refusal('invalid-input', { fields: fields.slice(0, 100) });
}

/** What a fault of Fastify's own, before any of our code ran, means in our catalogue. */
const frameworkFaults: Readonly<Record<string, Refusal['code']>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_EMPTY_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed-request',
  FST_ERR_BAD_URL: 'malformed-request',
  FST_ERR_MAX_PARAM_LENGTH: 'malformed-request',
  FST_ERR_HANDLER_TIMEOUT: 'unavailable',
  FST_REQ_FILE_TOO_LARGE: 'attachment-too-large',
  FST_FILES_LIMIT: 'payload-too-large',
  FST_PARTS_LIMIT: 'payload-too-large',
  FST_FIELDS_LIMIT: 'payload-too-large',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'unsupported-media-type',
  FST_PROTO_VIOLATION: 'malformed-request',
  FST_MP_PREMATURE_CLOSE: 'malformed-request',
};

/** PostgreSQL and socket errors that mean "not now" rather than "never". */
const NOT_NOW =
  /^(08...|40001|40P01|53...|57P0.|25006|55P03|57014|ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT)$/;

/** Whatever was thrown, as a refusal; what nobody foresaw becomes `internal` (or `unavailable`). */
export function asRefusal(thrown: unknown): Refusal {
  if (isRefusal(thrown)) return thrown;
  if (thrown instanceof z.core.$ZodError) {
    // A schema that broke inside a handler is our fault, not the caller's.
    return new Refusal('internal', { cause: thrown });
  }
  const fault = thrown as { code?: unknown; syscall?: unknown; message?: unknown } | null | undefined;
  const code = typeof fault?.code === 'string' ? fault.code : '';
  // Whoever hung up half-way made no fault of ours, and reads no answer.
  if (code === 'ECONNRESET' && fault?.message === 'aborted')
    return new Refusal('request-timeout', { cause: thrown });
  const known = frameworkFaults[code];
  if (known) return new Refusal(known, { cause: thrown });
  // What the framework or the sender of files refuses of a request is the sender's mistake, whatever its name.
  const { statusCode, expose } = (fault ?? {}) as { statusCode?: unknown; expose?: unknown };
  const isTheirs = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
  if (isTheirs && (expose === true || code.startsWith('FST_'))) {
    const isHidden = statusCode === 403 || statusCode === 404;
    return new Refusal(isHidden ? 'not-found' : 'malformed-request', { cause: thrown });
  }
  const isConnection = NOT_NOW.test(code) && (code.length === 5 || fault?.syscall !== undefined);
  const isPool =
    typeof fault?.message === 'string' && /timeout exceeded when trying to connect/.test(fault.message);
  const isClosed =
    typeof fault?.message === 'string' &&
    /Connection terminated|driver has already been destroyed/.test(fault.message);
  if (isConnection || isPool || isClosed) return new Refusal('unavailable', { retryAfter: 2, cause: thrown });
  return new Refusal('internal', { cause: thrown });
}
