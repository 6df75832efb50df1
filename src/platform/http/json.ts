/**
 * Strict JSON: what two readers could understand differently is refused, with its place (WEB-4, WEB-6, WEB-8).
 *
 * Refused beyond bad syntax: a key given twice, text after the end, bytes that are not UTF-8, a byte order mark,
 * half characters, control characters, `__proto__`/`constructor`/`prototype` as keys, numbers a double cannot
 * hold, nesting or size beyond the bounds. `JSON.parse` accepts or silently repairs most of these.
 */
import { type FieldErrorCode, Refusal } from '../errors.ts';

/** Bounds of one document. Nesting counts objects and arrays; entries are keys and array elements together. */
export const JSON_BOUNDS = { depth: 32, entries: 20_000 } as const;

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
/** What a string must write as an escape. */
const BARE = /[\u0000-\u001f]/;
const SPACE = /[ \t\n\r]*/y;
/** Control characters that no text of ours holds; tab and line ends are text. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

/** True when the string holds a control character other than tab, line feed or carriage return. */
export function hasControl(value: string): boolean {
  return CONTROL.test(value);
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

class Reader {
  private at = 0;
  private entries = 0;
  private readonly path: (string | number)[] = [];
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  document(): Json {
    const value = this.value(0);
    this.space();
    if (this.at < this.source.length) this.fail('trailing-text', this.place());
    return value;
  }

  private fail(code: FieldErrorCode, params?: Record<string, unknown>): never {
    // Control characters are a matter of the field, not of the document's form.
    const whole = code === 'not-text' ? 'invalid-input' : 'malformed-json';
    throw new Refusal(whole, {
      fields: [{ path: this.path.join('.').slice(0, 200), code, ...(params ? { params } : {}) }],
    });
  }

  /** Line and column, counted from 1, of where reading stopped. */
  private place() {
    const before = this.source.slice(0, this.at);
    const line = before.split('\n').length;
    return { line, column: this.at - before.lastIndexOf('\n') };
  }

  private space() {
    SPACE.lastIndex = this.at;
    SPACE.test(this.source);
    this.at = SPACE.lastIndex;
  }

  private value(depth: number): Json {
    this.space();
    switch (this.source[this.at]) {
      case '{':
        return this.object(depth + 1);
      case '[':
        return this.array(depth + 1);
      case '"':
        return this.string();
      case 't':
        return this.literal('true', true);
      case 'f':
        return this.literal('false', false);
      case 'n':
        return this.literal('null', null);
      default:
        return this.number();
    }
  }

  private literal<T extends Json>(word: string, value: T): T {
    if (!this.source.startsWith(word, this.at)) this.fail('bad-syntax', this.place());
    this.at += word.length;
    return value;
  }

  private number(): number {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.source);
    if (!match) this.fail('bad-syntax', this.place());
    const value = Number(match[0]);
    const isInteger = match[1] === undefined && match[2] === undefined;
    // 1e309 would become Infinity and 9007199254740993 another number: neither is what the caller wrote.
    if (!Number.isFinite(value) || (isInteger && !Number.isSafeInteger(value))) this.fail('bad-number');
    this.at = NUMBER.lastIndex;
    return value === 0 ? 0 : value;
  }

  /** The place of the quote that ends the string begun at `start`, or -1: a quote after an even run of backslashes. */
  private closingQuote(start: number): number {
    let quote = this.source.indexOf('"', start + 1);
    while (quote !== -1) {
      let before = quote - 1;
      while (this.source[before] === '\\') before -= 1;
      if ((quote - before) % 2 === 1) return quote;
      quote = this.source.indexOf('"', quote + 1);
    }
    return -1;
  }

  private string(): string {
    const start = this.at;
    const end = this.closingQuote(start);
    if (end === -1) this.fail('bad-syntax', this.place());
    let value = this.source.slice(start + 1, end);
    if (value.includes('\\')) {
      try {
        value = JSON.parse(this.source.slice(start, end + 1)) as string;
      } catch {
        this.fail('bad-syntax', this.place());
      }
    } else if (BARE.test(value)) this.fail('bad-syntax', this.place());
    this.at = end + 1;
    if (!value.isWellFormed()) this.fail('lone-surrogate');
    if (hasControl(value)) this.fail('not-text');
    return value;
  }

  private enter(depth: number) {
    if (depth > JSON_BOUNDS.depth) this.fail('too-deep', { max: JSON_BOUNDS.depth });
    this.at += 1;
    this.space();
  }

  private count() {
    this.entries += 1;
    if (this.entries > JSON_BOUNDS.entries) this.fail('too-many-keys', { max: JSON_BOUNDS.entries });
  }

  private array(depth: number): Json[] {
    this.enter(depth);
    const result: Json[] = [];
    if (this.source[this.at] === ']') {
      this.at += 1;
      return result;
    }
    for (;;) {
      this.count();
      this.path.push(result.length);
      result.push(this.value(depth));
      this.path.pop();
      if (this.closes(']')) return result;
    }
  }

  private object(depth: number): { [key: string]: Json } {
    this.enter(depth);
    const result: { [key: string]: Json } = {};
    if (this.source[this.at] === '}') {
      this.at += 1;
      return result;
    }
    for (;;) {
      this.count();
      this.space();
      if (this.source[this.at] !== '"') this.fail('bad-syntax', this.place());
      const key = this.string();
      this.path.push(key);
      if (FORBIDDEN_KEYS.has(key)) this.fail('forbidden-key', { key });
      if (Object.hasOwn(result, key)) this.fail('duplicate-key', { key });
      this.space();
      if (this.source[this.at] !== ':') this.fail('bad-syntax', this.place());
      this.at += 1;
      result[key] = this.value(depth);
      this.path.pop();
      if (this.closes('}')) return result;
    }
  }

  /** After an entry: true at the closing bracket, false after a comma. */
  private closes(bracket: string): boolean {
    this.space();
    const next = this.source[this.at];
    if (next !== bracket && next !== ',') this.fail('bad-syntax', this.place());
    this.at += 1;
    return next === bracket;
  }
}

/**
 * Reads a JSON document from its bytes. Throws `malformed-json` (or `invalid-input` for control characters)
 * with the place; never anything else, whatever the bytes.
 */
export function parseStrictJson(bytes: Uint8Array): Json {
  let source: string;
  try {
    source = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal('malformed-json', { fields: [{ path: '', code: 'bad-utf8' }] });
  }
  return new Reader(source).document();
}
