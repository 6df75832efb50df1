import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { PackageView, ReferralView } from '../../../src/cases/affairs-contract.ts';
import type { CaseView } from '../../../src/cases/contract.ts';
import type { Bilingual } from '../../../src/locales/index.ts';
import { api } from '../api/client.ts';
import type { OrganisationList } from '../directory/queries.ts';
import { useWords } from '../mechanism/words.ts';
import { Button } from '../ui/Button.tsx';
import { DateTimeField, NO_WHEN, useWhenNow } from '../ui/DateTimeField.tsx';
import { ChoiceGroup, Select, TextArea, TextField } from '../ui/fields.tsx';
import { useLang, usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { EmptyState, ProblemMessage } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { DateTime, Elapsed } from '../ui/time.tsx';
import { ActDialog } from './ActDialog.tsx';
import { AffairDialog } from './AffairDialog.tsx';
import type { ActForm } from './act-form.ts';
import { affairsText } from './affairs-text.ts';
import { caseQuery } from './queries.ts';
import { caseText } from './texts.ts';
import './affairs.css';

type ReferralAct = ReferralView['may'][number] | 'open-referral';
interface Doing {
  act: ReferralAct;
  target: string;
  referral?: ReferralView;
}

/** To prosecutors and to the disaster system: both beside each other, each with what was handed over and came back (S8.4). */
export function Referrals({ view }: { view: CaseView }) {
  const t = useText(affairsText).referral;
  const pick = usePick();
  const [doing, setDoing] = useState<Doing | null>(null);
  const [silence, setSilence] = useState<Partial<ActForm> | null>(null);
  const order = useMutation({ mutationFn: () => orderedBy(referrals.items, pick), onSuccess: setSilence });
  const { referrals } = view;
  const hold = view.may.find((one) => one.act === 'hold');
  const opens = referrals.mayOpen.map((target) => (
    <Button
      key={target.id}
      kind="quiet"
      onClick={() => setDoing({ act: 'open-referral', target: target.id })}
    >
      {t.open(pick(target.name))}
    </Button>
  ));
  return (
    <div className="affairs">
      {referrals.items.length === 0 ? (
        <EmptyState title={t.none} action={opens.length > 0 && <div className="affair-acts">{opens}</div>}>
          {t.noneHelp}
        </EmptyState>
      ) : (
        <>
          {referrals.items.map((referral) => (
            <OneReferral
              key={referral.target}
              view={view}
              referral={referral}
              onAct={(act) => setDoing({ act, target: referral.target, referral })}
            />
          ))}
          <div className="affair-acts no-print">
            {opens}
            {hold && (
              <Button
                kind="quiet"
                title={t.silenceHelp}
                busy={order.isPending}
                onClick={() => order.mutate()}
              >
                {t.silence}
              </Button>
            )}
          </div>
        </>
      )}
      {doing?.act === 'send-referral' && doing.referral && (
        <SendDialog view={view} referral={doing.referral} onClose={() => setDoing(null)} />
      )}
      {doing && doing.act !== 'send-referral' && (
        <NoteDialog view={view} act={doing.act} doing={doing} onClose={() => setDoing(null)} />
      )}
      {silence && hold && (
        <ActDialog view={view} may={hold} act="hold" start={silence} onClose={() => setSilence(null)} />
      )}
    </div>
  );
}

/**
 * What an order of silence that came of a referral says already: by whom the case was taken over last, under which number,
 * and, where the directory has that body among those that may order silence, which it is (H28).
 */
async function orderedBy(
  referrals: readonly ReferralView[],
  pick: (text: Bilingual) => string,
): Promise<Partial<ActForm>> {
  const referral = referrals.find((one) => one.kind === 'prosecutors' && one.sends.length > 0);
  const to = referral?.sends.at(-1)?.to;
  if (!referral || !to) return {};
  const numbers = [...(referral.receipts ?? []), ...(referral.replies ?? [])].map((one) => one.number);
  const found = await api
    .get<OrganisationList>('/organisations', { q: pick(to), silence: 'yes', limit: 5 })
    // Without the directory it is chosen by hand.
    .catch(() => null);
  const body = found?.items.find((row) => !row.ended && (row.name.zh === to.zh || row.name.en === to.en));
  return {
    authority: pick(to),
    reference: numbers.findLast(Boolean) ?? '',
    body: body ? { id: body.id, label: pick(body.name) } : null,
  };
}

interface OneReferralProps {
  view: CaseView;
  referral: ReferralView;
  onAct: (act: ReferralAct) => void;
}

function OneReferral({ view, referral, onAct }: OneReferralProps) {
  const t = useText(affairsText).referral;
  const k = useText(caseText);
  const c = useText(commonText);
  const pick = usePick();
  const words = useWords();
  const packages = view.referrals.packages.filter((one) => one.target === referral.target);
  const flag = (id: string) => {
    const found = words.pack?.flags.find((one) => one.id === id);
    return found ? pick(found.name) : id;
  };
  const heading = `referral-${referral.target}`;
  return (
    <section className="affair affair-referral" aria-labelledby={heading}>
      <div className="affair-what">
        <h3 id={heading} className="affair-title">
          {pick(referral.name)}
          <span className="affair-badge">{t.status[referral.status]}</span>
          {referral.status === 'open' && (
            <Elapsed since={referral.openedAt} form="lasting" className="late strong" />
          )}
        </h3>
        <dl className="affair-facts">
          <dt>{t.grounds}</dt>
          <dd>
            {[...referral.flags.map(flag), ...(referral.reason ? [referral.reason] : [])].join(c.separator) ||
              t.byHand}
          </dd>
          {referral.agencyTold.map((one) => (
            <Pair key={one.flag} name={t.agencyTold}>
              {one.toldWhom} {one.toldAt && <DateTime at={one.toldAt} form="short" />}
            </Pair>
          ))}
          {referral.sends.map((send) => (
            <Pair key={send.recordedAt} name={t.sent}>
              {pick(send.to)}
              {c.separator}
              {t.channels[send.channel]}
              {c.separator}
              <DateTime at={send.at} form="short" />
              {send.sha256 && <code className="hash"> {send.sha256}</code>}
            </Pair>
          ))}
          {referral.receipts?.map((one) => (
            <Pair key={one.at + one.officer} name={t.officer}>
              {[one.officer, one.number, one.phone, one.note].filter(Boolean).join(c.separator)}{' '}
              <DateTime at={one.at} form="short" />
            </Pair>
          ))}
          {referral.replies?.map((one) => (
            <Pair key={one.at + one.text} name={t.outcomes[one.outcome]}>
              <span className="pre">{[one.text, one.number].filter(Boolean).join(c.separator)}</span>{' '}
              <DateTime at={one.at} form="short" />
            </Pair>
          ))}
          {referral.closedAt && (
            <Pair name={t.close}>
              {referral.closedWhy} <DateTime at={referral.closedAt} form="short" />
            </Pair>
          )}
        </dl>
        {referral.receipts === null && referral.sends.length > 0 && (
          <p className="small muted">{t.onlyDesk}</p>
        )}
        {referral.may.includes('send-referral') && (
          <Packages view={view} target={referral.target} packages={packages} />
        )}
      </div>
      {referral.may.length > 0 && (
        <div className="affair-acts no-print">
          {referral.may.map((act) => (
            <Button
              key={act}
              kind={act === 'close-referral' ? 'quiet' : 'plain'}
              aria-label={`${k.acts[act]}${c.colon}${pick(referral.name)}`}
              onClick={() => onAct(act)}
            >
              {k.acts[act]}
            </Button>
          ))}
        </div>
      )}
    </section>
  );
}

function Pair({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** The files of a referral: made by the server, kept there, and taken along by the browser. */
function Packages({
  view,
  target,
  packages,
}: {
  view: CaseView;
  target: string;
  packages: readonly PackageView[];
}) {
  const t = useText(affairsText).referral;
  const c = useText(commonText);
  const { lang } = useLang();
  const { say } = useAnnouncer();
  const client = useQueryClient();
  const make = useMutation({
    mutationFn: () =>
      api.post<PackageView>(`/cases/${view.case.id}/referral-packages?lang=${lang}`, { target }),
    onSuccess: async (made) => {
      say(t.made(made.name));
      await client.invalidateQueries({ queryKey: caseQuery(view.case.id).queryKey });
    },
  });
  const take = useMutation({
    mutationFn: async (file: PackageView) => ({
      file,
      html: await api.get<string>(`/cases/${view.case.id}/referral-packages/${file.id}`),
    }),
    onSuccess: ({ file, html }) => {
      const address = URL.createObjectURL(new Blob([html], { type: 'text/html' }));
      const link = document.createElement('a');
      link.href = address;
      link.download = file.name;
      link.click();
      URL.revokeObjectURL(address);
    },
  });
  return (
    <div className="no-print">
      <p className="small muted">{t.packageHelp}</p>
      <ul className="affair-list">
        {packages.map((file) => (
          <li key={file.id} className="small">
            <button type="button" className="link" onClick={() => take.mutate(file)}>
              {t.download}
              {c.colon}
              {file.name}
            </button>{' '}
            <DateTime at={file.at} form="short" />
            <code className="hash"> {file.sha256}</code>
          </li>
        ))}
      </ul>
      <Button kind="quiet" busy={make.isPending} onClick={() => make.mutate()}>
        {t.make}
      </Button>
      {make.isError && <ProblemMessage error={make.error} />}
      {take.isError && <ProblemMessage error={take.error} />}
    </div>
  );
}

const ANOTHER = '-';

function SendDialog({
  view,
  referral,
  onClose,
}: {
  view: CaseView;
  referral: ReferralView;
  onClose: () => void;
}) {
  const t = useText(affairsText).referral;
  const c = useText(commonText);
  const pick = usePick();
  const now = useWhenNow();
  const packages = view.referrals.packages.filter((one) => one.target === referral.target);
  const [office, setOffice] = useState(referral.offices[0]?.id ?? ANOTHER);
  const [to, setTo] = useState('');
  const [channel, setChannel] = useState('in-person');
  const [when, setWhen] = useState(now);
  const [file, setFile] = useState(packages.at(-1)?.id ?? '');
  const chosen = referral.offices.find((one) => one.id === office);
  const fault = !chosen && to.trim() === '' ? t.needTo : when.at === null ? t.needTime : null;
  return (
    <AffairDialog
      view={view}
      act="send-referral"
      about={pick(referral.name)}
      fault={fault}
      body={() => ({
        target: referral.target,
        office: chosen?.id ?? null,
        to: chosen ? '' : to.trim(),
        channel,
        at: when.at,
        package: file || null,
      })}
      onClose={onClose}
    >
      {(wrong) => (
        <>
          <Select
            label={t.office}
            value={office}
            onValue={setOffice}
            options={[
              ...referral.offices.map((one) => ({
                value: one.id,
                label: one.near ? c.aside(pick(one.name), t.near) : pick(one.name),
              })),
              { value: ANOTHER, label: t.another },
            ]}
          />
          {chosen ? (
            <p className="small muted">
              {[chosen.phone, chosen.fax, chosen.email].filter(Boolean).join(c.separator)}
            </p>
          ) : (
            <TextField
              label={t.to}
              now
              maxLength={200}
              value={to}
              onValue={setTo}
              error={wrong === t.needTo ? wrong : undefined}
            />
          )}
          <ChoiceGroup
            label={t.channel}
            inline
            value={channel}
            onValue={setChannel}
            choices={(['in-person', 'telephone', 'fax', 'email', 'post'] as const).map((value) => ({
              value,
              label: t.channels[value],
            }))}
          />
          <DateTimeField
            label={t.at}
            now
            value={when}
            onValue={setWhen}
            error={wrong === t.needTime ? wrong : undefined}
          />
          <Select
            label={t.package}
            empty={t.noPackage}
            value={file}
            onValue={setFile}
            options={packages.map((one) => ({
              value: one.id,
              label: `${one.name} ${one.sha256.slice(0, 8)}`,
            }))}
          />
        </>
      )}
    </AffairDialog>
  );
}

interface NoteDialogProps {
  view: CaseView;
  act: Exclude<ReferralAct, 'send-referral'>;
  doing: Doing;
  onClose: () => void;
}

/** Opening, closing, and what came back. */
function NoteDialog({ view, act, doing, onClose }: NoteDialogProps) {
  const t = useText(affairsText).referral;
  const f = useText(caseText).form;
  const pick = usePick();
  const now = useWhenNow();
  const [text, setText] = useState('');
  const [officer, setOfficer] = useState('');
  const [number, setNumber] = useState('');
  const [phone, setPhone] = useState('');
  const [outcome, setOutcome] = useState('taken-up');
  const [when, setWhen] = useState(act === 'open-referral' || act === 'close-referral' ? NO_WHEN : now());
  const { target } = doing;
  const receipt = act === 'record-referral-receipt';
  const reply = act === 'record-referral-reply';
  const blank = text.trim() === '';
  const fault =
    receipt && officer.trim() === ''
      ? t.needOfficer
      : reply && blank
        ? t.needText
        : !receipt && !reply && blank
          ? f.needReason
          : (receipt || reply) && when.at === null
            ? t.needTime
            : null;
  const body = (): Record<string, unknown> => {
    const said = text.trim();
    if (receipt)
      return {
        target,
        at: when.at,
        officer: officer.trim(),
        number: number.trim(),
        phone: phone.trim(),
        note: said,
      };
    if (reply) return { target, at: when.at, outcome, text: said, number: number.trim() };
    return { target, reason: said };
  };
  const name = doing.referral?.name ?? view.referrals.mayOpen.find((one) => one.id === target)?.name;
  return (
    <AffairDialog
      view={view}
      act={act}
      about={name && pick(name)}
      fault={fault}
      body={body}
      onClose={onClose}
    >
      {(wrong) => {
        const error = (sentence: string) => (wrong === sentence ? sentence : undefined);
        return (
          <>
            {receipt && (
              <>
                <TextField
                  label={t.officer}
                  now
                  maxLength={100}
                  value={officer}
                  onValue={setOfficer}
                  error={error(t.needOfficer)}
                />
                <TextField label={t.number} maxLength={100} value={number} onValue={setNumber} />
                <TextField label={t.phone} maxLength={60} value={phone} onValue={setPhone} />
              </>
            )}
            {reply && (
              <>
                <ChoiceGroup
                  label={t.outcome}
                  inline
                  value={outcome}
                  onValue={setOutcome}
                  choices={(['taken-up', 'asks-more', 'not-taken-up', 'concluded'] as const).map((value) => ({
                    value,
                    label: t.outcomes[value],
                  }))}
                />
                <TextField label={t.number} maxLength={100} value={number} onValue={setNumber} />
              </>
            )}
            {(receipt || reply) && (
              <DateTimeField label={t.at} now value={when} onValue={setWhen} error={error(t.needTime)} />
            )}
            <TextArea
              label={receipt ? t.note : reply ? t.text : f.reason}
              now={!receipt}
              rows={2}
              maxLength={2000}
              value={text}
              onValue={setText}
              error={error(reply ? t.needText : f.needReason)}
            />
          </>
        );
      }}
    </AffairDialog>
  );
}
