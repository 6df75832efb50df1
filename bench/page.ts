/** What the agency's form costs to load: every script Chromium fetches for it, as gzip. */
import { gzipSync } from 'node:zlib';
import { startBrowser } from '../test/support/browser.ts';
import type { Figure } from './figures.ts';
import { install } from './setting.ts';

/** Bytes of script of the form's page. */
export async function measurePage(): Promise<Figure[]> {
  const { buildWeb } = (await import(new URL('../scripts/bootstrap.mjs', import.meta.url).href)) as {
    buildWeb(node: string): Promise<void>;
  };
  await buildWeb(process.execPath);
  const here = await install({ port: 5950, reporters: 2, workers: 'web' });
  const browser = await startBrowser();
  try {
    const window = await browser.open();
    const [name, value] = (here.nation.reporters[0]?.cookie ?? '').split('=') as [string, string];
    await window.context.addCookies([{ name, value, domain: 'localhost', path: '/' }]);
    const scripts = new Map<string, Promise<Buffer>>();
    window.page.on('response', (response) => {
      if (response.request().resourceType() === 'script') scripts.set(response.url(), response.body());
    });
    const began = performance.now();
    await window.page.goto('http://localhost:5950/report/new');
    await window.page.getByRole('button', { name: '開始通報' }).click();
    await window.page.locator('textarea').first().waitFor();
    const shown = performance.now() - began;
    await window.page.waitForLoadState('networkidle');
    const bodies = await Promise.all(scripts.values());
    const bytes = bodies.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0);
    await window.close();
    console.log(`The form's page loads ${bodies.length} scripts.`);
    return [
      {
        name: 'script of the form, gzip',
        ours: bytes / 1000,
        unit: 'kB',
        floor: 250,
        aim: 150,
        better: 'less',
      },
      { name: 'form open in a cold browser', ours: shown, unit: 'ms', better: 'less' },
    ];
  } finally {
    await browser.close();
    await here.close();
  }
}
