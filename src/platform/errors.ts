/**
 * The one catalogue of everything the product may refuse.
 *
 * To add a refusal: one line in `ERRORS`, one in `src/locales/zh-Hant/errors.ts`, one in
 * `src/locales/en/errors.ts`; then `npx vitest run src/platform/errors.test.ts -u` rewrites `docs/errors.md`.
 * The compiler refuses a missing translation, the test a missing or left-over line in the document.
 * A field's refusal is added in the same way to `FIELD_ERRORS`.
 */
import type { TextParams } from './i18n.ts';

/** One kind of refusal: the HTTP status it answers with and when it is thrown (this text is the document). */
interface ErrorKind {
  readonly status: number;
  readonly when: string;
}

/** Every refusal of a whole request, by code. The code is also the last part of the problem's `type`. */
export const ERRORS = {
  // The request itself
  'malformed-json': {
    status: 400,
    when: 'The body is not strict JSON: bad syntax, a key given twice, text after the end, invalid UTF-8, a lone surrogate, a forbidden key such as `__proto__`, nesting or keys beyond the bound. `fields` names the place.',
  },
  'malformed-request': {
    status: 400,
    when: 'The request line, a header or the address cannot be read (for example a broken percent-escape).',
  },
  'invalid-input': {
    status: 400,
    when: 'One or more fields break their rule; `fields` lists each with its own code.',
  },
  'bad-cursor': {
    status: 400,
    when: 'A page cursor is not one this list handed out, or belongs to another list or filter.',
  },
  'payload-too-large': { status: 413, when: 'The body is larger than the route accepts.' },
  'unsupported-media-type': {
    status: 415,
    when: 'The body is not `application/json` in UTF-8 (or, for attachments, not `multipart/form-data`).',
  },
  'headers-too-large': { status: 431, when: 'The headers of the request are longer than 16 KiB.' },
  'request-timeout': { status: 408, when: 'The request did not arrive whole within the time allowed.' },
  'cross-site': {
    status: 403,
    when: 'An act comes from another site, or carries a session cookie without saying where it comes from.',
  },
  'idempotency-key-missing': {
    status: 400,
    when: 'An act that must not happen twice comes without an `Idempotency-Key` header holding a UUID.',
  },
  'idempotency-key-reused': {
    status: 422,
    when: 'The key was already used for a different request; the earlier answer stands.',
  },
  // Who asks
  'not-signed-in': { status: 401, when: 'No session, or one that has ended.' },
  'wrong-credentials': {
    status: 401,
    when: 'Name or password is wrong. Never says which, nor whether the name exists.',
  },
  'too-many-attempts': {
    status: 429,
    when: 'Too many tries in a short time; `Retry-After` says when to try again.',
  },
  'code-refused': {
    status: 401,
    when: 'A one-time code is wrong, was used already, or came while codes are not taken (15 minutes after five wrong ones). Never says which.',
  },
  'passkey-refused': {
    status: 401,
    when: 'A passkey was not recognised: unknown, for another address, without its holder’s own confirmation, too late, or shown twice. Never says which.',
  },
  'oidc-unavailable': { status: 503, when: 'The ministry’s own sign-in does not answer as it must.' },
  'second-factor-needed': {
    status: 403,
    when: 'The session was opened by a password alone, where more is required; it may report, and set up or use a second factor.',
  },
  'step-up-needed': {
    status: 403,
    when: 'A grave act needs a confirmation of who one is, no older than five minutes. `params.methods` lists the ways this person can give it, best first, separated by blanks.',
  },
  'account-enrolled': {
    status: 409,
    when: 'The account is in use already; a lost key is a matter of recovery, not of another invitation.',
  },
  'last-factor': {
    status: 409,
    when: 'The last way to sign in, or the last second factor where one is required, cannot be removed.',
  },
  'recovery-settled': { status: 409, when: 'The recovery was approved, refused or has run out already.' },
  'setup-link-used': { status: 410, when: 'The one-time set-up link was used or has expired.' },
  'forbidden-act': {
    status: 403,
    when: "The caller sees the object but may not do this to it with his posts, or not in the object's present state.",
  },
  'not-found': {
    status: 404,
    when: 'Nothing there, or nothing the caller may see; the two are never told apart.',
  },
  // The state of things
  'case-changed': {
    status: 409,
    when: 'The act was made on an older revision of the case. `params` carries the present `revision` and `who`, `when` and `what` changed it; nothing was written.',
  },
  'draft-changed': {
    status: 409,
    when: 'The draft was saved elsewhere since it was read. `params` carries the present `revision`; nothing was overwritten.',
  },
  conflict: { status: 409, when: 'The act contradicts what is already stored, and no other code says how.' },
  'level-same': { status: 409, when: 'A grading names the level that is already in force.' },
  'reason-required': { status: 400, when: 'The act needs a stated reason and came without one.' },
  'release-needs-solution': {
    status: 409,
    when: 'A release is asked for while the recovery report states no solution.',
  },
  'release-needs-resolved-time': {
    status: 409,
    when: 'A release is asked for while the recovery report states no time of resolution.',
  },
  'level-unconfirmed': { status: 409, when: 'A release is asked for while nobody has confirmed the level.' },
  'not-recovered': { status: 409, when: 'A release is asked for without an accepted recovery report.' },
  'already-final': { status: 409, when: 'The case has ended; the act is possible only on a live case.' },
  'second-person-needed': {
    status: 403,
    when: 'Somebody tries to approve or decline what he proposed himself, in whichever of his posts.',
  },
  'not-independent': {
    status: 403,
    when: 'Somebody tries to approve a recovery who is not independent of whoever asked: his post is newer than seven days or the asker’s gift, or one of the two, or a third, made the account of the other within 30 days.',
  },
  'not-your-proposal': { status: 403, when: 'Somebody tries to take back what another proposed.' },
  'already-proposed': { status: 409, when: 'An act of the same kind already waits for a second person.' },
  'nothing-proposed': {
    status: 409,
    when: 'The proposal decided upon no longer waits: it was decided, taken back, or no longer fitted the case.',
  },
  'proposer-gone': {
    status: 409,
    when: 'Whoever proposed the act no longer holds the post or the right to do it, so nobody can agree to it.',
  },
  'already-held': { status: 409, when: 'An order of silence already stands on the case.' },
  'stationing-stands': {
    status: 409,
    when: 'The case has called the centre out: it is neither left to its agency nor called out again until the centre is stood down by decision.',
  },
  'centre-stood-down': {
    status: 409,
    when: 'The centre has been stood down, or the meeting has ended; its record is closed.',
  },
  'not-held': { status: 409, when: 'No order of silence stands on the case.' },
  'case-held': {
    status: 409,
    when: 'The act would tell others of a case on which an order of silence stands (merging it with another).',
  },
  'no-such-step': { status: 404, when: 'A step of the response procedure is named that the case has not.' },
  'not-your-part': {
    status: 403,
    when: 'A step of the response procedure belongs to another party; the desk may record it on his behalf.',
  },
  'step-settled': {
    status: 409,
    when: 'A step is settled that is done, skipped or set aside already, or one is taken up again that is open.',
  },
  'preparedness-ended': {
    status: 409,
    when: 'Something is done with a call for preparedness that has been ended.',
  },
  'procedure-same': {
    status: 409,
    when: 'A proposal to change a step of the response procedures says what is in force already.',
  },
  'support-not-asked': {
    status: 409,
    when: 'An answer to a request for support that the group was not asked for, or has answered already.',
  },
  'already-asked': { status: 409, when: 'Support is offered to a group that has it before it already.' },
  'support-ended': { status: 409, when: 'The request for support is no longer wanted.' },
  'referral-not-open': {
    status: 409,
    when: 'There is no such referral, it is closed, or something came back before it was sent.',
  },
  'nothing-to-merge': { status: 409, when: 'A merge names no case that could be merged.' },
  'nothing-to-link': {
    status: 409,
    when: 'A link names no case that could stand under the same incident (another mode, another compartment, the same case, one that ended as no incident), or a case is unlinked that is not linked.',
  },
  'merge-into-itself': { status: 409, when: 'A merge names the same case on both sides.' },
  'swap-settled': {
    status: 409,
    when: 'The swap was agreed to, refused or taken back already, or a shift of it has changed since.',
  },
  'not-on-duty': {
    status: 409,
    when: 'Only somebody who is or has just been on duty writes a hand-over note.',
  },
  'no-holder': { status: 409, when: 'The post that must act or be told has no holder at this time.' },
  'attachment-too-large': { status: 413, when: 'An attachment is larger than the set limit.' },
  'attachments-full': {
    status: 413,
    when: 'The files that belong to no report yet would exceed what one person may keep. A report is taken without them.',
  },
  'too-many-drafts': {
    status: 409,
    when: 'One more draft than one person may keep. A report is taken all the same: it needs no saved draft.',
  },
  'too-many-requests': {
    status: 429,
    when: 'Somebody who is not signed in asks more often than his network may; `Retry-After` says when to try again. Never the answer to a signed-in report.',
  },
  // Our side
  unavailable: {
    status: 503,
    when: 'The database cannot be reached or the service is stopping; `Retry-After` says when to try again. Whether the act happened is unknown: repeat it under the same key.',
  },
  internal: {
    status: 500,
    when: 'A fault of ours. The request id in `instance` finds it in the log; nothing of the fault is shown.',
  },
} as const satisfies Record<string, ErrorKind>;

