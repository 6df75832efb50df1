import { useState } from 'react';
import type { OfferView, SupportActName, SupportRequestView } from '../../../src/cases/affairs-contract.ts';
import type { CaseView } from '../../../src/cases/contract.ts';
import { useWords } from '../mechanism/words.ts';
import { Button } from '../ui/Button.tsx';
import { DateTimeField, NO_WHEN } from '../ui/DateTimeField.tsx';
import { ChoiceGroup, Select, TextArea } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { EmptyState } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { Countdown, DateTime, Elapsed } from '../ui/time.tsx';
import { AffairDialog } from './AffairDialog.tsx';
import { affairsText } from './affairs-text.ts';
import { caseText } from './texts.ts';
import './affairs.css';

type Doing =
  | { act: 'request-support' }
  | { act: SupportActName; request: SupportRequestView; offer?: OfferView };

/** What the agency needs, who was asked, and how far it got (S8.5.1, S8.5.2). */
export function Support({ view }: { view: CaseView }) {
  const t = useText(affairsText).support;
  const [doing, setDoing] = useState<Doing | null>(null);
  const { support } = view;
  const ask = support.mayRequest && (
    <Button onClick={() => setDoing({ act: 'request-support' })}>{t.request}</Button>
  );
  return (
    <div className="affairs">
      {support.requests.length === 0 ? (
        <EmptyState title={t.none} action={ask}>
          {t.noneHelp}
        </EmptyState>
      ) : (
        <>
          {support.groups.length > 0 && <p className="small muted">{t.lead}</p>}
          <ul className="affair-list">
            {support.requests.map((request) => (
              <Request key={request.id} request={request} onAct={setDoing} />
            ))}
          </ul>
          <div className="no-print">{ask}</div>
        </>
      )}
      {doing?.act === 'request-support' && <AskDialog view={view} onClose={() => setDoing(null)} />}
      {doing && doing.act !== 'request-support' && (
        <SupportDialog view={view} {...doing} onClose={() => setDoing(null)} />
      )}
    </div>
  );
}

/** One request with everybody who was asked; also a line of the workload. */
export function Request({ request, onAct }: { request: SupportRequestView; onAct?: (doing: Doing) => void }) {
  const t = useText(affairsText).support;
  const k = useText(caseText);
  const c = useText(commonText);
  const pick = usePick();
  return (
    <li className={`affair affair-request${request.overdue ? ' affair-late' : ''}`}>
      <div className="affair-what">
        <p className="affair-title">
          {pick(request.name)}
          <span className="affair-badge">{t.status[request.status]}</span>
          {request.overdue && <span className="late strong">{t.overdue}</span>}
        </p>
        {request.text && <p className="pre">{request.text}</p>}
        <p className="small muted">
          {t.from[request.by]}
          {c.separator}
          {request.person && `${pick(request.person.name)}${c.separator}`}
          <DateTime at={request.at} form="short" />
        </p>
        {request.cancelled && (
          <p className="small">
            {t.cancelled}
            {c.colon}
            {request.cancelled.reason}
          </p>
        )}
        {request.feedback && (
          <p>
            <strong>
              {t.feedback}
              {c.colon}
              {t.verdicts[request.feedback.helped]}
            </strong>
            {request.feedback.text && `　${request.feedback.text}`}
          </p>
        )}
        {request.offers.length > 0 && (
          <ul className="affair-offers">
            {request.offers.map((offer) => (
              <Offer key={offer.group.id} offer={offer} request={request} {...(onAct ? { onAct } : {})} />
            ))}
          </ul>
        )}
      </div>
      {onAct && request.may.length > 0 && (
        <div className="affair-acts no-print">
          {request.may.map((act) => (
            <Button
              key={act}
              kind={act === 'cancel-support' ? 'quiet' : 'plain'}
              aria-label={`${k.acts[act]}${c.colon}${pick(request.name)}`}
              onClick={() => onAct({ act, request })}
            >
              {k.acts[act]}
            </Button>
          ))}
        </div>
      )}
    </li>
  );
}

