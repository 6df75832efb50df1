/** The whole product over its own port, with somebody whose every word is a secret: what the tests of the outside share. */

import { request } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { type House, openHouse, type Person } from '../journeys/house.ts';
import { morePeople } from '../stories/nation.ts';

/** Stands in everything that must never be in a log. */
export const SECRET = 'canary-7f3a91';
export const TEMPLATE = `{number}{{7*7}}\${7*7}<%= 7*7 %>#{7*7}{{constructor.constructor('return process')()}}`;

const rows = {
  ...morePeople,
  organisations: [
    ...(morePeople.organisations ?? []),
    { code: 'templated', nameZh: TEMPLATE, nameEn: TEMPLATE, superior: 'county-edu', sectors: ['academia'] },
  ],
  posts: [
    ...(morePeople.posts ?? []),
    {
      code: 'contact-templated',
      organisation: 'templated',
      role: 'contact' as const,
      nameZh: 'T',
      nameEn: 'T',
    },
  ],
  persons: [
    ...(morePeople.persons ?? []),
    {
      code: 'tester',
      organisation: 'templated',
      nameZh: `${SECRET}-name`,
      nameEn: `${SECRET}-name`,
      email: 'tester@templated.example',
      phone: '02-0000-6666',
    },
  ],
  holdings: [...(morePeople.holdings ?? []), { post: 'contact-templated', person: 'tester' }],
};

export interface Described {
  readonly paths: Record<
    string,
    Record<string, { parameters?: { name: string; in: string; schema: Record<string, unknown> }[] }>
  >;
}

export const file = (person: Person, body: unknown) =>
  person.call<{ caseId: string; code?: string; fields?: { path: string }[] }>('POST', '/reports', body, {
    'idempotency-key': crypto.randomUUID(),
  });

export const cookieOf = async (person: Person): Promise<string> =>
  (await person.window.context.cookies()).map((one) => `${one.name}=${one.value}`).join('; ');

/** A house, three people in it, a case with a file that one of them has reported, and the log of it all. */
export async function openOutside() {
  let log = '';
  const destination = new PassThrough();
  destination.on('data', (bytes: Buffer) => {
    log += bytes.toString();
  });
  const house = await openHouse({ rows, log: createLog({ level: 'trace', destination }) });
  const nurse = await house.open('nurse', { signedIn: 'by-call' });
  const tester = await house.open('tester', { signedIn: 'by-call' });
  const officer = await house.open('officer', { signedIn: 'by-call' });
  const described = (await (await fetch(`${house.url}/api/openapi.json`)).json()) as Described;
  const content = (more: Record<string, unknown> = {}) => ({
    impactLevel: 'D',
    description: `${SECRET}-description`,
    scope: 'x',
    measures: 'x',
    contactName: `${SECRET}-contact`,
    contactPhone: '02-0000-6666',
    ...more,
  });
  const filing = (more: Record<string, unknown> = {}) => ({
    kind: 'initial',
    organisationId: house.organisation('templated'),
    content: content(more),
  });
  const upload = await tester.window.context.request.post('/api/v1/attachments', {
    headers: { origin: house.url },
    multipart: {
      file: {
        name: `${SECRET}.html`,
        mimeType: 'text/html',
        buffer: Buffer.from(`<script>${SECRET}</script>`),
      },
    },
  });
  expect(upload.status()).toBe(201);
  const attachment = ((await upload.json()) as { id: string }).id;
  const filed = await file(tester, filing({ attachments: [attachment] }));
  expect(filed.status, filed.text).toBe(201);
  const { caseId } = filed.body;
  return {
    house,
    nurse,
    tester,
    officer,
    described,
    attachment,
    caseId,
    filing,
    /** Everything logged so far. */
    log: () => log,
    ask: (address: string, options: Asking = {}) => askAt(house, address, options),
    /** Every address that is read, with identifiers that exist. */
    readable: (): string[] =>
      Object.entries(described.paths)
        .filter(([, operations]) => operations['get'])
        .map(([pattern]) =>
          pattern
            .replace(/\/attachments\/\{id\}/, `/attachments/${attachment}`)
            .replace(/\{ordinal\}/, '1')
            .replace(/\{[^}]+\}/g, caseId),
        ),
  };
}
export type Outside = Awaited<ReturnType<typeof openOutside>>;

interface Asking {
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string;
}

/** Asks as nobody, exactly as written. */
function askAt(
  house: House,
  address: string,
  options: Asking,
): Promise<{ status: number; headers: Record<string, string | string[] | undefined>; text: string }> {
  const { hostname, port } = new URL(house.url);
  return new Promise((resolve, reject) => {
    const asked = request(
      { hostname, port, path: address, method: options.method ?? 'GET', headers: options.headers ?? {} },
      (response) => {
        let text = '';
        response.on('data', (bytes: Buffer) => {
          text += bytes.toString();
          // A stream has no end: its head is what is looked at.
          if (response.headers['content-type']?.startsWith('text/event-stream')) response.destroy();
        });
        response.on('close', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(options.body);
  });
}
