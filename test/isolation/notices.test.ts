/** What goes out by itself: notices and mails of a defence case, mails whose reader lost his right, files that leave the house. */
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM } from '../../src/platform/actor.ts';
import { backup } from '../../src/platform/copy-archive.ts';
import { read } from '../../src/platform/transaction.ts';
import { openStory, type Story } from '../stories/harness.ts';
import { type Door, openDoor, people } from './house.ts';

const CANARY = { school: '金絲雀甲', brigade: '金絲雀丙' } as const;
/** Everything of the case that an outsider must not read anywhere. */
const CONTENT = [CANARY.brigade, '通信大隊', 'Signals brigade', 'DEF-115', '盧通資', 'Captain Lu'];

let story: Story;
let door: Door;
let hidden: string;
let open: string;

beforeAll(async () => {
  story = await openStory('2026-03-05T09:00:00+08:00', people);
  door = await openDoor(story.ctx);
  await door.admit();
  open = (await story.files('teacher', 'school', { impactLevel: 'D', description: `${CANARY.school}。` }))
    .caseId;
  await story.settle();
  hidden = (await story.files('captain', 'brigade', { impactLevel: 'A', description: `${CANARY.brigade}。` }))
    .caseId;
  await story.does('mnd-officer', hidden, { act: 'register' });
  await story.does('mnd-officer', hidden, { act: 'confirm-level', level: 'A', reason: '影響防空' });
  await story.settle();
}, 120_000);
afterAll(async () => {
  await door.close();
  await story.close();
});

describe('a level-A case behind the wall', () => {
  test('ISO-11 DEC-19: mails outside the wall say “A, defence, call” and not a word more; inside they have their number', async () => {
    await story.sink.waitForMail((mail) => mail.to.some((to) => to.startsWith('mnd-officer@')));
    const outside = story.sink.messages.filter(
      (mail) => !mail.to.some((to) => /@(mnd|brigade|csist)\.example$/.test(to)),
    );
    let told = 0;
    for (const mail of outside) {
      const words = `${mail.subject}\n${mail.text}\n${mail.raw.toString('utf8')}`;
      if (words.includes('國防')) told += 1;
      for (const word of CONTENT) expect([mail.to, words.includes(word) ? word : '']).toEqual([mail.to, '']);
    }
    expect(told).toBeGreaterThan(0);
  });

  test('ISO-11: an outsider’s inbox names neither case nor number nor body, and opens nothing', async () => {
    const told = new Set(
      (await story.notices(hidden))
        .filter((notice) => notice.data.closed === true)
        .map((notice) => notice.post),
    );
    expect(told.size).toBeGreaterThan(0);
    for (const code of [
      'deputy',
      'deputy-edpc',
      'convenor',
      'officer',
      'auditor',
      'moe-officer',
      'teacher',
      'idle',
    ]) {
      const answer = await door.ask(code, 'GET', '/inbox?limit=100');
      for (const word of [...CONTENT, hidden])
        expect([code, answer.text.includes(word) ? word : '']).toEqual([code, '']);
      for (const notice of (
        answer.json as { items: { id: string; caseId: string | null; number: string | null }[] }
      ).items)
        if (notice.caseId === null) expect([code, notice.number]).toEqual([code, null]);
    }
  });
});

describe('a mail that waits while its reader loses his right', () => {
  test('ISO-9: is looked at once more when it is sent, and withheld; whoever holds the post now is told instead', async () => {
    const before = story.sink.messages.length;
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'D' });
    // Between the filing and the sending the duty officer is relieved by another.
    await story.world.owner.query(
      `update holdings set held_from = now() - interval '500 days', held_to = now() - interval '400 days'
        where person_id = (select id from persons where code = 'officer')`,
    );
    await story.settle();
    await story.sink.waitForMail((mail) => mail.to.some((to) => to.startsWith('officer2@')));
    const since = story.sink.messages.slice(before);
    expect(since.filter((mail) => mail.to.some((to) => to.startsWith('officer@')))).toEqual([]);
    const rows = await read(story.ctx.database, SYSTEM, story.ctx.clock, (tx) =>
      tx.query<{ code: string; state: string }>(
        `select p.code, d.state from deliveries d join persons p on p.id = d.person_id where d.case_id = $1 and p.code like 'officer%' order by 1`,
        [caseId],
      ),
    );
    expect(rows).toEqual([
      { code: 'officer', state: 'withheld' },
      { code: 'officer2', state: 'handed-over' },
    ]);
  });
});

describe('files that leave the house', () => {
  test('ISO-14: what a sector carries away holds no row of another', async () => {
    for (const code of ['teacher', 'moe-officer', 'auditor', 'officer2']) {
      const { text, status } = await door.ask(code, 'GET', '/cases.csv');
      expect([code, status]).toEqual([code, 200]);
      for (const word of CONTENT) expect([code, text.includes(word) ? word : '']).toEqual([code, '']);
      expect([code, text.includes(CANARY.school)]).toEqual([code, true]);
    }
    const own = await door.ask('mnd-officer', 'GET', '/cases.csv');
    expect([own.text.includes(CANARY.brigade), own.text.includes(CANARY.school)]).toEqual([true, false]);
  });

  test('ISO-14: the whole backup is the owner’s alone; the application can neither make one nor read more by its form', async () => {
    const file = path.join(tmpdir(), `tocsin-isolation-${process.pid}.backup`);
    try {
      await expect(backup(story.world.urls.appUrl, file)).rejects.toThrow();
      await backup(story.world.urls.ownerUrl, file);
      const text = gunzipSync(readFileSync(file)).toString('utf8');
      // It holds every side's canary: whoever may read it may read everything, and nobody else must be able to.
      for (const word of Object.values(CANARY)) expect(text).toContain(word);
    } finally {
      rmSync(file, { force: true });
    }
    expect(open).not.toBe(hidden);
  });
});
