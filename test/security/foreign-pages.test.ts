/** What a page of somebody else’s can do in the browser of a signed-in officer: nothing. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cookieOf, type Outside, openOutside } from './outside.ts';

let outside: Outside;
let { house, officer, caseId } = {} as Outside;
beforeAll(async () => {
  outside = await openOutside();
  ({ house, officer, caseId } = outside);
}, 240_000);
afterAll(() => house?.close());

describe('WEB-9: acts from somebody else’s page', () => {
  let evil: Server;
  let page = '';
  beforeAll(async () => {
    evil = createServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(page),
    );
    await new Promise<void>((done) => evil.listen(0, '127.0.0.1', done));
  });
  afterAll(() => {
    evil.closeAllConnections();
    return new Promise((done) => evil.close(done));
  });

  test('WEB-9: forms, silent requests, beacons and pictures of a signed-in officer’s browser change nothing', async () => {
    const count = () =>
      house.asSystem(async (tx) => [
        (await tx.query('select count(*)::int as n from facts', []))[0],
        (await tx.query('select count(*)::int as n from sessions', []))[0],
        (await tx.query('select count(*)::int as n from drafts', []))[0],
      ]);
    const before = await count();
    const { revision } = (await officer.sees(caseId)).case;
    const body = JSON.stringify({ act: 'take', revision });
    const target = `${house.url}/api/v1/cases/${caseId}/acts`;
    page = `<!doctype html><title>evil</title>
      <iframe name=a></iframe><iframe name=b></iframe><iframe name=c></iframe><iframe name=d></iframe>
      <form target=a method=post action="${target}"><input name=act value=take></form>
      <form target=b method=post enctype="text/plain" action="${target}"><input name='${body.slice(0, -1)},"x":"' value='"}'></form>
      <form target=c method=post enctype="multipart/form-data" action="${house.url}/api/v1/attachments"><input name=file value=x></form>
      <form target=d method=post action="${target}?_method=DELETE"><input name=_method value=PUT></form>
      <img src="${target}?act=take"><img src="${house.url}/api/v1/session?_method=DELETE">
      <script>
        for (const form of document.forms) form.submit();
        const tries = [
          fetch('${target}', { method: 'POST', mode: 'no-cors', credentials: 'include', body: ${JSON.stringify(body)} }),
          fetch('${target}', { method: 'POST', credentials: 'include', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(body)} }),
          fetch('${house.url}/api/v1/session', { method: 'DELETE', credentials: 'include' }),
          fetch('${house.url}/api/v1/cases/${caseId}', { credentials: 'include' }),
        ];
        navigator.sendBeacon('${target}', new Blob([${JSON.stringify(body)}], { type: 'text/plain' }));
        Promise.allSettled(tries).then((all) => { document.title = 'done ' + all.map((one) => one.status + (one.value ? one.value.type : '')).join(); });
      </script>`;
    const { port } = evil.address() as AddressInfo;
    const window = await house.browser.open();
    await window.context.addCookies(await officer.window.context.cookies());
    // Another port of the same host is the same site to a browser: cookies come along. Another name is another site.
    for (const host of ['127.0.0.1', 'localhost']) {
      await window.page.goto(`http://${host}:${port}/`);
      await window.page.waitForFunction('document.title.startsWith("done")');
      // Nothing could be read either, not even whether there was anything.
      expect(await window.page.title()).toBe('done rejected,rejected,rejected,rejected');
    }
    window.expectComplaints(/./);
    await window.close();
    expect(await count()).toEqual(before);
    expect((await officer.get('/session')).status).toBe(200);
  }, 120_000);

  test('WEB-9: no address that is only read changes anything', async () => {
    const tables = [
      'facts',
      'cases',
      'notices',
      'drafts',
      'attachments',
      'organisations',
      'holdings',
      'accounts',
      'clocks',
      'messages',
    ];
    const state = () =>
      house.asSystem(async (tx) => {
        const found: unknown[] = [];
        for (const table of tables)
          found.push(
            await tx.query(
              `select count(*)::int as n, coalesce(sum(hashtext(t::text)), 0)::text as h from ${table} t`,
              [],
            ),
          );
        return found;
      });
    await house.mailed();
    const before = await state();
    const cookie = await cookieOf(officer);
    for (const address of outside.readable()) {
      if (address.endsWith('/events')) continue;
      for (const method of ['GET', 'HEAD']) await outside.ask(address, { method, headers: { cookie } });
      await outside.ask(`${address}?_method=DELETE`, {
        headers: { cookie, 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' },
      });
    }
    expect(await state()).toEqual(before);
  }, 120_000);

  test('WEB-9 AUTH-6: the cookie is for this site and no script', async () => {
    const cookies = await officer.window.context.cookies();
    const session = cookies.find((one) => one.name.endsWith('tocsin'));
    expect(session).toMatchObject({ httpOnly: true, path: '/' });
    expect(['Lax', 'Strict']).toContain(session?.sameSite);
  });
});
