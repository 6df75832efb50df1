/** Bodies a route takes, made from its own description; and the whole database as one word, to see that nothing moved. */
import type pg from 'pg';
import type { Door } from './house.ts';
import { TABLES } from './tables.ts';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly body: Schema | null;
}

const UUID = '018f0000-0000-7000-8000-000000000000';

/** Every operation that writes, and how to make what it takes. */
export async function described(door: Door) {
  const answer = await door.http.inject({ url: '/api/openapi.json' });
  const document = answer.json() as {
    paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>;
    components?: { schemas?: Record<string, Schema> };
  };
  const resolve = (schema: Schema): Schema =>
    schema.$ref ? resolve(document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''] ?? {}) : schema;
  const shapes = (schema: Schema): Schema[] => {
    const known = resolve(schema);
    const several = known.oneOf ?? known.anyOf;
    return several ? several.flatMap(shapes) : [known];
  };
  const sample = (given: Schema): unknown => {
    const [schema] = shapes(given);
    if (!schema) return 'x';
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return schema.enum[0];
    const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
    if (type === 'object')
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, sample(schema.properties?.[name] ?? {})]),
      );
    if (type === 'array')
      return Array.from({ length: schema.minItems ?? 0 }, () => sample(schema.items ?? {}));
    if (type === 'integer' || type === 'number') return Math.max(schema.minimum ?? 1, 1);
    if (type === 'boolean') return false;
    if (schema.format === 'uuid') return UUID;
    if (schema.format === 'date-time') return '2026-01-02T03:04:05Z';
    if (schema.format === 'date') return '2026-01-02';
    if (schema.format === 'email') return 'a@b.example';
    return 'x'.repeat(Math.max(schema.minLength ?? 1, 12));
  };
  const operations: Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      body: requestBody?.content['application/json']?.schema ?? null,
    })),
  );
  return { operations, resolve, shapes, sample };
}

/** What goes on by itself between two looks: beats, the last time a session was seen. */
const RESTLESS = new Set(['workers', 'sessions']);

/** One word for all rows of all tables; equal words, equal rows. */
export async function rowsOf(owner: pg.Pool): Promise<string> {
  const parts = Object.keys(TABLES)
    .filter((name) => !RESTLESS.has(name))
    .map(
      (name) =>
        `select '${name}' as name, md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as hash from "${name}" t`,
    );
  const { rows } = await owner.query<{ name: string; hash: string }>(parts.join(' union all '));
  return rows.map((row) => `${row.name} ${row.hash}`).join('\n');
}
