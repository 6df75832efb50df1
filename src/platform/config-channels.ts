/** The configuration of the ways to a person besides mail: push, SMS, webhooks, fax, and the pace of mail. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { ConfigFault } from './config.ts';

/** A receiver of signed webhooks: a gateway that rings people up or writes to them. */
export interface WebhookReceiver {
  /** Ours: `1`, `2`, `3`. */
  readonly id: string;
  /** As people read it. */
  readonly name: string;
  readonly kind: WebhookKind;
  readonly url: string;
  /** The secret to sign with, and while it is being changed the one before: bytes. */
  readonly secrets: readonly Buffer[];
}

export type WebhookKind = 'voice' | 'chat';

/** A gateway for short messages. */
export interface SmppGateway {
  /** `smpp://system-id:password@host:port`, or `smpps:` for TLS. */
  readonly url: string;
  /** Number or name that messages come from; answers go there. */
  readonly from: string;
  /** Most messages a second. */
  readonly rate: number;
}

/** What is set up; nothing of it has to be. */
export interface ChannelSettings {
  readonly smpp: SmppGateway | undefined;
  /** Put before a number that begins with 0. */
  readonly smsCountry: string;
  readonly webhooks: readonly WebhookReceiver[];
  /** Origins of receivers that stand inside, on purpose; any other must be on the public internet (HOOK-1). */
  readonly webhooksInside: readonly string[];
  /** Where to listen for mails that come back; undefined = nowhere. */
  readonly bounces: { readonly host: string; readonly port: number } | undefined;
  /** Mail to `<number>@<this>` becomes a fax. */
  readonly faxDomain: string | undefined;
  /** Origins of the push services that may be used, inside ones too; empty = any on the public internet. */
  readonly pushServices: readonly string[];
  /** Between two mails to one person that could have waited, in ms; 0 = each at once. */
  readonly mailPaceMs: number;
}

const DOMAIN = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/i;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/;
const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .refine((value) => value >= least && value <= most);
const parsed = (text: string, ...protocols: string[]): URL | null => {
  if (/[\s\u0000-\u001f]/.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  return protocols.includes(url.protocol) && url.hostname !== '' ? url : null;
};

/** A secret as the Standard Webhooks write it: `whsec_` and base64 of 24 to 64 bytes. */
function secretOf(text: string): Buffer | null {
  const [, base64 = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length >= 24 && bytes.length <= 64 ? bytes : null;
}

const secrets = (text: string): Buffer[] | null => {
  const given = text.split(/[\s,]+/).filter((part) => part !== '');
  const found = given.map(secretOf).filter((one) => one !== null);
  return found.length === given.length && found.length >= 1 && found.length <= 2 ? found : null;
};
const secretText = z.string().transform((text, context) => {
  const found = secrets(text);
  if (found) return found;
  context.addIssue({ code: 'custom', message: 'secret' });
  return z.NEVER;
});

/** Origins separated by commas: https, or http on this machine. */
const origins = z.string().transform((text, context): readonly string[] => {
  const found = text.split(',').map((part) => part.trim());
  for (const origin of found) {
    const url = parsed(origin, 'https:', 'http:');
    const isOrigin = url?.pathname === '/' && !url.search && !url.hash && !url.username;
    if (!url || !isOrigin || (url.protocol === 'http:' && !LOOPBACK.test(url.hostname))) {
      context.addIssue({ code: 'custom', message: 'origin' });
      return z.NEVER;
    }
  }
  return found.map((origin) => new URL(origin).origin);
});

/** The variables of one receiver; a second and a third have their number in the name. */
function webhookVariables<P extends string>(prefix: P) {
  const entries = {
    URL: {
      schema: z.string().refine((text) => {
        const url = parsed(text, 'https:', 'http:');
        if (!url || url.username || url.password || url.hash) return false;
        return url.protocol === 'https:' || LOOPBACK.test(url.hostname);
      }),
      zh: '應為接收端的 https 網址（不含帳號密碼）。',
      en: 'expected the receiver’s https address, without user or password.',
    },
    KIND: {
      schema: z.enum(['voice', 'chat']),
      zh: '應為 voice（語音）或 chat（訊息）。',
      en: 'expected voice or chat.',
    },
    NAME: {
      schema: z.string().refine((text) => text.length <= 60 && !/[\u0000-\u001f]/.test(text)),
      zh: '應為畫面上的名稱（60 字以內）。',
      en: 'expected a name for the screens, of at most 60 characters.',
    },
    SECRET: {
      schema: secretText,
      zh: '應為 whsec_ 開頭的密鑰；更換期間可列新舊兩把，以逗號分隔。',
      en: 'expected a secret that begins with whsec_; two (new, old) separated by a comma while it is changed.',
      secret: true as const,
    },
    SECRET_FILE: {
      schema: z.string().transform((path, context) => {
        try {
          const found = secrets(readFileSync(path, 'utf8').trim());
          if (found) return found;
        } catch {
          // Said below, as any other wrong value.
        }
        context.addIssue({ code: 'custom', message: 'file' });
        return z.NEVER;
      }),
      zh: '應為可讀取的檔案，內含 whsec_ 開頭的密鑰，每行一把，至多兩把。',
      en: 'expected a readable file with secrets that begin with whsec_, one a line, two at most.',
    },
  };
  return Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [`${prefix}_${name}`, entry]),
  ) as unknown as { [K in keyof typeof entries as `${P}_${K}`]: (typeof entries)[K] };
}