/** Code of a refusal. */
export type ErrorCode = keyof typeof ERRORS;

/** Every refusal of a single field, by code, with the rule it states. */
export const FIELD_ERRORS = {
  required: 'The field is missing or empty.',
  'unknown-field': 'The object has no field of this name.',
  'wrong-type': 'The value has another type than `expected`.',
  'bad-choice': 'The value is not one of the choices.',
  'too-long': 'More than `max` characters.',
  'too-short': 'Fewer than `min` characters.',
  'too-many': 'More than `max` entries.',
  'too-few': 'Fewer than `min` entries.',
  'too-large': 'The number is above `max`.',
  'too-small': 'The number is below `min`.',
  'not-whole-number': 'A whole number is needed.',
  'not-text': 'Characters that are no text: control characters, NUL, lone surrogates, direction overrides.',
  'bad-format': 'The value does not have the form the field needs.',
  'bad-id': 'Not an identifier of ours.',
  'bad-date': 'Not a date or time that exists.',
  'bad-ip': 'Not an IPv4 or IPv6 address.',
  'bad-domain': 'Not a domain name (IDN is accepted).',
  'bad-url': 'Not an address beginning with http:// or https://.',
  'bad-email': 'Not an e-mail address.',
  'bad-phone': 'Not a telephone number.',
  'in-the-future': 'The time has not come yet.',
  'in-the-past': 'The time has passed already.',
  'before-occurrence': 'The time lies before the occurrence.',
  'before-awareness':
    'A report is said to have been made before the agency was aware, and the awareness is stated to the minute.',
  'before-notice': 'A confirmation is said to have been given before its notice was made.',
  'not-a-holder': 'The person does not hold the post through all of the shift.',
  'serves-already': 'The person is on another shift of the roster at that time.',
  'no-authority': 'The body is none that may order silence under this mechanism; it can be named in words.',
  duplicate: 'The same value is given twice.',
  invalid: 'The value breaks a rule that has no code of its own.',
  'duplicate-key': 'JSON: the object names the key twice.',
  'forbidden-key': 'JSON: `__proto__`, `constructor` and `prototype` are never keys of ours.',
  'lone-surrogate': 'JSON: half a character.',
  'bad-utf8': 'JSON: the bytes are not UTF-8.',
  'bad-syntax': 'JSON: not JSON at this place.',
  'trailing-text': 'JSON: text after the end of the value.',
  'bad-number': 'JSON: a number that cannot be held exactly enough (beyond the range of a double).',
  'too-deep': 'JSON: nested deeper than `max`.',
  'too-many-keys': 'JSON: more than `max` keys and entries.',
} as const satisfies Record<string, string>;

