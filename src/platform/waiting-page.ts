/**
 * What a visitor sees while the demonstration is being filed at its very first start: one page that says so and
 * looks again by itself. Everything else is told to come back later.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

/** A running page. */
export interface WaitingPage {
  /** How far the work is, 0 to 1. */
  progress(share: number): void;
  close(): Promise<void>;
}

const STYLE =
  'body{font:18px/1.6 system-ui,sans-serif;margin:20vh auto 0;max-width:34rem;padding:0 1rem;color-scheme:light dark}' +
  'progress{width:100%}';
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'`;

function page(share: number): string {
  const percent = Math.round(share * 100);
  return (
    '<!doctype html><html lang="zh-Hant"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2">' +
    '<meta name="viewport" content="width=device-width"><title>警鐘 Tocsin</title>' +
    `<style>${STYLE}</style></head><body><h1>警鐘</h1>` +
    '<p>示範國家的兩年案件正逐件通報建檔，僅首次啟動需要；完成後本頁會自動開啟。</p>' +
    '<p lang="en">Two years of the demonstration nation’s cases are being filed, one by one, at the first start only. ' +
    'This page opens by itself when that is done.</p>' +
    `<progress max="100" value="${percent}" aria-label="進度 progress">${percent} %</progress></body></html>`
  );
}

/** Listens where the product will. @throws when the port is taken */
export async function showWaitingPage(at: { host: string; port: number }): Promise<WaitingPage> {
  let share = 0;
  const server = createServer((request, reply) => {
    const wantsPage = /text\/html/.test(request.headers.accept ?? '') && !request.url?.startsWith('/api/');
    reply.writeHead(503, {
      'content-type': wantsPage ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'retry-after': '2',
      connection: 'close',
    });
    reply.end(wantsPage ? page(share) : '準備中 being prepared\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, resolve);
  });
  return {
    progress: (now) => {
      share = Math.min(1, Math.max(0, now));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
