/**
 * Letters about somebody's turns of duty, and about calls for preparedness (S7.9.7.5). Stored in the transaction of the
 * change they tell of, sent after it under an id that never changes, and tried again until they are taken: at least once, by
 * mail and, where there is a device, by push. They are about no case and name nobody; what is to be confirmed is confirmed
 * where it stands.
 */
import { v7 as uuid } from 'uuid';
import { directorySnapshot, type RosterLetter, standIns } from '../directory/index.ts';
import { preparednessMail as prepareEn } from '../locales/en/preparedness-mail.ts';
import { rosterMail as en } from '../locales/en/roster-mail.ts';
import { isLang, type Lang } from '../locales/index.ts';
import { preparednessMail as prepareZh } from '../locales/zh-Hant/preparedness-mail.ts';
import { rosterMail as zh } from '../locales/zh-Hant/roster-mail.ts';
import { activePack } from '../mechanism/index.ts';
import { civilAt, formatIso, formatRoc, formatTime } from '../mechanism/roc-date.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { MailFault, type MailTransport } from '../platform/mail.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import { relayFor } from './channels.ts';
import { devicesOf, hasDevice } from './devices.ts';
import { messageIdOf, oneLine, senderOf } from './mail.ts';
import type { Parcel } from './parcels.ts';
import { backoff, classify, isExhausted, plainAddress, type Verdict } from './rules.ts';
import { WayFault, type Ways } from './ways.ts';

const WORDS = { 'zh-Hant': zh, en } as const;
const PREPARE_WORDS = { 'zh-Hant': prepareZh, en: prepareEn } as const;
/** Taken at once, and for how long nobody else takes them, in seconds. */
const BATCH = 10;
const LEASE_S = 300;
/** Kept so long after they were settled, in days. */
const KEPT_DAYS = 30;

/** A letter about a call for preparedness: `to` is when it is due, `partId` null for who is told for information. */
export interface PrepareLetter {
  readonly personId: string;
  readonly what:
    | 'prepare-called'
    | 'prepare-informed'
    | 'prepare-reminded'
    | 'prepare-extended'
    | 'prepare-ended';
  readonly postId: string;
  readonly from: Date;
  readonly to: Date;
  readonly callId: string;
  readonly partId: string | null;
}

/** Writes down whom to tell, in the transaction of the change. */
export async function writeDutyLetters(
  ctx: AppContext,
  tx: Tx,
  letters: readonly (RosterLetter | PrepareLetter)[],
): Promise<void> {
  const rows = letters.flatMap(({ personId, what, postId, from, to, ...rest }) =>
    (hasDevice(ctx, personId) ? (['mail', 'push'] as const) : (['mail'] as const)).map((channel) => ({
      id: uuid(),
      call_id: 'callId' in rest ? rest.callId : null,
      part_id: 'callId' in rest ? rest.partId : null,
      person_id: personId,
      channel,
      kind: what,
      post_id: postId,
      starts_at: from,
      ends_at: to,
      made_at: tx.now,
      next_at: tx.now,
    })),
  );
  await tx.insert({ duty_letters: rows });
}

interface Due extends Record<string, unknown> {
  readonly id: string;
  readonly personId: string;
  readonly channel: 'mail' | 'push';
  readonly kind: RosterLetter['what'] | PrepareLetter['what'];
  readonly postId: string;
  readonly from: Date;
  readonly to: Date;
  readonly madeAt: Date;
  readonly attempts: number;
  readonly callId: string | null;
  readonly partId: string | null;
}

