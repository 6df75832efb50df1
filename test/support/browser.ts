/**
 * A real browser for the tests. Whatever a page complains of — an error in the console, an uncaught exception, a
 * breach of the content security policy, a failed request for a file — fails the test that caused it.
 */
import AxeBuilder from '@axe-core/playwright';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { findChromium } from './chromium.ts';

/** Two sizes, two looks, two languages: the faces every screen must have. */
export interface Face {
  /** 1920 is the wall. */
  readonly width: 390 | 1440 | 1920;
  readonly scheme: 'light' | 'dark';
  readonly lang: 'zh-TW' | 'en';
}

/** Every face, for tests that go through them all. */
export const FACES: readonly Face[] = ([390, 1440] as const).flatMap((width) =>
  (['light', 'dark'] as const).flatMap((scheme) =>
    (['zh-TW', 'en'] as const).map((lang) => ({ width, scheme, lang })),
  ),
);

/** One person's browser window: own cookies, own face. */
export interface Window {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What its pages complained of so far. */
  readonly complaints: string[];
  /** A complaint that is the very thing tested: those that fit are taken out and given back. */
  expectComplaints(pattern: RegExp): string[];
  /** Closes the window; throws when a page complained. */
  close(): Promise<void>;
}

export interface TestBrowser {
  readonly browser: Browser;
  /** Opens a window; the face is a desk in Chinese by day unless said otherwise. */
  open(options?: Partial<Face> & BrowserContextOptions): Promise<Window>;
  /** Closes everything; throws when a window that is still open complained. */
  close(): Promise<void>;
}

/** Reports breaches of the policy from inside each page, from before its first script. */
const WATCH_POLICY = `addEventListener('securitypolicyviolation', (event) => {
  console.error('CSP: ' + event.effectiveDirective + ' blocked ' + (event.blockedURI || event.sample) +
    ' at ' + event.sourceFile + ':' + event.lineNumber);
});`;

/**
 * The browser's driver colours its failure reports by setting a function's `__proto__`, which our processes forbid; a
 * step that times out would then hang instead of failing. Functions get it back; objects, where it is dangerous, do not.
 */
function letDriverFail(): void {
  Object.defineProperty(Function.prototype, '__proto__', {
    configurable: true,
    get() {
      return Object.getPrototypeOf(this);
    },
    set(value: object | null) {
      Object.setPrototypeOf(this, value);
    },
  });
}

/** Starts the browser; the same on every machine, as root too. */
export async function startBrowser(): Promise<TestBrowser> {
  letDriverFail();
  const { executablePath, env } = await findChromium();
  const browser = await chromium.launch({
    executablePath,
    env: { ...(process.env as Record<string, string>), ...env },
    // Our own pages on loopback need no sandbox, and containers offer none. Every other protection stays on.
    args: ['--no-sandbox', '--font-render-hinting=none', '--disable-dev-shm-usage'],
  });
  const windows = new Set<Window>();

  async function open({
    width = 1440,
    scheme = 'light',
    lang = 'zh-TW',
    ...options
  }: Partial<Face> & BrowserContextOptions = {}) {
    const context = await browser.newContext({
      locale: lang,
      colorScheme: scheme,
      viewport: { width, height: width === 390 ? 844 : width === 1920 ? 1080 : 900 },
      timezoneId: 'Asia/Taipei',
      reducedMotion: 'reduce',
      ...(width === 390 ? { hasTouch: true, isMobile: true, deviceScaleFactor: 2 } : {}),
      ...options,
    });
    context.setDefaultTimeout(40_000);
    // The product speaks the language its reader chose; the choice is this cookie.
    if (options.baseURL)
      await context.addCookies([
        { name: 'lang', value: lang === 'en' ? 'en' : 'zh-Hant', url: options.baseURL },
      ]);
    const complaints: string[] = [];
    await context.addInitScript(WATCH_POLICY);
    context.on('weberror', (error) =>
      complaints.push(`uncaught: ${error.error().stack ?? error.error().message}`),
    );
    context.on('console', (message) => {
      // A refusal (4xx) is an answer, not an error of the page; the browser reports it all the same.
      if (message.type() === 'error' && !/^Failed to load resource: .*status of 4\d\d/.test(message.text())) {
        complaints.push(`console: ${message.text()}`);
      }
    });
    context.on('response', (response) => {
      const kind = response.request().resourceType();
      if (
        response.status() >= 500 ||
        (response.status() === 404 && kind !== 'fetch' && kind !== 'document')
      ) {
        complaints.push(
          `${response.status()} ${response.request().method()} ${new URL(response.url()).pathname}`,
        );
      }
    });
    const page = await context.newPage();
    const window: Window = {
      context,
      page,
      complaints,
      expectComplaints(pattern) {
        const found = complaints.filter((one) => pattern.test(one));
        complaints.splice(0, complaints.length, ...complaints.filter((one) => !pattern.test(one)));
        return found;
      },
      async close() {
        windows.delete(window);
        await context.close();
        if (complaints.length > 0) throw new Error(`the page complained:\n${complaints.join('\n')}`);
      },
    };
    windows.add(window);
    return window;
  }

  return {
    browser,
    open,
    async close() {
      const failures: unknown[] = [];
      for (const window of [...windows]) await window.close().catch((error) => failures.push(error));
      await browser.close();
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** Breaches of WCAG 2.2 A and AA on the page as it stands, one line each with the elements; none is an empty list. */
export async function axe(page: Page): Promise<string[]> {
  const result = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return result.violations.map(
    ({ id, help, nodes }) => `${id}: ${help} — ${nodes.map((node) => node.target.join(' ')).join(', ')}`,
  );
}

/** True when something on the page is wider than the window: nothing may scroll sideways. */
export async function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
}
