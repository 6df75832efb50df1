/** `npm test`: installs, builds the web app and runs every test; arguments go to Vitest. */
import { join } from 'node:path';
import { buildWeb, findNode, install, root, run } from './bootstrap.mjs';

await install();
const node = findNode();
await buildWeb(node);
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
process.exit(await run(node, [vitest, 'run', ...process.argv.slice(2)]));