/** Code of a field's refusal. */
export type FieldErrorCode = keyof typeof FIELD_ERRORS;

/** One refused field: its dotted path from the body (`hosts.0.address`), the code, values for the words. */
export interface FieldRefusal {
  readonly path: string;
  readonly code: FieldErrorCode;
  readonly params?: TextParams;
}

/** True for a field code of the catalogue. */
export function isFieldErrorCode(value: unknown): value is FieldErrorCode {
  return typeof value === 'string' && Object.hasOwn(FIELD_ERRORS, value);
}

/** What a refusal may carry besides its code. `params` are shown to the caller: put nothing secret there. */
export interface RefusalDetail {
  readonly fields?: readonly FieldRefusal[];
  readonly params?: TextParams;
  /** Seconds until another try makes sense; becomes `Retry-After`. */
  readonly retryAfter?: number;
  /** The fault behind it; for the log only. */
  readonly cause?: unknown;
}

/**
 * A refusal of the product: expected, coded, told to the caller in his language as an RFC 9457 problem.
 * Anything else that is thrown counts as a fault of ours and is answered as `internal`.
 */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly fields: readonly FieldRefusal[];
  readonly params: TextParams;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, detail: RefusalDetail = {}) {
    const places = (detail.fields ?? []).map((field) => `${field.path || '(body)'}: ${field.code}`);
    super(places.length > 0 ? `${code} (${places.join(', ')})` : code, { cause: detail.cause });
    this.name = 'Refusal';
    this.code = code;
    this.status = ERRORS[code].status;
    this.fields = detail.fields ?? [];
    this.params = detail.params ?? {};
    this.retryAfter = detail.retryAfter;
  }
}

/** Refuses: throws a {@link Refusal}. Rules and commands call it where they cannot go on. */
export function refuse(code: ErrorCode, detail: RefusalDetail = {}): never {
  throw new Refusal(code, detail);
}

/** Refuses one or more fields of the request (`invalid-input`). */
export function refuseFields(...fields: FieldRefusal[]): never {
  throw new Refusal('invalid-input', { fields });
}

/** True for a refusal, also one that crossed a module boundary twice. */
export function isRefusal(value: unknown): value is Refusal {
  return value instanceof Refusal;
}
