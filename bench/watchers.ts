/** Helper: screens kept open, one line each, that note when they are told of a case. */
import { type ClientRequest, get } from 'node:http';
import { until } from '../test/support/wait.ts';
import { serveOrders, type WatchOrder, type WatchResult } from './orders.ts';

const open = new Set<ClientRequest>();
const heard = new Map<string, number[]>();
let greeted = 0;

/** A screen: reads its stream for as long as the bench runs. */
function screen(port: number, cookie: string): void {
  const request = get(
    { host: '127.0.0.1', port, path: '/api/v1/events', headers: { cookie }, agent: false },
    (response) => {
      let rest = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        const at = Date.now();
        const events = (rest + text).split('\n\n');
        rest = events.pop() ?? '';
        for (const event of events) {
          if (event.includes('event: hello')) greeted += 1;
          const id = /"id":"([0-9a-f-]{36})"/.exec(event)?.[1];
          if (id === undefined) continue;
          const times = heard.get(id);
          if (times) times.push(at);
          else heard.set(id, [at]);
        }
      });
    },
  );
  request.on('error', (error) => {
    if (open.has(request)) throw error;
  });
  open.add(request);
}

serveOrders<WatchOrder, WatchResult>(async (order) => {
  if ('open' in order) {
    const { port, cookies } = order.open;
    for (let first = 0; first < cookies.length; first += 50) {
      for (const cookie of cookies.slice(first, first + 50)) screen(port, cookie);
      await until(() => greeted >= Math.min(cookies.length, first + 50), {
        timeout: 60_000,
        every: 5,
        describe: 'screens greeted',
      });
    }
    return { screens: greeted, at: [] };
  }
  const times = () => heard.get(order.news) ?? [];
  await until(() => times().length >= greeted, { timeout: order.patience, every: 5 }).catch(() => undefined);
  return { screens: times().length, at: times() };
});
