/**
 * A letter to one person about his own account. It is about no case, so it is no notice: it is tried a few times and then
 * left, because what it tells stands on the person's own page as well.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import { directorySnapshot } from '../directory/index.ts';
import { accountMail as en } from '../locales/en/account-mail.ts';
import { isLang, type Lang } from '../locales/index.ts';
import { accountMail as zh } from '../locales/zh-Hant/account-mail.ts';
import { activePack } from '../mechanism/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { type MailTransport, relaysOf } from '../platform/mail.ts';
import { read } from '../platform/transaction.ts';
import { messageIdOf, oneLine, senderOf } from './mail.ts';
import { plainAddress, relayOf } from './rules.ts';

const WORDS = { 'zh-Hant': zh, en } as const;
const TRIES = 3;
const BETWEEN_MS = 5_000;

/** What a letter may tell. */
export type LetterKind = 'recovery-asked' | 'recovery-approved' | 'address-changed' | 'alarm';

/** Writes the letter in the person's language, both where it is unknown; null when he has no address. */
async function compose(ctx: AppContext, personId: string, kind: LetterKind, former?: string) {
  return read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const person = (await directorySnapshot(ctx, tx)).persons.get(personId);
    const to = plainAddress((former ?? person?.email ?? '').trim());
    if (!person || to === null) return null;
    const { pack } = await activePack(ctx, tx);
    const langs: readonly Lang[] = isLang(person.language) ? [person.language] : ['zh-Hant', 'en'];
    const texts = langs.map((lang) => {
      const words = WORDS[lang];
      return [
        words[kind].body,
        // What the auditor says of the machines is no act of anybody's that could be doubted.
        ...(kind === 'alarm' ? [] : [words.doubt(oneLine(pack.desk.phone))]),
        ctx.config.publicUrl,
        words.footer,
      ].join('\n\n');
    });
    return {
      from: senderOf(ctx.config.mailFrom, langs[0] as Lang),
      to,
      subject: langs.map((lang) => WORDS[lang][kind].subject).join(' / '),
      text: `${texts.join('\n\n────────────────────────────────\n\n')}\n`,
      messageId: messageIdOf(uuid(), ctx.config.publicUrl),
      date: tx.now,
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    };
  });
}

/** Sends the letter, if there is a relay and an address (`former`: the one he had until now); never throws, and says in the log when it could not. */
export async function sendLetter(
  ctx: AppContext,
  transport: MailTransport,
  personId: string,
  kind: LetterKind,
  former?: string,
): Promise<void> {
  const { relays, byDomain } = relaysOf(ctx.config);
  if (relays.length === 0) return;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    try {
      const letter = await compose(ctx, personId, kind, former);
      if (letter) await transport.send(relayOf(byDomain, letter.to), letter);
      return;
    } catch (error) {
      // No address and no server text in the log: both can carry personal data.
      const { code } = error as { code?: unknown };
      ctx.log.warn({ code, attempt, room: 'delivery', kind }, 'a letter was not taken');
      if (attempt < TRIES) await wait(BETWEEN_MS, undefined, { ref: false });
    }
  }
}
