/** Another country's rules through the same engine: four levels counted the other way, mandatory clocks, no registration. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadDirectory, packRows } from '../../src/directory/index.ts';
import { activatePack, loadPack, storePack } from '../../src/mechanism/index.ts';
import { openStory, type Story } from './harness.ts';

const { pack: other, hash } = loadPack(fileURLToPath(new URL('../../packs/test-4321', import.meta.url)));
const AWARE = { aware: { at: '2026-03-02T08:30:00+08:00', precision: 'minute', estimated: false } } as const;

describe('another mechanism, the same engine', () => {
  let story: Story;
  let id: string;
  beforeAll(async () => {
    story = await openStory('2026-03-02T09:00:00+08:00', {});
    await story.change(async (tx) => {
      await storePack(story.ctx, tx, { pack: other, hash });
      await activatePack(story.ctx, tx, hash);
      await loadDirectory(story.ctx, tx, other, packRows(other));
      const people = [
        ['clerk', 'bureau', 'contact-bureau'],
        ['regulator-contact', 'regulator', 'contact-regulator'],
        ['reviewer', 'regulator', 'reviewer'],
        ['director', 'regulator', 'director'],
      ] as const;
      await loadDirectory(story.ctx, tx, other, {
        organisations: [{ code: 'bureau', nameZh: '測試局', superior: 'regulator', sectors: ['public'] }],
        posts: ['bureau', 'regulator'].map((body) => ({
          code: `contact-${body}`,
          organisation: body,
          role: 'contact',
          nameZh: '聯絡人員',
        })),
        persons: people.map(([code, organisation]) => ({
          code,
          organisation,
          nameZh: code,
          email: `${code}@${organisation}.example`,
        })),
        holdings: people.map(([person, , post]) => ({ person, post })),
      });
    });
  });
  afterAll(() => story.close());

  const clock = async (name: string) =>
    (await story.sees('clerk', id)).clocks.find((one) => one.definition === name);

  test('S8.F3.6 H4: its own numbers, first state, levels and mandatory clocks by level', async () => {
    await story.at('09:10');
    const answer = await story.files('clerk', 'bureau', { impactLevel: '2', ...AWARE });
    id = answer.caseId;
    expect(answer).toMatchObject({ number: 'T2026/00001', state: 'received', level: '2', late: false });
    expect(await clock('notify')).toMatchObject({ state: 'met', force: 'mandatory' });
    expect((await clock('review'))?.dueAt.slice(0, 16)).toBe('2026-03-02T09:10');
    expect(await clock('recover')).toMatchObject({ state: 'running', dueAt: '2026-03-05T00:30:00.000Z' });
    const late = await story.files('clerk', 'bureau', {
      impactLevel: '1',
      aware: { at: '2026-03-02T07:00:00+08:00', precision: 'minute', estimated: false },
    });
    expect(late).toMatchObject({ number: 'T2026/00002', late: true });
  });

  test('its own rights: the authority’s contact reviews, the board may only void, the plan’s acts do not exist', async () => {
    for (const code of ['clerk', 'reviewer']) {
      expect(await story.refuses(code, id, { act: 'confirm-level', level: '2', reason: '' })).toBe(
        'forbidden-act',
      );
    }
    expect(await story.refuses('regulator-contact', id, { act: 'register' })).toBe('forbidden-act');
    const answer = await story.does('regulator-contact', id, {
      act: 'confirm-level',
      level: '2',
      reason: '',
    });
    expect(answer.state).toBe('responding');
    expect(await clock('review')).toMatchObject({ state: 'met' });
  });

  test('H5 H7: raised to 3 at hour 50: major, the director told once; the recovery clock is late by re-grading only', async () => {
    await story.on('2026-03-04', '10:30');
    await story.does('regulator-contact', id, { act: 'change-level', level: '3', reason: '核心業務' });
    // The stories' nation has a convenor of its own beside this mechanism's director.
    expect((await story.told(id, 'major')).filter((post) => post === 'director')).toEqual(['director']);
    expect(await clock('recover')).toMatchObject({ lateByRegrading: true, state: 'running' });
    expect((await clock('recover'))?.history.map((one) => one.dueAt)).toEqual(['2026-03-05T00:30:00.000Z']);
  });

  test('H6: lowered again, seventy-two hours count from the original start', async () => {
    await story.does('regulator-contact', id, { act: 'change-level', level: '2', reason: '非核心' });
    expect(await clock('recover')).toMatchObject({ dueAt: '2026-03-05T00:30:00.000Z', overdue: false });
  });

  test('H16: recovered, then one month of working days for the report; closed by the authority', async () => {
    await story.at('11:00');
    const recovered = await story.files(
      'clerk',
      'bureau',
      { impactLevel: '2', ...AWARE, solution: '更換設備。' },
      { kind: 'recovery', caseId: id },
    );
    expect(recovered.state).toBe('contained');
    expect(await clock('recover')).toMatchObject({ state: 'met' });
    expect(await clock('improve')).toMatchObject({
      state: 'running',
      dueAt: expect.stringMatching(/^2026-04-0[3-7]/),
    });
    await story.files('clerk', 'bureau', { impactLevel: '2', ...AWARE }, { kind: 'follow-up', caseId: id });
    expect(await clock('improve')).toMatchObject({ state: 'met' });
    const closed = await story.does('regulator-contact', id, { act: 'release', reason: '' });
    expect(closed.state).toBe('closed');
    expect(await story.told(id, 'closed')).toEqual(['contact-bureau']);
    await story.settle();
    expect(await story.sink.waitForMail((mail) => mail.subject === 'T2026/00001 結案')).toBeTruthy();
  });
});
