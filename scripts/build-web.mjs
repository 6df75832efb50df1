/** `npm run build:web`: builds web/dist when its sources changed. */
import { buildWeb, findNode, install } from './bootstrap.mjs';

await install();
await buildWeb(findNode());
