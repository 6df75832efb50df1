import nodemailer from 'nodemailer';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type SmtpSink, startSmtpSink } from './smtp-sink.ts';

let sink: SmtpSink;
beforeAll(async () => {
  sink = await startSmtpSink();
});
afterEach(() => sink.clear());
afterAll(() => sink.close());

const send = async (to: string, socketTimeout = 400) => {
  const transport = nodemailer.createTransport({ url: sink.url, socketTimeout });
  try {
    return await transport.sendMail({
      from: 'tocsin@centre.example',
      to,
      subject: '【D級】通報 115-0001',
      text: '請簽收',
      messageId: '<1@centre.example>',
    });
  } finally {
    transport.close();
  }
};

describe('the SMTP sink', () => {
  it('keeps what it receives, decoded', async () => {
    await send('duty@centre.example');
    const mail = await sink.waitForMail((one) => one.to.includes('duty@centre.example'));
    expect(mail).toMatchObject({
      subject: '【D級】通報 115-0001',
      messageId: '<1@centre.example>',
      accepted: true,
    });
    expect(mail.text.trim()).toBe('請簽收');
    expect(sink.mailTo('duty@centre.example')).toHaveLength(1);
  });

  it.each([421, 451, 550])('refuses with %i on order, once', async (code) => {
    sink.behave('@slow.example', { act: 'refuse', code }, 1);
    await expect(send('a@slow.example')).rejects.toMatchObject({ responseCode: code });
    await send('a@slow.example');
    expect(sink.mailTo('a@slow.example')).toHaveLength(1);
  });

  it('refuses after the data, hangs, or cuts the line after the final dot', async () => {
    sink.behave('data@x.example', { act: 'refuse', code: 451, at: 'data' });
    sink.behave('hang@x.example', { act: 'hang' });
    sink.behave('drop@x.example', { act: 'drop' });
    await expect(send('data@x.example')).rejects.toMatchObject({ responseCode: 451 });
    await expect(send('hang@x.example', 50)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await expect(send('drop@x.example')).rejects.toThrow();
    expect(sink.messages.map(({ to, accepted }) => [to[0], accepted])).toEqual([
      ['data@x.example', false],
      ['drop@x.example', false],
    ]);
  });

  it('goes away and comes back at the same port', async () => {
    await sink.pause();
    await expect(send('a@x.example')).rejects.toMatchObject({ code: 'ESOCKET' });
    await sink.resume();
    await send('a@x.example');
    expect(sink.mailTo('a@x.example')).toHaveLength(1);
  });
});