interface OfferProps {
  offer: OfferView;
  request: SupportRequestView;
  onAct?: (doing: Doing) => void;
}

function Offer({ offer, request, onAct }: OfferProps) {
  const t = useText(affairsText).support;
  const k = useText(caseText);
  const c = useText(commonText);
  const pick = usePick();
  const waits = offer.status === 'offered' || offer.status === 'accepted';
  return (
    <li className={`affair-offer affair-offer-${offer.status}`}>
      <p>
        <strong>
          {offer.region ? c.aside(pick(offer.region.name), pick(offer.group.name)) : pick(offer.group.name)}
        </strong>
        {offer.mine && <span className="affair-badge">{t.mine}</span>}
        <span className="affair-badge">{t.offer[offer.status]}</span>
        {offer.overdue && <span className="late strong">{t.overdue}</span>}
      </p>
      <p className="small muted">
        {t.asked} <DateTime at={offer.askedAt} form="short" />
        {waits && (
          <>
            {'　'}
            <Elapsed since={offer.askedAt} form="ago" />
          </>
        )}
        {waits && offer.dueAt && (
          <>
            {c.separator}
            {t.needed} <Countdown due={offer.dueAt} />
          </>
        )}
      </p>
      {offer.note && <p className="small pre">{offer.note}</p>}
      {offer.answer && (
        <p className="small">
          {offer.answeredBy && `${pick(offer.answeredBy.name)}${c.colon}`}
          {offer.answer}
        </p>
      )}
      {offer.log.map((entry) => (
        <p className="small" key={entry.at + entry.text}>
          <DateTime at={entry.at} form="short" /> {entry.text}
        </p>
      ))}
      {onAct && offer.may.length > 0 && (
        <div className="affair-acts no-print">
          {offer.may.map((act) => (
            <Button
              key={act}
              kind={act === 'accept-support' || act === 'support-done' ? 'plain' : 'quiet'}
              aria-label={`${k.acts[act]}${c.colon}${pick(offer.group.name)}`}
              onClick={() => onAct({ act, request, offer })}
            >
              {k.acts[act]}
            </Button>
          ))}
        </div>
      )}
    </li>
  );
}

function AskDialog({ view, onClose }: { view: CaseView; onClose: () => void }) {
  const t = useText(affairsText).support;
  const words = useWords();
  const pick = usePick();
  const [item, setItem] = useState('');
  const [text, setText] = useState('');
  const asked = new Set(view.support.requests.filter((one) => one.cancelled === null).map((one) => one.item));
  const items = (words.pack?.supportItems ?? []).filter((one) => !asked.has(one.id));
  return (
    <AffairDialog
      view={view}
      act="request-support"
      fault={item === '' && text.trim() === '' ? t.needText : null}
      body={() => ({ item: item || null, text: text.trim() })}
      onClose={onClose}
    >
      {(wrong) => (
        <>
          <Select
            label={t.item}
            empty={t.other}
            value={item}
            onValue={setItem}
            options={items.map((one) => ({ value: one.id, label: pick(one.name) }))}
          />
          <TextArea
            label={t.text}
            now={item === ''}
            rows={3}
            maxLength={2000}
            value={text}
            onValue={setText}
            error={wrong ?? undefined}
          />
        </>
      )}
    </AffairDialog>
  );
}

interface SupportDialogProps {
  view: CaseView;
  act: SupportActName;
  request: SupportRequestView;
  offer?: OfferView;
  onClose: () => void;
}

/** Acts that take a reason; the others take a text that may be left out. */
const REASONED: ReadonlySet<SupportActName> = new Set([
  'decline-support',
  'recall-support',
  'cancel-support',
]);

