/**
 * Reads a pack from its folder: every `*.yaml` file holds some of the pack's parts, each part under its own
 * top-level key; together they make one document. Places (file, line, column) are kept, so that a check can
 * point at the very word (S7.9.7.1).
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { type Pack, packSchema } from './pack.ts';

/** Where something stands in a pack's files; line and column count from 1. */
export type Place = { file: string; line: number; column: number };

/** The path of a value inside the pack, as zod reports it. */
export type PackPath = readonly PropertyKey[];

/** What a reader of the files met that YAML itself objects to. */
export type ReadProblem = {
  code: 'no-files' | 'yaml' | 'not-a-mapping' | 'part-twice';
  place: Place;
  path: string[];
  detail: string;
};

/** A pack as written, before it is checked. */
export type PackSource = {
  files: string[];
  value: Record<string, unknown>;
  problems: ReadProblem[];
  /** The place of a path, or of its nearest ancestor that exists. */
  placeOf: (path: PackPath) => Place;
};

type Part = { file: string; document: Document; lines: LineCounter };

/**
 * Reads the YAML files of `dir` in the order of their names and merges them by top-level key.
 * Never throws for what the files contain; what cannot be read is in `problems`.
 */
export function readPackSource(dir: string): PackSource {
  const problems: ReadProblem[] = [];
  const parts = new Map<string, Part>();
  const value: Record<string, unknown> = {};
  const files = listYaml(dir);
  if (files.length === 0) {
    problems.push({ code: 'no-files', place: { file: dir, line: 1, column: 1 }, path: [], detail: dir });
  }
  for (const file of files) {
    const lines = new LineCounter();
    const document = parseDocument(readFileSync(join(dir, file), 'utf8'), {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: true,
    });
    const at = (offset: number): Place => {
      const { line, col } = lines.linePos(offset);
      return { file, line: Math.max(1, line), column: Math.max(1, col) };
    };
    for (const error of document.errors) {
      problems.push({ code: 'yaml', place: at(error.pos[0]), path: [], detail: error.message });
    }
    if (document.errors.length > 0 || document.contents === null) continue;
    if (!isMap(document.contents)) {
      problems.push({ code: 'not-a-mapping', place: at(0), path: [], detail: file });
      continue;
    }
    const content = document.toJS() as Record<string, unknown>;
    for (const pair of document.contents.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
      const before = parts.get(key);
      if (before !== undefined) {
        const offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
        problems.push({ code: 'part-twice', place: at(offset), path: [key], detail: before.file });
        continue;
      }
      parts.set(key, { file, document, lines });
      value[key] = content[key];
    }
  }
  const fallback: Place = {
    file: files.includes('pack.yaml') ? 'pack.yaml' : (files[0] ?? dir),
    line: 1,
    column: 1,
  };
  return { files, value, problems, placeOf: (path) => placeOf(parts, path, fallback) };
}

function listYaml(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter((name) => name.endsWith('.yaml') && !name.startsWith('.'))
      .sort();
  } catch {
    return [];
  }
}

function placeOf(parts: Map<string, Part>, path: PackPath, fallback: Place): Place {
  const part = parts.get(String(path[0]));
  if (part === undefined) return fallback;
  const { document, lines, file } = part;
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    const offset = node && 'range' in node ? node.range?.[0] : undefined;
    if (offset !== undefined) {
      const { line, col } = lines.linePos(offset);
      return { file, line, column: col };
    }
  }
  return { ...fallback, file };
}

/** A pack that passed its schema, with the hash that names this very content for ever. */
export type LoadedPack = { pack: Pack; hash: string };

/**
 * Loads and validates the pack in `dir`. For the words a person needs use `checkPack`; this is what the server
 * calls at start.
 * @throws Error naming file, line and path of the first thing wrong.
 */
export function loadPack(dir: string): LoadedPack {
  const source = readPackSource(dir);
  const first = source.problems[0];
  if (first !== undefined) {
    throw new Error(
      `${first.place.file}:${first.place.line}:${first.place.column} ${first.code}: ${first.detail}`,
    );
  }
  const parsed = packSchema.safeParse(source.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const place = source.placeOf(issue.path);
    throw new Error(
      `${place.file}:${place.line}:${place.column} ${issue.path.map(String).join('.')}: ${issue.message}`,
    );
  }
  return { pack: parsed.data, hash: hashPack(parsed.data) };
}

/**
 * SHA-256 (hex) of the pack's canonical JSON: keys sorted, arrays in order, no white space.
 * Two packs have one hash exactly when they say the same; comments and file names do not count (S1.7, H43).
 */
export function hashPack(pack: Pack): string {
  return createHash('sha256').update(canonicalJson(pack)).digest('hex');
}

/** JSON with sorted keys and without undefined members; stable across processes. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
