import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axe, scrollsSideways, startBrowser, type TestBrowser } from './browser.ts';

const PAGES: Record<string, string> = {
  '/': '<!doctype html><html lang="zh-Hant"><meta name="viewport" content="width=device-width"><title>警鐘</title><main><h1>值勤台</h1></main></html>',
  '/bad': '<!doctype html><html><title></title><img src="data:,"><p style="width:3000px">x</p></html>',
  '/inline': '<!doctype html><html lang="en"><title>x</title><script>window.ran = true</script></html>',
  '/throws': '<!doctype html><html lang="en"><title>x</title><script src="/throw.js"></script></html>',
  '/throw.js': 'throw new Error("broken")',
};

let server: Server;
let origin: string;
let browser: TestBrowser;

beforeAll(async () => {
  server = createServer((request, response) => {
    const body = PAGES[request.url ?? ''];
    response.writeHead(body ? 200 : 404, {
      'content-type': request.url?.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; img-src data:; style-src 'unsafe-inline'",
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await startBrowser();
});

afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('the browser of the tests', () => {
  it('opens a page in the language, size and look asked for', async () => {
    const window = await browser.open({ width: 390, scheme: 'dark', lang: 'en' });
    await window.page.goto(origin);
    const seen = await window.page.evaluate(
      '[navigator.language, innerWidth, matchMedia("(prefers-color-scheme: dark)").matches]',
    );
    expect(seen).toEqual(['en', 390, true]);
    expect(await axe(window.page)).toEqual([]);
    expect(await scrollsSideways(window.page)).toBe(false);
    await window.close();
  });

  it('finds what keeps people out', async () => {
    const window = await browser.open();
    await window.page.goto(`${origin}/bad`);
    expect((await axe(window.page)).map((one) => one.split(':')[0])).toEqual(
      expect.arrayContaining(['document-title', 'html-has-lang', 'image-alt']),
    );
    expect(await scrollsSideways(window.page)).toBe(true);
    await window.close();
  });

  it('fails the test on a breach of the policy', async () => {
    const window = await browser.open();
    await window.page.goto(`${origin}/inline`);
    await expect(window.close()).rejects.toThrow(/CSP: script-src-elem blocked inline/);
  });

  it('fails the test on an uncaught error', async () => {
    const window = await browser.open();
    await window.page.goto(`${origin}/throws`);
    await expect(window.close()).rejects.toThrow(/uncaught: Error: broken/);
  });

  it('lets a test expect a complaint', async () => {
    const window = await browser.open();
    await window.page.goto(`${origin}/inline`);
    expect(window.expectComplaints(/CSP/).length).toBeGreaterThan(0);
    window.expectComplaints(/console: .*Content Security Policy/);
    await window.close();
  });
});