/** Sends what is due. Returns how many were tried. */
export async function sendDutyLetters(
  ctx: AppContext,
  transport: MailTransport,
  ways: Ways,
): Promise<number> {
  const due = await write(ctx.database, SYSTEM, ctx.clock, (tx) =>
    tx.prepared<Due>(
      'duty-letters-take',
      // A lease runs by the server's real clock, as a delivery's does. A call to the whole nation holds up no turn of duty.
      `update duty_letters set lease_until = clock_timestamp() + make_interval(secs => $2), attempts = attempts + 1
        where id in (select id from duty_letters
                      where next_at <= $1 and (lease_until is null or lease_until < clock_timestamp())
                      order by call_id is not null, next_at, id limit $3 for update skip locked)
       returning id, person_id as "personId", channel, kind, post_id as "postId", starts_at as "from", ends_at as "to",
                 made_at as "madeAt", attempts, call_id as "callId", part_id as "partId"`,
      [tx.now, LEASE_S, BATCH],
    ),
  );
  // One after the other, as they were written: nobody is told that a wish was taken back before he is told of the wish.
  for (const letter of due.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const fault = await handOver(ctx, transport, ways, letter).catch((error: unknown): Verdict => {
      if (error instanceof WayFault) return error.verdict;
      if (error instanceof MailFault) return classify(error);
      ctx.log.error({ err: error, letterId: letter.id }, 'a letter about duty failed');
      return { verdict: 'retry', scope: 'relay', reason: 'relay-unreachable' };
    });
    await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
      await settle(tx, letter, fault);
      if (fault?.reason === 'not-holder') await succeed(ctx, tx, letter);
    });
  }
  return due.length;
}

/** Forgets what was settled long ago. */
export async function forgetDutyLetters(tx: Tx): Promise<void> {
  await tx.prepared('duty-letters-forget', 'delete from duty_letters where settled_at < $1', [
    new Date(tx.now.getTime() - KEPT_DAYS * 86_400_000),
  ]);
}

async function settle(tx: Tx, letter: Due, fault: Verdict | null): Promise<void> {
  const again =
    fault !== null && fault.verdict === 'retry' && !isExhausted(letter.attempts, letter.madeAt, tx.now)
      ? new Date(tx.now.getTime() + backoff(letter.attempts, Math.random()))
      : null;
  await tx.prepared(
    'duty-letters-settle',
    `update duty_letters set lease_until = null, next_at = $2, reason = $3, settled_at = $4 where id = $1 and attempts = $5`,
    [letter.id, again, fault?.reason ?? null, again === null ? tx.now : null, letter.attempts],
  );
}

/** Whoever holds the post now is told instead, if the same has not been written to him already (rule 8). */
async function succeed(ctx: AppContext, tx: Tx, letter: Due): Promise<void> {
  const { callId, partId, kind } = letter;
  if (callId === null || !isPrepare(kind)) return;
  const directory = await directorySnapshot(ctx, tx);
  const told = await tx.prepared<{ person: string }>(
    'duty-letters-told',
    `select distinct person_id as person from duty_letters
      where call_id = $1 and part_id is not distinct from $2::uuid and kind = $3 and made_at >= $4`,
    [callId, partId, kind, letter.madeAt],
  );
  const right = standIns(directory, letter.postId, tx.now).people;
  const missing = right.filter((one) => !told.some(({ person }) => person === one.personId));
  await writeDutyLetters(
    ctx,
    tx,
    missing.map(({ personId }) => ({
      ...{ personId, what: kind, postId: letter.postId, from: letter.from, to: letter.to, callId, partId },
    })),
  );
}

/** How a call stands when a letter of it is about to go. */
interface Standing extends Record<string, unknown> {
  readonly mode: string;
  readonly endedAt: Date | null;
}

async function standingOf(tx: Tx, letter: Due): Promise<Standing | null> {
  if (letter.callId === null) return null;
  const [row] = await tx.prepared<Standing>(
    'duty-letters-call',
    'select mode, ended_at as "endedAt" from preparedness_calls where id = $1',
    [letter.callId],
  );
  return row ?? null;
}

const FOR_GOOD = (reason: Verdict['reason']): Verdict => ({ verdict: 'permanent', scope: 'mail', reason });

