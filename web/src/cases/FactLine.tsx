import type { CaseView, FactView } from '../../../src/cases/contract.ts';
import type { Bilingual } from '../../../src/locales/index.ts';
import type { Act, Channel, ReportKind } from '../../../src/mechanism/vocabulary.ts';
import type { Words } from '../mechanism/words.ts';
import { useWords } from '../mechanism/words.ts';
import { usePick, useText } from '../ui/lang.tsx';
import type { TimelineEntry } from '../ui/Timeline.tsx';
import { Timeline } from '../ui/Timeline.tsx';
import { commonText } from '../ui/texts.ts';
import { DateTime } from '../ui/time.tsx';
import { caseText } from './texts.ts';

type Text = (typeof caseText)['zh-Hant'];

/** What a fact's data may hold, as far as words are made of it; every part may be absent for this reader. */
interface FactData {
  number?: string;
  /** The other cases of a link, as far as this reader may see them. */
  cases?: readonly { number: string }[];
  kind?: ReportKind;
  channel?: Channel;
  onBehalf?: boolean;
  summary?: string;
  level?: string;
  previous?: string | null;
  reason?: string;
  /** How a released case came out. */
  outcome?: string;
  crossing?: number;
  confirmed?: boolean;
  direction?: 'to-agency' | 'to-desk' | 'to-group';
  item?: string | null;
  items?: readonly unknown[];
  /** What a step is called where the mechanism calls it otherwise. */
  title?: Bilingual;
  group?: string;
  text?: string;
  note?: string;
  helped?: 'yes' | 'partly' | 'no';
  target?: string;
  to?: Bilingual;
  definition?: string;
  how?: string;
  at?: string;
  changed?: boolean;
  /** How many were told. */
  told?: number;
  notice?: string;
  rung?: number;
  /** How many of the same post and body a rung told besides. */
  people?: number;
  late?: boolean;
  message?: string;
  act?: Act;
  why?: string;
  by?: { name: Bilingual };
  authority?: string;
  reference?: string;
}

/** A fact as one sentence, without who and when. */
export function factSentence(
  fact: FactView,
  t: Text,
  words: Words,
  pick: (text: Bilingual) => string,
): string {
  const data = fact.data as FactData;
  const level = data.level ?? '';
  const number = data.number ?? '';
  switch (fact.kind) {
    case 'opened':
      return t.facts.opened(number);
    case 'filed':
      return t.facts.filed(
        data.kind ? t.reports.kinds[data.kind] : '',
        data.channel ? words.channel(data.channel) : '',
      );
    case 'level-proposed':
      return t.facts['level-proposed'](level);
    case 'graded':
      return data.changed && data.previous ? t.facts.regraded(data.previous, level) : t.facts.graded(level);
    case 'threshold-reached':
      return t.facts['threshold-reached'](level, data.crossing ?? 1);
    case 'threshold-left':
      return t.facts['threshold-left'](level);
    case 'merged':
    case 'absorbed':
    case 'unmerged':
    case 'let-go':
      return t.facts[fact.kind](number);
    case 'linked':
    case 'unlinked':
      return t.facts[fact.kind](numbersOf(data.cases ?? []));
    case 'message-sent':
      return t.facts['message-sent'][data.direction ?? 'to-agency'];
    case 'checklist-opened':
      return t.facts['checklist-opened'](level, (data.items ?? []).length);
    case 'checklist-item-done':
    case 'checklist-item-skipped':
    case 'checklist-item-reopened': {
      const step = words.pack?.playbooks.find((one) => one.id === data.item);
      const title = data.title ?? step?.title;
      return t.facts[fact.kind](title ? pick(title) : (data.item ?? ''));
    }
    case 'support-requested': {
      const item = words.pack?.supportItems.find((one) => one.id === data.item);
      return t.facts['support-requested'](item ? pick(item.name) : t.otherSupport);
    }
    case 'support-assigned':
    case 'support-accepted':
    case 'support-declined':
    case 'support-recalled':
    case 'support-progressed':
    case 'support-finished':
      return t.facts[fact.kind](words.group(data.group ?? ''));
    case 'support-rated':
      return t.facts['support-rated'][data.helped ?? 'yes'];
    case 'referral-sent':
      return t.facts['referral-sent'](data.to ? pick(data.to) : '');
    case 'referral-opened':
    case 'referral-received':
    case 'referral-answered':
    case 'referral-closed': {
      const target = words.pack?.referralTargets.find((one) => one.id === data.target);
      return t.facts[fact.kind](target ? pick(target.name) : (data.target ?? ''));
    }
    case 'clock-warned':
    case 'clock-overdue':
      return t.facts[fact.kind](words.clock(data.definition ?? ''));
    case 'rung-reached':
      return t.facts['rung-reached']('', data.rung ?? 1);
    case 'act-proposed':
    case 'act-declined':
    case 'act-withdrawn':
      return t.facts[fact.kind](data.act ? t.acts[data.act] : '');
    case 'act-approved':
      return t.facts['act-approved'](data.act ? t.acts[data.act] : '', data.by ? pick(data.by.name) : '');
    case 'act-lapsed':
      return t.facts['act-lapsed'](
        data.act ? t.acts[data.act] : '',
        t.facts.lapses[data.why as keyof Text['facts']['lapses']] ?? '',
      );
    case 'held':
      return t.facts.held(data.authority ?? '', data.reference ?? '');
    default: {
      const plain = t.facts[fact.kind as keyof Text['facts']];
      return typeof plain === 'string' ? plain : fact.kind;
    }
  }
}

