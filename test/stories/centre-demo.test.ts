/** The demonstration's people at the centre: they answer, come and report, and stand it down when the last case has ended. */
import { expect, test } from 'vitest';
import { playCentre } from '../../src/demo/centre.ts';
import { pack } from '../../src/directory/test-world.ts';
import { openCentreStory } from './centre-harness.ts';

test('S7.10.1c: the centre of a played A case is answered, staffed, reported on and stood down in the story’s time', async () => {
  const story = await openCentreStory('2026-03-05T02:40:00+08:00');
  try {
    const play = playCentre(story.ctx, story.clock, await story.world.snapshot(), pack);
    const { caseId } = await story.files('engineer', 'power', { impactLevel: 'A' });
    await story.does('officer', caseId, { act: 'confirm-level', level: 'A', reason: '供電' });
    await play.after();
    await play.after();
    await play.until(new Date('2026-03-05T05:00:00+08:00'));
    const formed = await story.active('deputy');
    expect(formed?.summons.filter((one) => one.answer === null)).toHaveLength(1);
    expect(formed?.presence.length).toBeGreaterThan(2);
    expect(formed?.reports).toMatchObject([{ ordinal: 1, approved: { person: { name: { zh: '丁召集' } } } }]);
    await story.at('06:00');
    await story.files(
      'engineer',
      'power',
      { impactLevel: 'A', cause: '弱點。', solution: '已修補。', resolvedAt: '2026-03-05T05:30:00+08:00' },
      { kind: 'recovery', caseId },
    );
    await story.does('officer', caseId, { act: 'release', reason: '' });
    await story.approves('officer2', caseId);
    await play.after();
    await play.until(new Date('2026-03-05T07:00:00+08:00'));
    expect(await story.active('deputy')).toBeNull();
    const past = (await story.centre('deputy')).activations[0];
    expect(past).toMatchObject({ active: false, closedAt: expect.stringContaining('2026-03-04T22:25') });
  } finally {
    await story.close();
  }
}, 120_000);