function SupportDialog({ view, act, request, offer, onClose }: SupportDialogProps) {
  const t = useText(affairsText).support;
  const f = useText(caseText).form;
  const c = useText(commonText);
  const pick = usePick();
  const [to, setTo] = useState('');
  const [text, setText] = useState('');
  const [helped, setHelped] = useState<string | null>(null);
  const [when, setWhen] = useState(NO_WHEN);
  const blank = text.trim() === '';
  const fault =
    act === 'assign-support' && to === ''
      ? t.needGroup
      : REASONED.has(act) && blank
        ? f.needReason
        : act === 'support-progress' && blank
          ? t.needWhat
          : act === 'support-feedback' && helped === null
            ? t.needVerdict
            : null;
  const body = (): Record<string, unknown> => {
    const said = text.trim();
    const group = offer && !offer.mine ? { group: offer.group.id } : {};
    if (act === 'assign-support') {
      const region = to.startsWith('region:') ? to.slice(7) : null;
      return { request: request.id, group: region ? null : to, region, note: said, dueAt: when.at };
    }
    if (act === 'accept-support') return { request: request.id, ...group, text: said, dueAt: when.at };
    if (act === 'recall-support') return { request: request.id, group: offer?.group.id, reason: said };
    if (act === 'cancel-support') return { request: request.id, reason: said };
    if (act === 'decline-support') return { request: request.id, ...group, reason: said };
    if (act === 'support-feedback') return { request: request.id, helped, text: said };
    return { request: request.id, ...group, text: said };
  };
  const busy = new Set(
    request.offers
      .filter((one) => one.status === 'offered' || one.status === 'accepted')
      .map((one) => one.group.id),
  );
  const { groups, regions } = view.support;
  const label = (id: string, name: string) =>
    request.suggested.includes(id) ? c.aside(name, t.suggested) : name;
  const choices = [
    ...groups
      .filter((one) => !busy.has(one.id))
      .map((one) => ({
        value: one.id,
        label: label(one.id, pick(one.name)),
        first: request.suggested.includes(one.id),
      })),
    ...regions
      .filter((one) => !busy.has(one.group))
      .map((one) => ({
        value: `region:${one.id}`,
        label: one.own ? c.aside(pick(one.name), t.ownRegion) : pick(one.name),
        first: one.own,
      })),
  ].sort((a, b) => Number(b.first) - Number(a.first));
  return (
    <AffairDialog
      view={view}
      act={act}
      about={offer ? `${pick(request.name)}${c.separator}${pick(offer.group.name)}` : pick(request.name)}
      fault={fault}
      body={body}
      onClose={onClose}
    >
      {(wrong) => {
        const error = (sentence: string) => (wrong === sentence ? sentence : undefined);
        return (
          <>
            {act === 'assign-support' && (
              <Select
                label={t.whom}
                now
                empty="—"
                value={to}
                onValue={setTo}
                options={choices}
                error={error(t.needGroup)}
              />
            )}
            {act === 'support-feedback' && (
              <ChoiceGroup
                label={t.helped}
                now
                inline
                value={helped}
                onValue={setHelped}
                choices={(['yes', 'partly', 'no'] as const).map((value) => ({
                  value,
                  label: t.verdicts[value],
                }))}
                error={error(t.needVerdict)}
              />
            )}
            <TextArea
              label={REASONED.has(act) ? f.reason : act === 'assign-support' ? t.note : t.what}
              now={REASONED.has(act) || act === 'support-progress'}
              rows={2}
              maxLength={2000}
              value={text}
              onValue={setText}
              error={error(REASONED.has(act) ? f.needReason : t.needWhat)}
            />
            {(act === 'assign-support' || act === 'accept-support') && (
              <DateTimeField
                label={act === 'assign-support' ? t.due : t.promised}
                quick={[]}
                value={when}
                onValue={setWhen}
              />
            )}
          </>
        );
      }}
    </AffairDialog>
  );
}
