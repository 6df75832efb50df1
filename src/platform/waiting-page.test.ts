import { expect, it } from 'vitest';
import { showWaitingPage } from './waiting-page.ts';

it('tells people in both languages to wait, and programs to come back, without a script', async () => {
  const port = 5_177;
  const waiting = await showWaitingPage({ host: '127.0.0.1', port });
  try {
    await expect(showWaitingPage({ host: '127.0.0.1', port })).rejects.toThrow('EADDRINUSE');
    waiting.progress(0.421);
    const page = await fetch(`http://127.0.0.1:${port}/`, { headers: { accept: 'text/html' } });
    const text = await page.text();
    expect(page.status).toBe(503);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    for (const word of ['lang="zh-Hant"', '示範國家', 'demonstration nation', 'value="42"']) {
      expect(text).toContain(word);
    }
    const api = await fetch(`http://127.0.0.1:${port}/api/v1/cases`, { headers: { accept: 'text/html' } });
    expect([api.status, api.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await api.text()).not.toContain('<');
  } finally {
    await waiting.close();
  }
});
