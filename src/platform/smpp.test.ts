import { afterEach, describe, expect, it } from 'vitest';
import { type SmppSink, startSmppSink } from '../../test/support/smpp-sink.ts';
import { until } from '../../test/support/wait.ts';
import { createSmppClient, type SmppClient, type SmppFault } from './smpp.ts';
import { type Delivered, partsOf, readPdus } from './smpp-pdu.ts';

let sink: SmppSink;
let client: SmppClient;
const came: Delivered[] = [];
let isDeaf = false;

async function start(rate = 1000, url?: string) {
  sink = await startSmppSink();
  client = createSmppClient(
    { url: url ?? sink.url, from: '886900000000', rate },
    async (one) => {
      if (isDeaf) throw new Error('not now');
      came.push(one);
    },
    { times: { answer: 300, enquire: 50, again: 20 } },
  );
}
afterEach(async () => {
  await client.close();
  await sink.close();
  came.length = 0;
  isDeaf = false;
});
const bound = () => until(() => client.isBound);
const faultOf = (sent: Promise<string>) =>
  sent.then(
    () => null,
    (error: SmppFault) => ({ stage: error.stage, code: error.code, status: error.status }),
  );

describe('short messages by SMPP 3.4', () => {
  it('arrive in Chinese as they were written, in one part or in several, and never with a character cut in two', async () => {
    await start();
    await bound();
    const short = '【演練】115-0001 A級 請簽收，回覆 123456';
    const long = `${'警鐘'.repeat(33)}𠮷${'請簽收'.repeat(40)}`;
    await client.send('886900000001', short);
    await client.send('886900000001', long);
    await client.send('886900000001', 'x'.repeat(161));
    expect(sink.messages.map(({ text, parts, coding, from, to }) => [text, parts, coding, from, to])).toEqual(
      [
        [short, 1, 8, '886900000000', '886900000001'],
        [long, 3, 8, '886900000000', '886900000001'],
        ['x'.repeat(161), 2, 0, '886900000000', '886900000001'],
      ],
    );
    expect(partsOf('警'.repeat(70), 1)).toHaveLength(1);
    expect(partsOf('警'.repeat(71), 1)).toHaveLength(2);
  });

  it('takes answers and receipts; what could not be kept is brought again', async () => {
    await start();
    await bound();
    const id = await client.send('886900000001', '請簽收');
    expect(await sink.answer('886900000001', '123456')).toBe(0);
    expect(await sink.answer('886900000001', '收到 123456')).toBe(0);
    expect(await sink.receipt(id, 'DELIVRD')).toBe(0);
    expect(came).toMatchObject([
      { from: '886900000001', text: '123456', receipt: null },
      { from: '886900000001', text: '收到 123456', receipt: null },
      { receipt: { messageId: id, state: 'DELIVRD' } },
    ]);
    isDeaf = true;
    expect(await sink.answer('886900000001', '123456')).toBe(0x64);
  });

  it('says what a gateway refused, and what nobody answered', async () => {
    await start();
    await bound();
    sink.behave(0x0b);
    expect(await faultOf(client.send('886900000001', 'x'))).toEqual({
      stage: 'message',
      code: 'refused',
      status: 0x0b,
    });
    sink.behave(null);
    expect(await faultOf(client.send('886900000001', 'x'))).toMatchObject({ stage: 'link', code: 'silent' });
    // The silent line was left and another one made.
    await bound();
    await client.send('886900000001', 'y');
    expect(sink.messages.map(({ text }) => text)).toEqual(['y']);
  });

  it('binds again by itself after a break, and holds a quiet line', async () => {
    await start();
    await bound();
    sink.cut();
    await until(() => sink.binds === 2 && client.isBound);
    await client.send('886900000001', '又通了');
    expect(sink.messages).toHaveLength(1);
  });

  it('a gateway that refuses us is told apart, and asked again', async () => {
    sink = await startSmppSink();
    const url = sink.url.replace('secret', 'wrong');
    client = createSmppClient({ url, from: '1', rate: 10 }, async () => undefined, { times: { again: 10 } });
    await until(() => sink.binds >= 3);
    expect(client.isBound).toBe(false);
    expect(await faultOf(client.send('886900000001', 'x'))).toMatchObject({ stage: 'link' });
  });

  it('keeps to the rate, with a bounded number on the way', async () => {
    await start(50);
    await bound();
    await Promise.all(Array.from({ length: 11 }, (_, n) => client.send('886900000001', `${n}`)));
    const first = sink.submits[0] ?? 0;
    // Ten gaps of 20 ms.
    expect((sink.submits.at(-1) ?? 0) - first).toBeGreaterThanOrEqual(180);
    expect(sink.messages).toHaveLength(11);
  });

  it('bytes that are no SMPP end the line instead of the process', () => {
    expect(() => readPdus(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toThrow();
    expect(() => readPdus(Buffer.alloc(16))).toThrow();
    expect(readPdus(Buffer.from([0, 0, 0, 17, 0, 0, 0, 5]))).toMatchObject({ pdus: [] });
  });
});
