/** The service worker itself, run as browsers run it, with its events given by hand. */
import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { expect, it } from 'vitest';

const SOURCE = readFileSync(new URL('../../public/sw.js', import.meta.url), 'utf8');

function start() {
  const listeners = new Map<string, (event: object) => void>();
  const shown: [string, Record<string, unknown>][] = [];
  const opened: string[] = [];
  const self = {
    addEventListener: (kind: string, listener: (event: object) => void) => listeners.set(kind, listener),
    skipWaiting: () => undefined,
    clients: {
      claim: async () => undefined,
      matchAll: async () => [],
      openWindow: async (path: string) => void opened.push(path),
    },
    registration: {
      showNotification: async (title: string, options: Record<string, unknown>) =>
        void shown.push([title, options]),
    },
  };
  runInContext(SOURCE, createContext({ self }));
  const fire = async (kind: string, event: object): Promise<void> => {
    const waits: Promise<unknown>[] = [];
    listeners.get(kind)?.({ ...event, waitUntil: (wait: Promise<unknown>) => waits.push(wait) });
    await Promise.all(waits);
  };
  return { listeners, shown, opened, fire };
}

it('S8.3.6: shows what was pushed, once per notice, and always something', async () => {
  const worker = start();
  const said = {
    title: '【A級】115-0001',
    body: '請簽收。',
    lang: 'zh-Hant',
    notice: 'n',
    path: '/inbox?notice=n',
    urgent: true,
  };
  await worker.fire('push', { data: { json: () => said } });
  await worker.fire('push', { data: { json: () => JSON.parse('no json') } });
  expect(worker.shown).toMatchObject([
    [
      '【A級】115-0001',
      {
        body: '請簽收。',
        tag: 'n',
        renotify: true,
        requireInteraction: true,
        data: { path: '/inbox?notice=n' },
      },
    ],
    ['警鐘', { body: '', data: { path: '/inbox' } }],
  ]);
});

it('a tap opens the notice and nothing outside; the worker asks nothing and confirms nothing', async () => {
  const worker = start();
  for (const path of [
    '/inbox?notice=n',
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    undefined,
  ])
    await worker.fire('notificationclick', { notification: { close: () => undefined, data: { path } } });
  expect(worker.opened).toEqual(['/inbox?notice=n', '/inbox', '/inbox', '/inbox', '/inbox']);
  expect([...worker.listeners.keys()].sort()).toEqual(['activate', 'install', 'notificationclick', 'push']);
  expect(SOURCE).not.toMatch(/fetch|acknowledg/);
});
