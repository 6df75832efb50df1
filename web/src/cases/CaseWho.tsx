import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { useId, useState } from 'react';
import type { CallRow, CaseView, KnowsRow } from '../../../src/cases/contract.ts';
import { api, newKey } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { Button } from '../ui/Button.tsx';
import { DateTimeField, useWhenNow } from '../ui/DateTimeField.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { ChoiceGroup, TextField } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { ProblemMessage } from '../ui/states.tsx';
import { WhoKnows } from '../ui/WhoKnows.tsx';
import { caseText } from './texts.ts';

/** "Who knows" of one case, with the desk's button to record a confirmation by telephone. */
export function CaseWho({ view, heading }: { view: CaseView; heading?: 'h2' | 'h3' }) {
  const t = useText(caseText);
  const [call, setCall] = useState<CallRow | null>(null);
  const mayRecord = view.may.some((one) => one.act === 'record-acknowledgement');
  return (
    <>
      <WhoKnows
        rows={view.knows}
        groupName={(id) => t.groups[id]}
        capacityName={(capacity) => t.capacities[capacity]}
        {...(heading ? { heading } : {})}
        {...(mayRecord
          ? {
              action: (row: KnowsRow) =>
                row.call && (
                  <Button className="btn-small" onClick={() => setCall(row.call)}>
                    {t.acts['record-acknowledgement']}
                  </Button>
                ),
            }
          : {})}
      />
      {call && <TelephoneDialog call={call} onClose={() => setCall(null)} />}
    </>
  );
}

/** The desk has rung up: who confirmed, and when. */
export function TelephoneDialog({ call, onClose }: { call: CallRow; onClose: () => void }) {
  const t = useText(caseText);
  const pick = usePick();
  const { say } = useAnnouncer();
  const client = useQueryClient();
  const formId = useId();
  const [key] = useState(newKey);
  const [who, setWho] = useState<string>(call.people.length > 0 ? '0' : 'other');
  const [name, setName] = useState('');
  const [when, setWhen] = useState(useWhenNow());
  const [attempt, setAttempt] = useState(0);
  const said = who === 'other' ? name.trim() : pick(call.people[Number(who)]?.name);
  const record = useMutation({
    mutationFn: () =>
      api.post(
        `/notices/${call.noticeId}/telephone-acknowledgement`,
        { at: when.at, name: said },
        { idempotencyKey: key },
      ),
    onSuccess: async () => {
      say(t.telephone.done(said));
      onClose();
      await client.invalidateQueries();
    },
  });
  const faultAtTime = record.error instanceof Problem ? record.error.field('at') : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAttempt(attempt + 1);
    if (said !== '' && when.at && !record.isPending) record.mutate();
  };
  const numbers = [
    ...call.people.flatMap((person) =>
      [person.mobile, person.phone].filter(Boolean).map((phone) => ({ who: pick(person.name), phone })),
    ),
    ...(call.organisationPhone
      ? [{ who: pick(call.party.organisationName), phone: call.organisationPhone }]
      : []),
  ];
  return (
    <Dialog
      open
      onClose={onClose}
      title={t.telephone.title(`${pick(call.party.organisationName)} ${pick(call.party.postName)}`)}
      actions={
        <Button kind="primary" type="submit" form={formId} busy={record.isPending}>
          {t.telephone.submit}
        </Button>
      }
    >
      <ul className="call-numbers">
        {numbers.map((one) => (
          <li key={one.who + one.phone}>
            <span>{one.who}</span>
            <a href={`tel:${one.phone.replaceAll(/[^\d+]/g, '')}`}>{one.phone}</a>
          </li>
        ))}
      </ul>
      <form id={formId} onSubmit={submit} noValidate>
        <ChoiceGroup
          label={t.telephone.who}
          value={who}
          onValue={setWho}
          choices={[
            ...call.people.map((person, at) => ({ value: String(at), label: pick(person.name) })),
            { value: 'other', label: t.telephone.other },
          ]}
        />
        {who === 'other' && (
          <TextField
            label={t.telephone.name}
            now
            value={name}
            onValue={setName}
            maxLength={100}
            error={attempt > 0 && said === '' ? t.telephone.needName : undefined}
          />
        )}
        <DateTimeField
          label={t.telephone.at}
          now
          value={when}
          onValue={(value) => {
            // What was wrong with the old time says nothing about the new one.
            record.reset();
            setWhen(value);
          }}
          quick={[0, 5]}
          {...(faultAtTime ? { error: faultAtTime } : {})}
        />
        {record.isError && !faultAtTime && <ProblemMessage error={record.error} />}
      </form>
    </Dialog>
  );
}
