import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { loadPack } from '../mechanism/index.ts';
import { renderMail, wireAddress } from '../platform/mail-message.ts';
import { composeMail, type MailInput, messageIdOf, noticeText, oneLine, sayReason } from './mail.ts';
import { REASONS } from './rules.ts';

const { pack } = loadPack(fileURLToPath(new URL('../../packs/tw-2002', import.meta.url)));
const NOTICE = '0190b5a0-0000-7000-8000-000000000001';

function input(
  change: { notice?: Partial<MailInput['notice']> } & Partial<Omit<MailInput, 'notice'>> = {},
): MailInput {
  const { notice, ...rest } = change;
  return {
    deliveryId: '0190b5a0-0000-7000-8000-000000000002',
    pack,
    to: 'officer@agency.example',
    language: 'zh-Hant',
    isStandIn: false,
    from: 'tocsin@tocsin.example',
    publicUrl: 'https://tocsin.example',
    now: new Date('2026-11-22T01:20:00Z'),
    ...rest,
    notice: {
      id: NOTICE,
      caseId: '0190b5a0-0000-7000-8000-000000000003',
      template: 'initial-centre',
      expects: 'acknowledgement',
      mode: 'live',
      confirmBy: new Date('2026-11-22T01:50:00Z'),
      data: {
        number: '115-0412',
        level: 'D',
        levelStatus: 'proposed',
        state: pack.initialState,
        organisation: { zh: '光明國中', en: 'Guangming Junior High' },
        phone: '02-0000-1234',
      },
      ...notice,
    },
  };
}

describe('what a mail says', () => {
  it('S8.3.6 number, level, state, what is asked, by when, whom to ring, and a link', () => {
    const mail = composeMail(input());
    expect(mail.subject).toMatch(/115-0412/);
    expect(mail.subject).toMatch(/D/);
    for (const part of [
      '115-0412',
      '光明國中',
      '請您：請簽收並登錄列管。',
      '期限：民國115年11月22日 09:50（2026-11-22 09:50）',
      '02-0000-1234',
      `https://tocsin.example/inbox?notice=${NOTICE}`,
      '開啟連結不等於簽收',
    ]) {
      expect(mail.text).toContain(part);
    }
    expect(mail.headers).toMatchObject({
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
    });
    expect(mail.messageId).toBe('<0190b5a0-0000-7000-8000-000000000002@tocsin.example>');
  });

  it('SI.14 speaks the reader’s language; to an unknown one both, Chinese first', () => {
    const english = composeMail(input({ language: 'en' }));
    expect(english.text).toContain('What is asked of you: Please acknowledge and register it.');
    expect(english.text).not.toMatch(/請您/);
    const both = composeMail(input({ language: 'ja' })).text;
    expect(both.indexOf('請您')).toBeGreaterThanOrEqual(0);
    expect(both.indexOf('What is asked')).toBeGreaterThan(both.indexOf('請您'));
  });

  it('SI.11 an exercise says so in subject and body; a live one never does', () => {
    const drill = composeMail(input({ notice: { mode: 'exercise' } }));
    expect(drill.subject.startsWith('【演練】')).toBe(true);
    expect(drill.text.split('\n')[0]).toContain('演練');
    const live = composeMail(input());
    expect(live.subject + live.text).not.toContain('演練');
  });

  it('every template of the pack is worded in both languages with nothing left to fill in', () => {
    for (const template of pack.templates) {
      const notice = input({ notice: { template: template.id } }).notice;
      for (const lang of ['zh-Hant', 'en'] as const) {
        const text = noticeText(pack, notice, lang);
        expect(`${text.subject}${text.body}${text.asked}`, template.id).not.toMatch(/[{}]|undefined/);
        expect(text.subject, template.id).not.toBe('');
      }
    }
  });

  it('DEC-19 a content-free notice names no number, no body of the case and no state', () => {
    const closed = pack.templates.filter((template) => template.id.endsWith('-closed'));
    expect(closed.length).toBeGreaterThan(0);
    for (const template of closed) {
      const data = { closed: true, level: 'A', phone: '02-0000-9999' };
      const mail = composeMail(input({ notice: { template: template.id, data } }));
      expect(mail.text).toContain('02-0000-9999');
      expect(mail.subject + mail.text).not.toMatch(/115-|光明國中/);
    }
  });

  it('H41 tells a stand-in why he is told', () => {
    expect(composeMail(input({ isStandIn: true })).text).toContain('目前無人擔任');
  });

  it('asks for nothing when nothing is asked', () => {
    const text = composeMail(input({ notice: { expects: 'none' } })).text;
    expect(text).not.toContain('期限');
    expect(text).toContain('登入後檢視');
  });

  it('has words for every reason in both languages', () => {
    for (const reason of REASONS) {
      expect(sayReason(reason, 'zh-Hant')).not.toBe(reason);
      expect(sayReason(`${reason}:550`, 'en')).toMatch(/\(code 550\)$/);
    }
    expect(sayReason(null, 'en')).toBeNull();
  });

  it('a Message-ID is made for any host', () => {
    expect(messageIdOf('x', 'http://[::1]:8080')).toBe('<x@--1>');
    expect(messageIdOf('x', 'http://localhost:8080')).toBe('<x@localhost>');
  });
});

