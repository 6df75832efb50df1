/** `npm start`: the demonstration nation, from a fresh clone with Node 20 and npm alone. */
import { buildWeb, findNode, install, run } from './bootstrap.mjs';

await install();
const node = findNode();
await buildWeb(node);
process.exit(
  await run(node, ['--disable-proto=throw', 'src/main.ts', 'demo-serve', ...process.argv.slice(2)]),
);
