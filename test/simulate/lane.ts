/** One lane of a run: a process with a nation of its own that runs the seeds it is sent, one after another. */
import { spawnSync } from 'node:child_process';
import { runSeed } from './seed.ts';
import { Time } from './time.ts';
import { makeNation } from './world.ts';

const time = new Time();
time.install();
const nation = await makeNation(time);
// A lane and its two connections take turns and never work at the same time: on one processor none waits for another to wake.
// Where the system does not let us choose, it is only slower.
for (const pid of [process.pid, ...nation.backends])
  spawnSync('taskset', ['-cp', process.argv[2] ?? '0', String(pid)], { stdio: 'ignore' });
process.on('message', async (message: { seed?: number; end?: true }) => {
  if (message.seed === undefined) {
    await nation.close();
    process.disconnect();
    return;
  }
  process.send?.({ result: await runSeed(message.seed, time, nation) });
});
process.send?.({ ready: true });
