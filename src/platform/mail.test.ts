import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type SmtpSink, startSmtpSink } from '../../test/support/smtp-sink.ts';
import { until } from '../../test/support/wait.ts';
import { createMailTransport, MailFault, mailHealth, type OutgoingMail, relaysOf } from './mail.ts';

let sink: SmtpSink;
beforeAll(async () => {
  sink = await startSmtpSink();
});
afterAll(() => sink.close());
afterEach(() => sink.clear());

const settings = (smtpUrl: string | undefined, routes: Record<string, string> = {}) => ({
  smtpUrl,
  smtpRoutes: new Map(Object.entries(routes)),
  publicUrl: 'https://tocsin.example',
});
const mail = (to: string, change: Partial<OutgoingMail> = {}): OutgoingMail => ({
  from: { name: '警鐘', address: 'tocsin@tocsin.example' },
  to,
  subject: '通知',
  text: '內容\n.\n..\nend\n',
  messageId: '<1@tocsin.example>',
  date: new Date('2026-11-22T01:00:00Z'),
  headers: {},
  ...change,
});

describe('relays', () => {
  it('each URL is one relay, named without its password, however many routes lead to it', () => {
    const { relays, byDomain } = relaysOf(
      settings('smtp://a.example:25', {
        'gov.example': 'smtps://user:secret@b.example:465',
        'mil.example': 'smtps://user:secret@b.example:465',
        'edu.example': 'smtps://other:secret@b.example:465',
        'com.example': 'smtp://a.example:25',
      }),
    );
    expect(relays.map((relay) => relay.name)).toEqual(['default', 'b.example:465', 'b.example:465#2']);
    expect([...byDomain.values()]).toEqual(['b.example:465', 'b.example:465', 'b.example:465#2', 'default']);
    expect(JSON.stringify([...byDomain])).not.toContain('secret');
  });

  it('doctor hears which relay answers and which does not, without a mail', async () => {
    const health = await mailHealth(settings(sink.url, { 'gone.example': 'smtp://127.0.0.1:1' }));
    expect(health).toMatchObject([
      { relay: 'default', ok: true, error: null },
      { relay: '127.0.0.1:1', ok: false, error: expect.stringContaining('ECONNREFUSED') },
    ]);
    expect(sink.messages).toEqual([]);
    expect(await mailHealth(settings(undefined))).toEqual([]);
  });
});

describe('sending', () => {
  it('WEB-10 sends to exactly one recipient, byte for byte, over one kept connection', async () => {
    const transport = createMailTransport(settings(sink.url));
    const before = sink.connections;
    for (const to of ['a@b.example', 'c@d.example']) await transport.send('default', mail(to));
    transport.close();
    expect(sink.connections - before).toBe(1);
    expect(sink.messages.map((one) => one.to)).toEqual([['a@b.example'], ['c@d.example']]);
    expect(sink.messages[0]!.text.replaceAll('\r\n', '\n').trim()).toBe('內容\n.\n..\nend');
  });

  it('opens a fresh connection when the server has ended the kept one', async () => {
    const transport = createMailTransport(settings(sink.url));
    await transport.send('default', mail('a@b.example'));
    await sink.pause();
    await expect(transport.send('default', mail('a@b.example'))).rejects.toMatchObject({ stage: 'connect' });
    await sink.resume();
    await transport.send('default', mail('a@b.example'));
    transport.close();
    expect(sink.messages).toHaveLength(2);
  });

  it.each([
    ['says nothing', () => undefined],
    [
      'greets a byte at a time',
      (write: (text: string) => void) => {
        const timer = setInterval(() => write('2'), 20);
        return () => clearInterval(timer);
      },
    ],
  ])('FLT-7 a server that %s is given up in time', async (_name, behave) => {
    const ends: (() => void)[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      const end = behave((text) => void (socket.writable && socket.write(text)));
      if (end) ends.push(end);
      ends.push(() => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const transport = createMailTransport(settings(`smtp://127.0.0.1:${port}`), {
      connect: 200,
      silence: 200,
      mail: 400,
    });
    await expect(transport.send('default', mail('a@b.example'))).rejects.toMatchObject({
      stage: 'connect',
      code: 'ETIMEDOUT',
    });
    transport.close();
    for (const end of ends) end();
    await new Promise((resolve) => server.close(resolve));
  });

  it('FLT-7 a server that hangs after the data is given up in time, and its connection is not used again', async () => {
    const transport = createMailTransport(settings(sink.url), { silence: 200, mail: 400 });
    sink.behave('a@b.example', { act: 'hang', at: 'data' }, 1);
    const fault = await transport.send('default', mail('a@b.example')).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(MailFault);
    expect(fault).toMatchObject({ stage: 'message', code: 'ETIMEDOUT', responseCode: null });
    await transport.send('default', mail('a@b.example'));
    await until(() => sink.mailTo('a@b.example').length === 1);
    transport.close();
  });

  it('tells the code and the command of a refusal', async () => {
    const transport = createMailTransport(settings(sink.url));
    sink.behave('a@b.example', { act: 'refuse', code: 550 }, 1);
    await expect(transport.send('default', mail('a@b.example'))).rejects.toMatchObject({
      stage: 'message',
      responseCode: 550,
      command: 'RCPT TO',
    });
    await expect(transport.send('nowhere', mail('a@b.example'))).rejects.toMatchObject({ stage: 'connect' });
    transport.close();
  });
});