describe('bytes on the wire (WEB-10)', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.constantFrom(
      'x\r\nBcc: evil@evil.example',
      'x\n\n<script>',
      '%0d%0aBcc: a@b.example',
      'a\u2028Bcc: x@y.example',
      '=?UTF-8?Q?=0D=0ABcc:_x=40y.example?=',
      '警'.repeat(100),
      '😀'.repeat(60),
      '\ud800 half',
    ),
  );

  it('no name, number or subject can add a header or a recipient', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (name, number) => {
        const data = { ...input().notice.data, number, organisation: { zh: name, en: name }, phone: name };
        const mail = composeMail(input({ from: 'tocsin@tocsin.example', notice: { data } }));
        const raw = renderMail({ ...mail, from: { ...mail.from, name } });
        expect(raw).toMatch(/^[\x20-\x7e\r\n]*$/);
        expect(raw.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
        expect(raw.split('\r\n').every((line) => line.length <= 998)).toBe(true);
        const parsed = await PostalMime.parse(raw);
        expect(parsed.headers.map(({ key }) => key)).toEqual([
          'from',
          'to',
          'subject',
          'message-id',
          'date',
          'auto-submitted',
          'x-auto-response-suppress',
          'content-language',
          'mime-version',
          'content-type',
          'content-transfer-encoding',
        ]);
        expect(parsed.to).toEqual([{ name: '', address: 'officer@agency.example' }]);
        expect(parsed.bcc).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });

  it('what is written is read again unchanged', async () => {
    const mail = composeMail(input());
    const parsed = await PostalMime.parse(renderMail(mail));
    expect(parsed.subject).toBe(mail.subject);
    expect(parsed.text?.replaceAll('\r\n', '\n').trim()).toBe(mail.text.trim());
    expect(parsed.from).toEqual({ name: '警鐘', address: 'tocsin@tocsin.example' });
    expect(parsed.messageId).toBe(mail.messageId);
    expect(new Date(parsed.date!).getTime()).toBe(mail.date.getTime());
    expect(parsed.html).toBeUndefined();
  });

  it('refuses to render what is no address', () => {
    for (const address of ['a b@c.example', 'a@b.example>', 'a\r\n@b.example', 'x', '"a"@b.example']) {
      expect(() => wireAddress(address), address).toThrow();
    }
    expect(wireAddress('a@例子.example')).toBe('a@xn--fsqu00a.example');
  });

  it('makes one line of anything', () => {
    expect(oneLine('a\r\n\u2028b\u202e')).toBe('a b');
  });
});
