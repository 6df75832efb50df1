/** What a case's file says of procedure, support and referrals, and the list of evidence a referral begins with. Pure. */
import { caseFile as en } from '../locales/en/case-file.ts';
import { type Bilingual, inLang, type Lang } from '../locales/index.ts';
import { caseFile as zh } from '../locales/zh-Hant/case-file.ts';
import type { ReferralView } from './affairs-contract.ts';
import { escaped, moment, type Shown, table } from './case-file-parts.ts';
import type { CaseView } from './contract.ts';

const WORDS = { 'zh-Hant': zh, en };

/** What stands before the case in a file made for somebody. */
export interface Annex {
  readonly title: string;
  readonly html: string;
  /** The same for machines. */
  readonly data: object;
}

function section(title: string, body: string): string {
  return `<section><h2>${escaped(title)}</h2>\n${body}\n</section>`;
}

function name(person: { readonly name: Bilingual } | null, lang: Lang): string {
  return person ? inLang(person.name, lang) : '—';
}

/** Procedure, support and referrals as far as the reader of the view may know them; nothing where there is nothing. */
export function affairsSections(view: CaseView, shown: Shown): string {
  const { lang } = shown;
  const t = WORDS[lang];
  const { affairs, heads: h } = t;
  const parts: string[] = [];
  if (view.checklist) {
    const c = t.checklistHeads;
    const rows = view.checklist.items.map((item) => [
      inLang(item.title, lang),
      inLang(item.party.name, lang),
      t.phases[item.phase],
      moment(item.dueAt, shown),
      t.itemStatus[item.status],
      `${moment(item.at, shown)} ${name(item.person, lang)} ${item.note}`,
    ]);
    parts.push(
      section(affairs.checklist, table([c.step, c.party, c.phase, h.due, h.state, h.detail], rows, t.none)),
    );
  }
  if (view.support.requests.length > 0) {
    const c = t.supportHeads;
    const rows = view.support.requests.flatMap((request) => {
      const first = [
        inLang(request.name, lang),
        '—',
        moment(request.at, shown),
        t.supportStatus[request.status],
        request.text || '—',
      ];
      const offers = request.offers.map((offer) => [
        '',
        inLang(offer.group.name, lang),
        moment(offer.askedAt, shown),
        t.supportStatus[offer.status],
        [offer.answer, ...offer.log.map((one) => `${moment(one.at, shown)} ${one.text}`)]
          .filter((text) => text !== '')
          .join('\n') || '—',
      ]);
      return [first, ...offers];
    });
    parts.push(section(affairs.support, table([c.item, c.group, h.at, h.state, c.answer], rows, t.none)));
  }
  if (view.referrals.items.length > 0) {
    const rows = view.referrals.items.flatMap((referral) => [
      [
        inLang(referral.name, lang),
        moment(referral.openedAt, shown),
        t.referralStatus[referral.status],
        referral.reason || '—',
        '—',
      ],
      ...referral.sends.map((send) => [
        inLang(send.to, lang),
        moment(send.at, shown),
        t.referralChannels[send.channel],
        name(send.person, lang),
        send.sha256 ?? '—',
      ]),
    ]);
    parts.push(section(affairs.referrals, table([h.party, h.at, h.state, h.detail, h.hash], rows, t.none)));
  }
  return parts.join('\n');
}

/** The grounds of a referral and its list of evidence: every attachment and every form with its hash. */
export function evidenceOf(view: CaseView, referral: ReferralView, shown: Shown): Annex {
  const { lang, pack } = shown;
  const t = WORDS[lang];
  const r = t.referral;
  const h = t.heads;
  const flags = referral.flags.map((id) => {
    const flag = pack.flags.find((one) => one.id === id);
    return flag ? inLang(flag.name, lang) : id;
  });
  const grounds = [...flags, ...(referral.reason ? [referral.reason] : [])];
  const evidence = [
    ...view.attachments.map((one) => ({
      kind: 'attachment' as const,
      name: one.name,
      size: one.size,
      at: one.at,
      sha256: one.sha256,
    })),
    ...view.reports.map((one) => ({
      kind: 'form' as const,
      name: String(one.ordinal),
      size: null,
      at: one.receivedAt,
      sha256: one.contentHash,
    })),
  ];
  const told = referral.agencyTold.map((one) =>
    [r.agencyTold, one.toldWhom, one.toldAt ? moment(one.toldAt, shown) : '']
      .filter((part) => part !== '')
      .join(' '),
  );
  const lines = [...(grounds.length > 0 ? grounds : [r.byHand]), ...told];
  const html = [
    `<p>${escaped(r.lead)}</p>`,
    section(
      r.grounds,
      `<ul>${lines.map((one) => `<li>${escaped(one)}</li>`).join('')}</ul>\n<p>${escaped(r.preserve)}</p>`,
    ),
    section(
      r.evidence,
      `<p>${escaped(r.evidenceLead)}</p>\n${table(
        [r.kind, h.name, h.size, h.at, 'SHA-256'],
        evidence.map((one) => [
          r[one.kind],
          one.name,
          one.size === null ? '—' : String(one.size),
          moment(one.at, shown),
          one.sha256,
        ]),
        t.none,
      )}`,
    ),
  ].join('\n');
  return {
    title: r.title(view.case.number, inLang(referral.name, lang)),
    html,
    data: { target: referral.target, flags: referral.flags, reason: referral.reason, evidence },
  };
}

/** The name of a referral's file. */
export function packageName(number: string, target: Bilingual, lang: Lang): string {
  return `${WORDS[lang].referral.fileName(number, inLang(target, lang))}.html`;
}
