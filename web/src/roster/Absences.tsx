import { useState } from 'react';
import type { RosterView } from '../../../src/directory/roster-contract.ts';
import { api } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { Button } from '../ui/Button.tsx';
import { DateTimeField, NO_WHEN } from '../ui/DateTimeField.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Select } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { ProblemMessage } from '../ui/states.tsx';
import { DateTime } from '../ui/time.tsx';
import { useRosterAct } from './queries.ts';
import { rosterText } from './texts.ts';

/** Who cannot serve when; why is nobody's business here. */
export function Absences({ absences }: { absences: RosterView['absences'] }) {
  const t = useText(rosterText);
  const pick = usePick();
  const { say } = useAnnouncer();
  const end = useRosterAct<string>(
    (id) => api.delete(`/absences/${id}`),
    () => say(t.absence.ended),
  );
  if (absences.length === 0) return null;
  return (
    <section>
      <h3>{t.absence.title}</h3>
      <ul className="roster-lines">
        {absences.map((one) => (
          <li key={one.id}>
            <span className="strong">{pick(one.person.name)}</span>
            <span>
              <DateTime at={one.from} form="short" /> – <DateTime at={one.to} form="short" />
            </span>
            {one.mayEnd && (
              <Button kind="quiet" busy={end.isPending} onClick={() => end.mutate(one.id)}>
                {t.absence.end}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {end.isError && <ProblemMessage error={end.error} />}
    </section>
  );
}

export function AwayDialog({ view, me, onClose }: { view: RosterView; me: string; onClose: () => void }) {
  const t = useText(rosterText);
  const pick = usePick();
  const { say } = useAnnouncer();
  const [person, setPerson] = useState(view.may.hold ? me : '');
  const [from, setFrom] = useState(NO_WHEN);
  const [to, setTo] = useState(NO_WHEN);
  const save = useRosterAct(
    () => api.post(`/rosters/${view.post.id}/absences`, { personId: person, from: from.at, to: to.at }),
    () => {
      say(t.absence.saved, { next: t.shift.savedNext });
      onClose();
    },
  );
  const fault = (field: string) => (save.error instanceof Problem ? save.error.field(field) : undefined);
  const who = view.holders.filter((one) => view.may.plan || one.id === me);
  return (
    <Dialog
      open
      dirty
      onClose={onClose}
      title={t.act.away}
      actions={
        <Button
          kind="primary"
          disabled={!person || !from.at || !to.at}
          busy={save.isPending}
          onClick={() => save.mutate(undefined)}
        >
          {t.absence.save}
        </Button>
      }
    >
      <p>{t.absence.lead}</p>
      <Select
        label={t.absence.who}
        now
        empty="—"
        value={person}
        onValue={setPerson}
        options={who.map((one) => ({ value: one.id, label: pick(one.name) }))}
        error={fault('personId')}
      />
      <DateTimeField
        label={t.shift.from}
        now
        value={from}
        onValue={setFrom}
        quick={[0]}
        error={fault('from')}
      />
      <DateTimeField label={t.shift.to} now value={to} onValue={setTo} quick={[]} error={fault('to')} />
      {save.isError && <ProblemMessage error={save.error} />}
    </Dialog>
  );
}