/** One entry per variable, as in config.ts. */
export const CHANNEL_VARIABLES = {
  SMPP_URL: {
    schema: z.string().refine((text) => {
      const url = parsed(text, 'smpp:', 'smpps:');
      return url !== null && url.username !== '' && url.username.length <= 45 && url.password.length <= 24;
    }),
    zh: '應為 smpp://系統代號:密碼@主機:埠（加密連線用 smpps://）。',
    en: 'expected smpp://system-id:password@host:port (smpps:// over TLS).',
    secret: true as const,
  },
  SMPP_FROM: {
    schema: z.string().regex(/^(\+?\d{3,15}|[A-Za-z0-9]{1,11})$/),
    zh: '應為發送號碼（收件人回覆至此號碼）或 11 字以內的英數名稱。',
    en: 'expected the number messages come from (answers go there), or a name of at most 11 letters and digits.',
  },
  SMPP_RATE: {
    schema: whole(1, 1000),
    zh: '應為 1 至 1000 的整數（每秒至多簡訊數）。',
    en: 'expected a whole number from 1 to 1000 (most messages a second).',
  },
  SMS_COUNTRY: {
    schema: z.string().regex(/^[1-9]\d{0,3}$/),
    zh: '應為國碼數字，例如 886。',
    en: 'expected a country code in digits, such as 886.',
  },
  FAX_DOMAIN: {
    schema: z
      .string()
      .regex(DOMAIN)
      .transform((text) => text.toLowerCase()),
    zh: '應為傳真閘道的網域，例如 fax.gateway.example。',
    en: 'expected the domain of the mail-to-fax gateway, such as fax.gateway.example.',
  },
  PUSH_SERVICES: {
    schema: origins,
    zh: '應為以逗號分隔的推播服務網址來源，例如 https://push.example。',
    en: 'expected origins of push services separated by commas, such as https://push.example.',
  },
  WEBHOOK_INSIDE: {
    schema: origins,
    zh: '應為以逗號分隔、位於內部網路的接收端網址來源，例如 https://voice.ministry.example:8443。',
    en: 'expected origins of receivers on the inside separated by commas, such as https://voice.ministry.example:8443.',
  },
  BOUNCE_LISTEN: {
    schema: z.string().transform((text, context) => {
      const [, host = '', port = ''] = /^(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/.exec(text) ?? [];
      if (host !== '' && Number(port) <= 65_535)
        return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
      context.addIssue({ code: 'custom', message: 'address' });
      return z.NEVER;
    }),
    zh: '應為 位址:埠，例如 127.0.0.1:2526（接收退信）。',
    en: 'expected address:port, such as 127.0.0.1:2526 (where mails come back to).',
  },
  MAIL_PACE_SECONDS: {
    schema: whole(0, 600),
    zh: '應為 0 至 600 的整數（同一人兩封可合併通知之間至少幾秒）。',
    en: 'expected a whole number from 0 to 600 (seconds between two mails to one person that could be one).',
  },
  ...webhookVariables('WEBHOOK'),
  ...webhookVariables('WEBHOOK_2'),
  ...webhookVariables('WEBHOOK_3'),
};

type Values = { [N in keyof typeof CHANNEL_VARIABLES]?: z.output<(typeof CHANNEL_VARIABLES)[N]['schema']> };

const PREFIXES = ['WEBHOOK', 'WEBHOOK_2', 'WEBHOOK_3'] as const;

/** What the values say together, and what is missing for something that was begun. */
export function channelSettings(values: Values): { settings: ChannelSettings; faults: ConfigFault[] } {
  const faults: ConfigFault[] = [];
  const webhooks: WebhookReceiver[] = [];
  for (const [index, prefix] of PREFIXES.entries()) {
    const url = values[`${prefix}_URL`];
    const given = values[`${prefix}_SECRET`];
    const fromFile = values[`${prefix}_SECRET_FILE`];
    const kind = values[`${prefix}_KIND`];
    const name = values[`${prefix}_NAME`];
    if ([url, given, fromFile, kind, name].every((value) => value === undefined)) continue;
    const found = given ?? fromFile;
    if (url === undefined || found === undefined || (given !== undefined && fromFile !== undefined)) {
      faults.push({
        variable: url === undefined ? `${prefix}_URL` : `${prefix}_SECRET`,
        shown: '（不顯示 not shown）',
        zh: `${prefix}_URL 須與 ${prefix}_SECRET 或 ${prefix}_SECRET_FILE 之一併同設定。`,
        en: `${prefix}_URL goes together with one of ${prefix}_SECRET and ${prefix}_SECRET_FILE.`,
      });
      continue;
    }
    webhooks.push({
      id: String(index + 1),
      name: name ?? new URL(url).hostname,
      kind: kind ?? 'chat',
      url,
      secrets: found,
    });
  }
  if (values.SMPP_URL !== undefined && values.SMPP_FROM === undefined) {
    faults.push({
      variable: 'SMPP_FROM',
      shown: '（未設定 not set）',
      zh: '設定 SMPP_URL 時須一併設定發送號碼。',
      en: 'expected the number messages come from, together with SMPP_URL.',
    });
  }
  const { SMPP_URL: url, SMPP_FROM: from } = values;
  return {
    faults,
    settings: {
      smpp: url && from ? { url, from, rate: values.SMPP_RATE ?? 20 } : undefined,
      smsCountry: values.SMS_COUNTRY ?? '886',
      webhooks,
      webhooksInside: values.WEBHOOK_INSIDE ?? [],
      bounces: values.BOUNCE_LISTEN,
      faxDomain: values.FAX_DOMAIN,
      pushServices: values.PUSH_SERVICES ?? [],
      mailPaceMs: (values.MAIL_PACE_SECONDS ?? 30) * 1000,
    },
  };
}