/** Hands one letter over; null when it was taken, else why it never will be. Throws for what may be tried again. */
async function handOver(
  ctx: AppContext,
  transport: MailTransport,
  ways: Ways,
  letter: Due,
): Promise<Verdict | null> {
  const { mailFrom, publicUrl } = ctx.config;
  const { directory, pack, devices, now, call } = await read(ctx.database, SYSTEM, ctx.clock, async (tx) => ({
    directory: await directorySnapshot(ctx, tx),
    pack: (await activePack(ctx, tx)).pack,
    devices:
      letter.channel === 'push' ? ((await devicesOf(tx, [letter.personId])).get(letter.personId) ?? []) : [],
    now: tx.now,
    call: await standingOf(tx, letter),
  }));
  const person = directory.persons.get(letter.personId);
  const post = directory.posts.get(letter.postId);
  const body = directory.organisations.get(post?.organisationId ?? '');
  if (!person || !post) return FOR_GOOD('no-address');
  // Behind walls not even who is on duty when goes by a way that others can read (DEC-19).
  const walled = body?.compartment !== null;
  if (call) {
    // Whom to tell is asked again when it is sent (rule 8): nobody is asked for what is over, nor in a post he has left.
    if (call.endedAt !== null && letter.kind !== 'prepare-ended') return FOR_GOOD('closed');
    const right = standIns(directory, letter.postId, now).people;
    if (walled || !right.some((one) => one.personId === letter.personId)) return FOR_GOOD('not-holder');
  }
  const path = call ? `/preparedness/${letter.callId}` : `/roster?post=${letter.postId}`;
  const moment = (at: Date, lang: Lang): string => {
    const civil = civilAt(at, pack.timeZone);
    return lang === 'en' ? formatIso(civil) : formatRoc(civil, lang);
  };
  const say = (lang: Lang) => {
    const name = oneLine(lang === 'en' ? post.nameEn || post.nameZh : post.nameZh);
    if (isPrepare(letter.kind)) {
      const all = PREPARE_WORDS[lang];
      const { subject, body: text } = all[letter.kind];
      const due = moment(letter.to, lang);
      const isDrill = call?.mode === 'exercise';
      return {
        subject: isDrill ? all.drill(subject(due)) : subject(due),
        body: isDrill ? `${all.drillBody}\n\n${text(name, due)}` : text(name, due),
      };
    }
    const words = WORDS[lang][letter.kind];
    const span = `${moment(letter.from, lang)} – ${sameDay(letter, pack.timeZone) ? formatTime(civilAt(letter.to, pack.timeZone)) : moment(letter.to, lang)}`;
    return { subject: words.subject, body: walled ? words.walled : words.body(name, span) };
  };
  const langs: readonly Lang[] = isLang(person.language) ? [person.language] : ['zh-Hant', 'en'];
  const first = langs[0] as Lang;
  if (letter.channel === 'push') {
    if (devices.length === 0) return FOR_GOOD('no-device');
    const said = say(first);
    const payload = JSON.stringify({
      title: said.subject,
      body: said.body.replaceAll(/\n+/g, ' '),
      lang: first,
      path,
      urgent: false,
    });
    const parcel: Parcel = {
      kind: 'push',
      devices,
      payload,
      topic: letter.id.replaceAll('-', ''),
      urgent: false,
    };
    await ways.send(parcel);
    return null;
  }
  const to = plainAddress(person.email.trim());
  if (to === null) return FOR_GOOD('no-address');
  const texts = langs.map((lang) =>
    [say(lang).body, new URL(path, publicUrl).href, WORDS[lang].footer].join('\n\n'),
  );
  await transport.send(relayFor(ctx.config, to), {
    from: senderOf(mailFrom, first),
    to,
    subject: langs.map((lang) => say(lang).subject).join(' / '),
    text: `${texts.join('\n\n────────────────────────────────\n\n')}\n`,
    messageId: messageIdOf(letter.id, publicUrl),
    date: now,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  });
  return null;
}

function isPrepare(kind: Due['kind']): kind is PrepareLetter['what'] {
  return kind.startsWith('prepare-');
}

function sameDay({ from, to }: Pick<Due, 'from' | 'to'>, zone: string): boolean {
  const [a, b] = [civilAt(from, zone), civilAt(to, zone)];
  return a.day === b.day && a.month === b.month && a.year === b.year;
}
