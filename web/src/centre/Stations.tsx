import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ActivationView } from '../../../src/centre/contract.ts';
import { newKey } from '../api/client.ts';
import { groupsQuery } from '../directory/queries.ts';
import { Button } from '../ui/Button.tsx';
import { DateTimeField, NO_WHEN } from '../ui/DateTimeField.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Select } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { ProblemMessage } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { DateTime } from '../ui/time.tsx';
import { may } from './may.ts';
import { useCentreAct } from './queries.ts';
import { centreText } from './texts.ts';
import { WithReason } from './WithReason.tsx';

/** Group by group: who is at the centre, who is short, and who comes when. */
export function Stations({ view }: { view: ActivationView }) {
  const t = useText(centreText);
  const c = useText(commonText);
  const pick = usePick();
  const act = useCentreAct(view.id);
  const [planning, setPlanning] = useState(false);
  const runs = view.active && may(view, 'run-centre');
  const hands = view.active && (runs || may(view, 'hand-over-shift'));
  return (
    <section aria-labelledby="stations">
      <h2 id="stations">{t.stations.title}</h2>
      {runs && <Button onClick={() => setPlanning(true)}>{t.stations.plan}</Button>}
      <ul className="centre-list">
        {view.stations.map((one) => (
          <li key={one.group.code} className="centre-station">
            <span className="centre-grow">
              <strong>{pick(one.group.name)}</strong>{' '}
              <span className={one.present < one.atLeast ? 'centre-late' : 'centre-quiet'}>
                {one.present < one.atLeast
                  ? t.stations.short(one.atLeast - one.present)
                  : one.atLeast > 0
                    ? t.stations.enough
                    : ''}
              </span>
              {one.people.length > 0 && (
                <span className="centre-quiet">
                  {t.stations.inNow}　{one.people.map((person) => pick(person.name)).join(c.separator)}
                </span>
              )}
            </span>
            {one.shifts.length > 0 && (
              <ol className="centre-shifts">
                {one.shifts.map((shift) => (
                  <li key={shift.id}>
                    <DateTime at={shift.from} /> – <DateTime at={shift.to} />　{pick(shift.person.name)}
                    {shift.now && <span className="badge badge-open">{t.stations.now}</span>}
                    {shift.handedOver && (
                      <span className="centre-quiet">
                        {t.stations.handedOver}
                        {shift.handedOver.note && `：${shift.handedOver.note}`}
                      </span>
                    )}
                    {runs && !shift.handedOver && (
                      <CancelShift
                        what={`${pick(shift.person.name)}${c.separator}${pick(one.group.name)}`}
                        from={shift.from}
                        to={shift.to}
                        busy={act.isPending}
                        error={act.error}
                        onSend={() => act.mutateAsync({ act: 'cancel-shift', shift: shift.id })}
                      />
                    )}
                    {hands && !shift.handedOver && (
                      <WithReason
                        label={t.stations.handOver}
                        busy={act.isPending}
                        error={act.error}
                        onSend={(text) => act.mutateAsync({ act: 'hand-over-shift', shift: shift.id, text })}
                      />
                    )}
                  </li>
                ))}
              </ol>
            )}
          </li>
        ))}
      </ul>
      {planning && <Plan view={view} onClose={() => setPlanning(false)} />}
    </section>
  );
}

interface CancelShiftProps {
  what: string;
  from: string;
  to: string;
  busy: boolean;
  error: unknown;
  onSend: () => Promise<unknown>;
}

/** Takes a shift off the list, after asking once whether that is meant: somebody may be on his way. */
function CancelShift({ what, from, to, busy, error, onSend }: CancelShiftProps) {
  const t = useText(centreText).stations;
  const [open, setOpen] = useState(false);
  const send = (): void =>
    void onSend().then(
      () => setOpen(false),
      () => undefined,
    );
  return (
    <>
      <Button kind="quiet" className="btn-small" onClick={() => setOpen(true)}>
        {t.cancel}
      </Button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title={t.cancel}
        actions={
          <Button kind="primary" busy={busy} onClick={send}>
            {t.cancel}
          </Button>
        }
      >
        <p>
          <strong>{what}</strong>
          <br />
          <DateTime at={from} /> – <DateTime at={to} />
        </p>
        <p>{t.cancelHelp}</p>
        {error !== null && <ProblemMessage error={error} />}
      </Dialog>
    </>
  );
}

function Plan({ view, onClose }: { view: ActivationView; onClose: () => void }) {
  const t = useText(centreText);
  const pick = usePick();
  const act = useCentreAct(view.id);
  const { data: groups } = useQuery(groupsQuery);
  const [id] = useState(newKey);
  const [group, setGroup] = useState(view.stations[0]?.group.code ?? '');
  const [person, setPerson] = useState('');
  const [from, setFrom] = useState(NO_WHEN);
  const [to, setTo] = useState(NO_WHEN);
  const people = new Map(
    (groups ?? [])
      .filter((one) => one.code === group)
      .flatMap((one) => one.posts)
      .flatMap((post) => post.holders.map((holder) => [holder.personId, pick(holder.name)] as const)),
  );
  const ready = person !== '' && from.at !== null && to.at !== null;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t.stations.plan}
      dirty={person !== ''}
      actions={
        <Button
          kind="primary"
          busy={act.isPending}
          disabled={!ready}
          onClick={() =>
            act.mutate(
              { act: 'plan-shift', id, group, person, from: from.at ?? '', to: to.at ?? '' },
              { onSuccess: onClose },
            )
          }
        >
          {t.stations.plan}
        </Button>
      }
    >
      <Select
        label={t.stations.group}
        value={group}
        onValue={setGroup}
        options={view.stations.map((one) => ({ value: one.group.code, label: pick(one.group.name) }))}
      />
      <Select
        label={t.stations.person}
        empty="—"
        value={person}
        onValue={setPerson}
        options={[...people].map(([value, label]) => ({ value, label }))}
      />
      <DateTimeField label={t.stations.from} value={from} onValue={setFrom} quick={[0]} />
      <DateTimeField label={t.stations.to} value={to} onValue={setTo} quick={[]} />
      {act.error && <ProblemMessage error={act.error} />}
    </Dialog>
  );
}
