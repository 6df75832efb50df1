/** One lane of a run: a process with a nation of its own that runs the seeds it is sent, one after another. */
import { runSeed } from './seed.ts';
import { Time } from './time.ts';
import { makeNation } from './world.ts';

const time = new Time();
time.install();
const nation = await makeNation(time);
process.on('message', async (message: { seed?: number; end?: true }) => {
  if (message.seed === undefined) {
    await nation.close();
    process.disconnect();
    return;
  }
  process.send?.({ result: await runSeed(message.seed, time, nation) });
});
process.send?.({ ready: true });
