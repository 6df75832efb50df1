/** Open streams: who hears of what, when he stops hearing, and how much one person may hold open. */
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createHub, type Hub } from '../../src/cases/index.ts';
import { cursorSeal } from '../../src/cases/stream-cursor.ts';
import { loadDirectory } from '../../src/directory/index.ts';
import { pack } from '../../src/directory/test-world.ts';
import { signedIn } from '../../src/identity/index.ts';
import { createHttp, type Http } from '../../src/platform/http/index.ts';
import { createSignals } from '../../src/platform/signals.ts';
import { openStory, type Story } from '../stories/harness.ts';
import { type UntilOptions, until as untilWithin } from '../support/wait.ts';
import { type Door, openDoor, people } from './house.ts';

// What a stream may tell waits for every older writing transaction of the server, other tests' long ones included.
vi.setConfig({ testTimeout: 240_000 });
const until = <T>(look: () => T | Promise<T>, options: UntilOptions = {}) =>
  untilWithin(look, { timeout: 180_000, ...options });

let story: Story;
let door: Door;

beforeAll(async () => {
  story = await openStory('2026-03-05T09:00:00+08:00', people);
  door = await openDoor(story.ctx);
  await door.admit();
}, 120_000);
afterAll(async () => {
  await door.close();
  await story.close();
});

