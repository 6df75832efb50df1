/** Wrong, huge and odd input on every route that writes, made from the API's own description: a 4xx that names the field. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type House, openHouse, type Person } from './house.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}
interface Operation {
  readonly method: string;
  readonly path: string;
  readonly body: Schema | null;
}
type Json = Record<string, unknown>;

const UUID = '0190f3c8-0000-7000-8000-000000000001';

describe('odd input', () => {
  let house: House;
  let person: Person;
  let cookie = '';
  let operations: Operation[] = [];
  let resolve: (schema: Schema) => Schema;

  beforeAll(async () => {
    house = await openHouse();
    // Who may do most, so that what is refused is refused for what it holds.
    person = await house.open('admin', { signedIn: 'by-call' });
    cookie = (await person.window.context.cookies()).map((one) => `${one.name}=${one.value}`).join('; ');
    const description = (await (await fetch(`${house.url}/api/openapi.json`)).json()) as {
      paths: Record<
        string,
        Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>
      >;
      components?: { schemas?: Record<string, Schema> };
    };
    resolve = (schema) =>
      schema.$ref
        ? resolve(description.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''] ?? {})
        : schema;
    operations = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method]) => ['post', 'put', 'patch', 'delete'].includes(method))
        .map(([method, { requestBody }]) => ({
          method: method.toUpperCase(),
          path,
          body: requestBody?.content['application/json']?.schema ?? null,
        })),
    );
  }, 120_000);
  afterAll(() => house?.close());

  /** Variants of a body that is one of several shapes. */
  function shapes(schema: Schema): Schema[] {
    const known = resolve(schema);
    const several = known.oneOf ?? known.anyOf;
    return several ? several.flatMap(shapes) : [known];
  }

  /** A value the schema takes. */
  function sample(given: Schema): unknown {
    const [schema] = shapes(given);
    if (!schema) return 'x';
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return schema.enum[0];
    const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
    if (type === 'object') {
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, sample(schema.properties?.[name] ?? {})]),
      );
    }
    if (type === 'array')
      return Array.from({ length: schema.minItems ?? 0 }, () => sample(schema.items ?? {}));
    if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
    if (type === 'boolean') return false;
    if (schema.format === 'uuid') return UUID;
    if (schema.format === 'date-time') return '2026-01-02T03:04:05Z';
    if (schema.format === 'date') return '2026-01-02';
    if (schema.format === 'email') return 'a@b.example';
    return 'x'.repeat(Math.max(schema.minLength ?? 1, 12));
  }

  /** Values the schema of a field does not take, each with a name. */
  function wrong(given: Schema): [string, unknown][] {
    const all = shapes(given);
    const types = new Set(all.flatMap((one) => one.type ?? []).flat());
    const has = (type: string) => types.has(type);
    if (types.size === 0) return [];
    const values: [string, unknown][] = [];
    if (!has('object')) values.push(['an object', { a: { b: 1 } }]);
    if (!has('array')) values.push(['a list', [1, 2, 3]]);
    if (!has('string')) values.push(['a text', 'x']);
    if (!has('number') && !has('integer')) values.push(['a number', -1e308]);
    if (!has('boolean')) values.push(['a yes', true]);
    if (!has('null')) values.push(['nothing', null]);
    if (has('integer')) values.push(['a fraction', 1.5], ['far too much', 1e300]);
    if (has('string')) {
      values.push(['a NUL', 'a\u0000b']);
      if (all.some((one) => one.maxLength)) values.push(['a book', 'é'.repeat(200_000)]);
      if (all.every((one) => one.enum || one.type !== 'string')) values.push(['no choice', 'no-such-choice']);
      if (all.every((one) => one.format === 'uuid' || one.type !== 'string'))
        values.push(['no id', "1' or '1'='1"]);
      if (all.every((one) => one.format === 'date-time' || one.type !== 'string'))
        values.push(['no time', '2026-02-30T25:61:00Z'], ['no zone', '2026-02-03 10:00']);
    }
    if (has('array')) values.push(['a list of nonsense', [{ nonsense: [[]] }, 1, null]]);
    return values;
  }

  interface Reply {
    readonly status: number;
    readonly text: string;
    readonly fields: readonly { path: string; code: string }[];
  }
  async function send(
    operation: Operation,
    body: string | Buffer | undefined,
    { type = 'application/json', id = UUID } = {},
  ): Promise<Reply> {
    // Ministries' sign-ins are counted, not named by an id.
    const path = operation.path
      .replace('{provider}', id === UUID ? '1' : encodeURIComponent(id))
      .replaceAll(/\{[^}]+\}/g, encodeURIComponent(id));
    const answer = await fetch(`${house.url}${path}`, {
      method: operation.method,
      headers: {
        cookie,
        origin: house.url,
        'idempotency-key': crypto.randomUUID(),
        'accept-language': 'en',
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    let fields: Reply['fields'] = [];
    try {
      fields = (JSON.parse(text) as { fields?: Reply['fields'] }).fields ?? [];
    } catch {
      // A refusal without JSON is told below.
    }
    return { status: answer.status, text, fields };
  }

  const mayBeNull = (body: Schema): boolean =>
    [body, ...(body.anyOf ?? [])].some((one) => [resolve(one).type].flat().includes('null'));

  const named = ({ method, path }: Operation): string => `${method} ${path.replace('/api/v1', '')}`;

  /** What is wrong with a refusal: it must be a 4xx problem and, for what a field holds, name the field. */
  function complaint(reply: Reply, what: string, field?: string): string[] {
    const said = `${what} → ${reply.status} ${reply.text.slice(0, 160)}`;
    if (reply.status < 400 || reply.status >= 500) return [said];
    if (!/"code":"[a-z-]+"/.test(reply.text)) return [`no problem: ${said}`];
    if (field === undefined) return [];
    const names = reply.fields.some((one) => one.path === field || one.path.startsWith(`${field}.`));
    return names || reply.status === 413 ? [] : [`does not name ${field}: ${said}`];
  }

  test('WEB-4: the description names every route that writes', () => {
    expect(operations.length).toBeGreaterThan(20);
    expect(operations.map(named)).toEqual(
      expect.arrayContaining([
        'POST /reports',
        'POST /cases/{id}/acts',
        'PUT /drafts/{id}',
        'POST /organisations',
      ]),
    );
  });

  test('WEB-4 H21: every field of every body, with everything it does not take: refused by its name, never a 500', async () => {
    const found: string[] = [];
    let sent = 0;
    for (const operation of operations) {
      // Signing in counts wrong tries; what it refuses is looked at by itself below.
      if (!operation.body) continue;
      for (const shape of shapes(operation.body)) {
        const base = sample(shape) as Json;
        const variant = typeof base['act'] === 'string' ? ` (${base['act']})` : '';
        for (const [name, schema] of Object.entries(resolve(shape).properties ?? {})) {
          if (resolve(schema).const !== undefined) continue;
          for (const [kind, value] of wrong(schema)) {
            const reply = await send(operation, JSON.stringify({ ...base, [name]: value }));
            sent += 1;
            found.push(...complaint(reply, `${named(operation)}${variant}: ${name} is ${kind}`, name));
          }
          if (resolve(shape).required?.includes(name)) {
            const { [name]: _, ...rest } = base;
            const reply = await send(operation, JSON.stringify(rest));
            sent += 1;
            found.push(...complaint(reply, `${named(operation)}${variant}: without ${name}`, name));
          }
        }
        const reply = await send(operation, JSON.stringify({ ...base, surprise: 1 }));
        sent += 1;
        found.push(...complaint(reply, `${named(operation)}${variant}: a field too many`, 'surprise'));
      }
    }
    process.stdout.write(`\nodd input: ${sent} requests to ${operations.length} routes\n`);
    expect(found).toEqual([]);
    expect(sent).toBeGreaterThan(500);
  }, 240_000);

  test('WEB-4 H21: every field of a report’s content, down to the hosts', async () => {
    const reports = operations.find((one) => named(one) === 'POST /reports') as Operation;
    const found: string[] = [];
    const organisationId = house.organisation('dgbas-edpc');
    const walk = async (schema: Schema, path: string[], into: (value: unknown) => Json): Promise<void> => {
      const known = shapes(schema).find((one) => one.properties ?? one.items) ?? resolve(schema);
      for (const [kind, value] of path.length > 0 ? wrong(schema) : []) {
        const reply = await send(reports, JSON.stringify(into(value)));
        found.push(...complaint(reply, `content.${path.join('.')} is ${kind}`, `content.${path.join('.')}`));
      }
      if (known.items) {
        await walk(known.items, [...path, '0'], (value) => into([value]));
      }
      for (const [name, inner] of Object.entries(known.properties ?? {}))
        await walk(inner, [...path, name], (value) => into({ ...(sample(known) as Json), [name]: value }));
    };
    const content = resolve(resolve(reports.body as Schema).properties?.['content'] ?? {});
    await walk(content, [], (value) => ({
      kind: 'initial',
      organisationId,
      content: { impactLevel: 'D', ...(value as Json) },
    }));
    expect(found).toEqual([]);
  }, 120_000);

  test('WEB-6 WEB-8: no JSON, JSON twice, too deep, too large, in another coat', async () => {
    const found: string[] = [];
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    const bodies: readonly [string, string | Buffer, string?][] = [
      ['no JSON', '{"kind":'],
      ['a word', 'hello'],
      ['nothing at all', ''],
      ['a list', '[]'],
      ['null', 'null'],
      ['a number', '42'],
      ['the same key twice', '{"kind":"initial","kind":"recovery"}'],
      ['__proto__', '{"__proto__":{"isAdmin":true}}'],
      ['constructor', '{"constructor":{"prototype":{"isAdmin":true}}}'],
      ['too deep', deep],
      ['a tail', '{} {}'],
      ['bad UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
      ['half a character', '{"kind":"\\ud800"}'],
      ['a number beyond all', '{"kind":1e999}'],
      ['five megabytes', `{"kind":"${'x'.repeat(5_000_000)}"}`],
      ['many keys', `{${Array.from({ length: 60_000 }, (_, n) => `"k${n}":1`).join(',')}}`],
      ['a form', 'kind=initial', 'application/x-www-form-urlencoded'],
      ['a page', '<html></html>', 'text/html'],
      ['XML', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', 'application/xml'],
      ['UTF-16', '{}', 'application/json; charset=utf-16'],
      ['parts', '--x\r\n\r\n--x--', 'multipart/form-data; boundary=x'],
    ];
    // What is thrown away is named by the address; whatever comes with it is not read.
    for (const operation of operations.filter((one) => one.body && one.method !== 'DELETE')) {
      for (const [what, body, type] of bodies) {
        // Where nothing is to be said, nothing may be said as null.
        if (what === 'null' && mayBeNull(operation.body as Schema)) continue;
        const reply = await send(operation, body, type ? { type } : {});
        found.push(...complaint(reply, `${named(operation)}: ${what}`));
      }
    }
    expect(found).toEqual([]);
    expect(({} as Json)['isAdmin']).toBeUndefined();
  }, 240_000);

  test('WEB-6: odd identifiers in every address', async () => {
    const found: string[] = [];
    const ids = [
      'x',
      '0',
      "' or 1=1 --",
      '../../etc/passwd',
      '%00',
      '\u0000',
      'a'.repeat(3_000),
      '𠮷',
      UUID,
      '{}',
    ];
    for (const operation of operations.filter((one) => one.path.includes('{'))) {
      for (const id of ids) {
        const [shape] = operation.body ? shapes(operation.body) : [];
        const reply = await send(operation, shape ? JSON.stringify(sample(shape)) : undefined, { id });
        // Throwing away what is not there may succeed without a word; nothing else may.
        if (reply.status === 204 && operation.method === 'DELETE') continue;
        if (named(operation) === 'PUT /drafts/{id}' && reply.status === 200) continue;
        // A look at what is not there is no look, and says as little as one at what may not be seen.
        if (named(operation) === 'POST /cases/{id}/looks' && reply.status === 204) continue;
        found.push(...complaint(reply, `${named(operation)} with ${JSON.stringify(id.slice(0, 20))}`));
      }
    }
    expect(found).toEqual([]);
  }, 120_000);

  test('H21: the same key with the same body answers the same; a double click files once', async () => {
    const key = crypto.randomUUID();
    const teacher = await house.open('teacher', { signedIn: 'by-call' });
    const body = {
      kind: 'initial',
      organisationId: house.organisation('school'),
      content: { impactLevel: 'D', description: 'x', unknown: ['scope', 'measures', 'contactPhone'] },
    };
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => teacher.call('POST', '/reports', body, { 'idempotency-key': key })),
    );
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 201, 201, 201]);
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    const list = await teacher.get<{ items: unknown[] }>('/cases?limit=100');
    expect(list.body.items).toHaveLength(1);
    await teacher.window.close();
  }, 60_000);
});