/** Whom a rung reached of the same post and body, and whether it came late. */
function rungDetails({ people = 0, told = 0, late }: FactData, t: Text): string[] {
  return [
    ...(people > 0 ? [t.facts.rungPeople(people)] : told === 0 ? [t.facts.rungNobody] : []),
    ...(late ? [t.facts.rungLate] : []),
  ];
}

/** The first few numbers, and how many more there are. */
function numbersOf(cases: readonly { number: string }[]): string {
  const first = cases.slice(0, 5).map((one) => one.number);
  return first.join('、') + (cases.length > first.length ? `… +${cases.length - first.length}` : '');
}

const GRAVE = new Set([
  'graded',
  'threshold-reached',
  'released',
  'reopened',
  'dismissed',
  'withdrawn',
  'merged',
  'act-approved',
  'held',
  'hold-lifted',
]);
const KNOWN = new Set(['acknowledged', 'registered', 'taken', 'convenor-told']);

/** Everything that happened to a case, newest first. */
export function Facts({ view }: { view: CaseView }) {
  const t = useText(caseText);
  const c = useText(commonText);
  const pick = usePick();
  const words = useWords();
  const outcomeOf = (id: string) => {
    const name = words.pack?.outcomes.find((one) => one.id === id)?.name;
    return `${t.form.outcome}：${name ? pick(name) : id}`;
  };
  const bodies = new Map(view.knows.map((row) => [row.noticeId, pick(row.party.organisationName)]));
  const messages = new Map(view.messages.map((message) => [message.id, message.body]));
  const entries = [...view.facts].reverse().map((fact): TimelineEntry => {
    const data = fact.data as FactData;
    const body = data.notice ? bodies.get(data.notice) : undefined;
    const sentence =
      fact.kind === 'acknowledged' && body
        ? t.facts.acknowledgedBy(body)
        : fact.kind === 'rung-reached' && body
          ? t.facts['rung-reached'](body, data.rung ?? 1)
          : factSentence(fact, t, words, pick);
    const said = data.message ? messages.get(data.message) : undefined;
    const told = data.told ?? 0;
    const details = [
      fact.kind === 'filed' ? data.summary : undefined,
      fact.kind === 'filed' && data.onBehalf ? t.facts.filedBehalf : undefined,
      data.reason ? t.facts.reason(data.reason) : undefined,
      data.outcome ? outcomeOf(data.outcome) : undefined,
      data.text,
      fact.kind.startsWith('checklist-') || fact.kind === 'support-assigned' ? data.note : undefined,
      fact.kind.startsWith('checklist-') && data.onBehalf ? t.facts.onBehalf : undefined,
      fact.kind === 'threshold-reached' && data.confirmed === false ? t.facts.unconfirmed : undefined,
      data.how === 'telephone' && fact.kind === 'acknowledged' ? t.facts.acknowledgedPhone : undefined,
      data.how === 'sms' && fact.kind === 'acknowledged' ? t.facts.acknowledgedSms : undefined,
      said,
      told > 0 ? t.facts.told(told) : undefined,
      ...(fact.kind === 'rung-reached' ? rungDetails(data, t) : []),
    ].filter((detail) => detail !== undefined && detail !== '');
    return {
      key: String(fact.seq),
      at: fact.at,
      tone: GRAVE.has(fact.kind)
        ? 'grave'
        : KNOWN.has(fact.kind)
          ? 'known'
          : fact.kind === 'clock-overdue'
            ? 'late'
            : 'plain',
      title: (
        <>
          <strong>{sentence.charAt(0).toUpperCase() + sentence.slice(1)}</strong>
          <span className="fact-who">
            {fact.person ? pick(fact.person.name) : fact.kind === 'opened' ? '' : t.facts.system}
            {fact.post && `${c.separator}${pick(fact.post.name)}`}
          </span>
          {fact.kind === 'awareness-corrected' && data.at && <DateTime at={data.at} />}
        </>
      ),
      body:
        details.length > 0
          ? details.map((detail, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: fixed order of parts
              <p key={at}>{detail}</p>
            ))
          : undefined,
    };
  });
  return <Timeline entries={entries} label={t.tabs.events} />;
}