/** A hub of its own on a port of its own, as another process would have it. */
async function openHub(options: Parameters<typeof createHub>[1] = {}) {
  const ctx = { ...story.ctx, signals: createSignals() };
  const hub: Hub = createHub(ctx, { lookEvery: 50, recheckEvery: 200, ...options });
  const http: Http = await createHttp({
    log: ctx.log,
    publicUrl: ctx.config.publicUrl,
    ready: async () => ({}),
  });
  http.addHook('onRequest', signedIn(ctx));
  http.get('/api/v1/events', { config: { raw: true } }, async (request, reply) => {
    await hub.open(request, reply);
    return reply;
  });
  await http.listen({ port: 0, host: '127.0.0.1' });
  const { port } = http.server.address() as AddressInfo;
  const open = new Set<AbortController>();
  return {
    ctx,
    hub,
    /** A person's stream: what came so far, and whether it has ended. */
    async listen(code: string, since?: string) {
      const stop = new AbortController();
      open.add(stop);
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/events`, {
        signal: stop.signal,
        headers: { cookie: door.cookieOf(code), ...(since === undefined ? {} : { 'last-event-id': since }) },
      });
      const line = { text: '', ended: false, leave: () => stop.abort() };
      const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
      void (async () => {
        for (;;) {
          const part = await reader?.read();
          if (!part || part.done) break;
          line.text += part.value;
        }
      })()
        .catch(() => undefined)
        .finally(() => {
          line.ended = true;
        });
      await until(() => line.text.includes('event: hello'));
      return line;
    },
    async close() {
      for (const stop of open) stop.abort();
      await hub.stop();
      await http.close();
    },
  };
}
let house: Awaited<ReturnType<typeof openHub>> | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});

const events = (text: string, name: string) => text.split(`event: ${name}\n`).length - 1;
const lastId = (text: string) => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1];

describe('who hears of what', () => {
  test('DEC-19 ISO-7: a case behind the wall moves nothing on an outsider’s line; its own people hear of it at once', async () => {
    house = await openHub();
    const outside = await Promise.all(
      ['teacher', 'officer', 'auditor', 'moe-officer', 'idle'].map((code) => house?.listen(code)),
    );
    const captain = await house.listen('captain');
    const before = outside.map((line) => line?.text);
    const { caseId } = await story.files('captain', 'brigade', { impactLevel: 'D' });
    await until(() => captain.text.includes(caseId));
    // The very pass that told the captain has told all others what is theirs: nothing.
    expect(outside.map((line) => line?.text)).toEqual(before);
    const own = await story.files('teacher', 'school', { impactLevel: 'D' });
    await until(() => outside.slice(0, 4).every((line) => line?.text.includes(own.caseId)));
    expect(outside[4]?.text).toBe(before[4]);
    expect(captain.text).not.toContain(own.caseId);
  });

  test('DEC-19 ISO-7: the directory behind the wall changes for those behind it', async () => {
    house = await openHub();
    const [teacher, captain] = [await house.listen('teacher'), await house.listen('captain')];
    const change = (code: string, organisation: string, nameZh: string) =>
      story.change((tx) =>
        loadDirectory(story.ctx, tx, pack, {
          persons: [{ code, organisation, nameZh, email: `${code}@${organisation}.example` }],
        }),
      );
    await change('captain', 'brigade', '盧新名');
    await until(() => events(captain.text, 'directory') > 0);
    expect(events(teacher.text, 'directory')).toBe(0);
    await change('nurse', 'hospital', '葉新名');
    await until(() => events(teacher.text, 'directory') > 0);
  });

  test('ISO-7: the place in the stream tells nothing, and no other installation’s place is taken', async () => {
    house = await openHub();
    const teacher = await house.listen('teacher');
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'D' });
    await until(() => teacher.text.includes(caseId));
    const id = lastId(teacher.text) ?? '';
    expect(id).toMatch(/^[\w-]{59}$/);
    const foreign = cursorSeal(Buffer.alloc(32)).seal({ horizon: '0', at: Date.now() });
    for (const since of ['0', '1', '99999999', foreign, `${id.slice(0, -2)}AA`, 'x'.repeat(90)]) {
      const line = await house.listen('teacher', since);
      await until(() => events(line.text, 'everything') === 1);
      expect(events(line.text, 'case'), since).toBe(0);
      line.leave();
    }
  });

  test('a reader who comes back is told what he missed, once, and only what is his', async () => {
    house = await openHub();
    const teacher = await house.listen('teacher');
    const first = await story.files('teacher', 'school', { impactLevel: 'D' });
    await until(() => teacher.text.includes(first.caseId));
    teacher.leave();
    const missed = await story.files('teacher', 'school', { impactLevel: 'D' });
    const hidden = await story.files('captain', 'brigade', { impactLevel: 'D' });
    const back = await house.listen('teacher', lastId(teacher.text));
    await until(() => back.text.includes(missed.caseId));
    expect(back.text).not.toContain(first.caseId);
    expect(back.text).not.toContain(hidden.caseId);
    expect(events(back.text, 'everything')).toBe(0);
  });

  test('whoever was away for long is told to read everything again, however little happened', async () => {
    house = await openHub({ resumeWithin: 1 });
    const teacher = await house.listen('teacher');
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'D' });
    await until(() => teacher.text.includes(caseId));
    const back = await house.listen('teacher', lastId(teacher.text));
    await until(() => events(back.text, 'everything') === 1);
  });

  test('ISO-7: more behind the wall than one page holds is no word to an outsider, nor to one who comes back', async () => {
    house = await openHub();
    const [teacher, captain] = [await house.listen('teacher'), await house.listen('captain')];
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'D' });
    const hidden = await story.files('captain', 'brigade', { impactLevel: 'D' });
    await until(() => teacher.text.includes(caseId));
    const before = teacher.text;
    await story.world.owner.query(
      `insert into facts (stream, stream_id, seq, kind, data, at, compartment)
       select 'case', $1, 10000 + n, 'message-sent', '{}', now(), 'defence' from generate_series(1, 2500) n`,
      [hidden.caseId],
    );
    await until(() => events(captain.text, 'everything') === 1);
    const back = await house.listen('teacher', lastId(before));
    const next = await story.files('teacher', 'school', { impactLevel: 'D' });
    await until(() => teacher.text.includes(next.caseId) && back.text.includes(next.caseId));
    expect(events(teacher.text + back.text, 'everything')).toBe(0);
  });
});

describe('when it ends', () => {
  test('ISO-9 ISO-10: a session ended by another process ends its streams within five seconds, and no other', async () => {
    house = await openHub({ lookEvery: 500, recheckEvery: 3_000 });
    const [nurse, teacher] = [await house.listen('nurse'), await house.listen('teacher')];
    const began = performance.now();
    const { personId } = await story.person('nurse');
    // Another process’s commit: nothing nudges this one.
    await story.world.owner.query('delete from sessions where person_id = $1', [personId]);
    await until(() => nurse.ended, { timeout: 10_000 });
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(teacher.ended).toBe(false);
  }, 30_000);

  test('ISO-9: a right that ended brings nothing more, though the stream stays; one that began brings at once', async () => {
    house = await openHub();
    const officer = await house.listen('officer2');
    await story.world.owner.query(
      `update holdings set held_to = now() - interval '400 days', held_from = now() - interval '401 days'
        where person_id = (select id from persons where code = 'officer2')`,
    );
    const control = await house.listen('officer');
    await until(async () => {
      const before = events(officer.text, 'case');
      const { caseId } = await story.files('teacher', 'school', { impactLevel: 'D' });
      await until(() => control.text.includes(caseId));
      return events(officer.text, 'case') === before;
    });
    expect(officer.ended).toBe(false);
  });

  test('one person holds twenty streams open: one more ends his oldest and nobody else’s', async () => {
    house = await openHub({ recheckEvery: 60_000 });
    const other = await house.listen('engineer');
    const lines: { readonly ended: boolean }[] = [];
    for (let n = 0; n < 21; n += 1) lines.push(await house.listen('inspector'));
    await until(() => lines[0]?.ended === true);
    expect(lines.slice(1).some((line) => line.ended)).toBe(false);
    expect(other.ended).toBe(false);
    expect(house.hub.size).toBe(21);
  });

  test('ISO-9: the rights of all readers are read together, in as many statements for twenty as for one', async () => {
    house = await openHub({ recheckEvery: 60_000 });
    const { hub, ctx } = house;
    const asked: string[] = [];
    const connect = ctx.database.pool.connect.bind(ctx.database.pool);
    const watched = new WeakSet<object>();
    for (const code of ['teacher', 'engineer', 'officer', 'auditor', 'captain', 'idle'])
      await house.listen(code);
    // biome-ignore lint/suspicious/noExplicitAny: the driver’s overloads
    (ctx.database.pool as any).connect = async () => {
      const client = await connect();
      if (watched.has(client)) return client;
      watched.add(client);
      const query = client.query.bind(client);
      // biome-ignore lint/suspicious/noExplicitAny: the driver’s overloads
      (client as any).query = (statement: any, ...rest: unknown[]) => {
        if (statement?.name === 'sessions-by-hashes') asked.push(statement.name);
        return (query as (...all: unknown[]) => unknown)(statement, ...rest);
      };
      return client;
    };
    ctx.signals.emit('sessions');
    await until(() => asked.length > 0);
    // biome-ignore lint/suspicious/noExplicitAny: the driver’s overloads
    (ctx.database.pool as any).connect = connect;
    expect(asked).toHaveLength(1);
    expect(hub.size).toBe(6);
  });
});
