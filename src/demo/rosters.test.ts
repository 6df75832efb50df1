/** The demonstration's rosters, made in the small nation of the tests. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { morePeople } from '../../test/stories/nation.ts';
import { loadDirectory, onDuty } from '../directory/index.ts';
import { makeWorld, pack, type World } from '../directory/test-world.ts';
import { makeRosters } from './rosters.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld({ startAt: new Date('2026-03-05T03:00:00+08:00') });
  await world.asSystem((tx) => loadDirectory(world.ctx, tx, pack, morePeople));
});
afterAll(async () => world.close());

test('H40: at three in the morning the desk and every subgroup of several people know who is on duty, four weeks ahead', async () => {
  await makeRosters(world.ctx, pack);
  const directory = await world.snapshot();
  const serving = (code: string) =>
    onDuty(directory, directory.postByCode(code)?.id ?? '', world.clock.now()).map((one) => one.place);
  expect(serving('duty-officer')).toEqual(['first', 'second']);
  expect(serving('subgroup-defence')).toEqual(['first']);
  const { rows } = await world.owner.query<{ days: number }>(
    `select (extract(epoch from max(ends_at) - min(starts_at)) / 86400)::int as days from shifts group by post_id`,
  );
  expect(rows.every((row) => row.days >= 27)).toBe(true);
  const notes = await world.owner.query('select 1 from handovers');
  expect(notes.rowCount).toBe(1);
});
