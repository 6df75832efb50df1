/** An example of a value from its JSON Schema: what the reader of the documentation copies and changes. */
import type { JsonSchema, OpenApi } from './docs-page.ts';

const byFormat: Readonly<Record<string, string>> = {
  uuid: '0192f1c2-7a3b-4c5d-8e6f-0a1b2c3d4e5f',
  'date-time': '2026-11-22T09:42:00+08:00',
  date: '2026-11-22',
  email: 'duty@agency.example',
  uri: 'https://www.agency.example/',
  ipv4: '192.0.2.10',
  ipv6: '2001:db8::10',
};

/** Deepest nesting an example shows. */
const DEPTH = 6;

/** The schema a reference leads to, or the schema itself. */
export function resolve(schema: JsonSchema, document: OpenApi): JsonSchema {
  const name = schema.$ref?.split('/').pop();
  return name ? (document.components?.schemas?.[name] ?? {}) : schema;
}

/** A value that fits the schema, as far as it can be told; required fields, and optional ones of the first levels. */
export function exampleOf(given: JsonSchema, document: OpenApi, depth = 0): unknown {
  const schema = resolve(given, document);
  if (schema.examples?.length) return schema.examples[0];
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const choice = schema.anyOf?.find((one) => one.type !== 'null') ?? schema.oneOf?.[0] ?? schema.allOf?.[0];
  if (choice) return depth > DEPTH ? null : exampleOf(choice, document, depth + 1);
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== 'null') : schema.type;
  switch (type) {
    case 'object': {
      if (depth > DEPTH) return {};
      const fields = Object.entries(schema.properties ?? {}).filter(
        ([name]) => depth < 2 || schema.required?.includes(name),
      );
      return Object.fromEntries(fields.map(([name, field]) => [name, exampleOf(field, document, depth + 1)]));
    }
    case 'array':
      return schema.items && depth <= DEPTH ? [exampleOf(schema.items, document, depth + 1)] : [];
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 1, 1);
    case 'boolean':
      return true;
    case 'string':
      return byFormat[schema.format ?? ''] ?? '…';
    default:
      return null;
  }
}
