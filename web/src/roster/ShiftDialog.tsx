import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { RosterView, ShiftView } from '../../../src/directory/roster-contract.ts';
import { civilAt, formatRoc } from '../../../src/mechanism/roc-date.ts';
import { api } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { Button } from '../ui/Button.tsx';
import { DateTimeField, NO_WHEN, type WhenValue } from '../ui/DateTimeField.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { ChoiceGroup, Select, TextField } from '../ui/fields.tsx';
import { useLang, usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { ProblemMessage } from '../ui/states.tsx';
import { useZone } from '../ui/time.tsx';
import { rosterQuery, useRosterAct } from './queries.ts';
import { rosterText } from './texts.ts';
import { useSpanWords } from './Week.tsx';

interface ShiftDialogProps {
  view: RosterView;
  me: string;
  /** null: a new one. */
  shift: ShiftView | null;
  onClose: () => void;
}

/** One shift: swapped by its person, changed by whoever plans the roster. */
export function ShiftDialog({ view, me, shift, onClose }: ShiftDialogProps) {
  const t = useText(rosterText);
  const pick = usePick();
  const words = useSpanWords();
  if (shift === null) {
    return (
      <Dialog open dirty onClose={onClose} title={t.shift.add}>
        <Edit view={view} shift={null} onClose={onClose} />
      </Dialog>
    );
  }
  const isOwn = shift.person.id === me && view.may.hold;
  return (
    <Dialog open dirty onClose={onClose} title={`${words(shift)}　${pick(shift.person.name)}`}>
      {shift.to > view.now && <SwapForm view={view} shift={shift} own={isOwn} onClose={onClose} />}
      {view.may.plan && (
        <details className="roster-edit">
          <summary>{t.shift.title}</summary>
          <Edit view={view} shift={shift} onClose={onClose} />
        </details>
      )}
    </Dialog>
  );
}

function SwapForm({
  view,
  shift,
  own,
  onClose,
}: {
  view: RosterView;
  shift: ShiftView;
  own: boolean;
  onClose: () => void;
}) {
  const t = useText(rosterText);
  const pick = usePick();
  const words = useSpanWords();
  const { say } = useAnnouncer();
  const [person, setPerson] = useState('');
  const [other, setOther] = useState('');
  const [note, setNote] = useState('');
  // His shifts of the five weeks to come, not only of the week on the screen.
  const ahead = useQuery({ ...rosterQuery(view.post.id, view.now.slice(0, 10), 35), enabled: person !== '' });
  const his = (ahead.data?.shifts ?? []).filter((one) => one.person.id === person && one.from > view.now);
  const name = pick(view.holders.find((one) => one.id === person)?.name);
  const swap = useRosterAct(
    () => api.post(`/shifts/${shift.id}/swaps`, { withPersonId: person, otherShiftId: other || null, note }),
    () => {
      if (own) say(t.swap.askedSaid(name), { next: t.swap.askedNext });
      else say(t.swap.ordered);
      onClose();
    },
  );
  const fault = (field: string) => (swap.error instanceof Problem ? swap.error.field(field) : undefined);
  return (
    <section>
      <h3>{t.swap.title}</h3>
      <Select
        label={t.swap.give}
        now
        empty="—"
        value={person}
        onValue={(value) => {
          setPerson(value);
          setOther('');
        }}
        options={view.holders
          .filter((one) => one.id !== shift.person.id)
          .map((one) => ({ value: one.id, label: pick(one.name) }))}
        error={fault('withPersonId')}
      />
      {his.length > 0 && (
        <Select
          label={t.swap.inReturn}
          empty={t.swap.nothing}
          value={other}
          onValue={setOther}
          options={his.map((one) => ({ value: one.id, label: `${words(one)} ${t[one.place]}` }))}
          error={fault('otherShiftId')}
        />
      )}
      <TextField label={t.swap.note} value={note} onValue={setNote} maxLength={200} />
      <Button
        kind="primary"
        disabled={person === ''}
        busy={swap.isPending}
        onClick={() => swap.mutate(undefined)}
      >
        {own ? t.swap.ask : t.swap.order}
      </Button>
      {swap.isError && <ProblemMessage error={swap.error} />}
    </section>
  );
}

function Edit({ view, shift, onClose }: { view: RosterView; shift: ShiftView | null; onClose: () => void }) {
  const t = useText(rosterText);
  const pick = usePick();
  const { lang } = useLang();
  const zone = useZone();
  const { say } = useAnnouncer();
  const whenOf = (at: string | undefined): WhenValue =>
    at ? { ...NO_WHEN, at, text: formatRoc(civilAt(new Date(at), zone), lang) } : NO_WHEN;
  const gap = view.gaps.find((one) => one.to > view.now);
  const [person, setPerson] = useState(shift?.person.id ?? '');
  const [place, setPlace] = useState<'first' | 'second'>(shift?.place ?? 'first');
  // A new one begins where nobody serves.
  const [from, setFrom] = useState(whenOf(shift?.from ?? gap?.from));
  const [to, setTo] = useState(whenOf(shift?.to ?? gap?.to));
  const done = (words: string) => () => {
    say(words, { next: t.shift.savedNext });
    onClose();
  };
  const save = useRosterAct(() => {
    const body = { personId: person, place, from: from.at, to: to.at };
    return shift ? api.patch(`/shifts/${shift.id}`, body) : api.post(`/rosters/${view.post.id}/shifts`, body);
  }, done(t.shift.saved));
  const remove = useRosterAct(() => api.delete(`/shifts/${shift?.id}`), done(t.shift.removed));
  const error = save.error ?? remove.error;
  const fault = (field: string) => (save.error instanceof Problem ? save.error.field(field) : undefined);
  return (
    <section>
      <Select
        label={t.shift.person}
        now
        empty="—"
        value={person}
        onValue={setPerson}
        options={view.holders.map((one) => ({ value: one.id, label: pick(one.name) }))}
        error={fault('personId')}
      />
      <ChoiceGroup
        inline
        label={t.shift.place}
        value={place}
        onValue={(value) => setPlace(value as typeof place)}
        choices={(['first', 'second'] as const).map((value) => ({ value, label: t[value] }))}
      />
      <DateTimeField
        label={t.shift.from}
        now
        value={from}
        onValue={setFrom}
        quick={[]}
        error={fault('from')}
      />
      <DateTimeField label={t.shift.to} now value={to} onValue={setTo} quick={[]} error={fault('to')} />
      <div className="roster-buttons">
        <Button
          kind="primary"
          disabled={person === '' || !from.at || !to.at}
          busy={save.isPending}
          onClick={() => save.mutate(undefined)}
        >
          {t.shift.save}
        </Button>
        {shift && (
          <Button kind="quiet" busy={remove.isPending} onClick={() => remove.mutate(undefined)}>
            {t.shift.remove}
          </Button>
        )}
      </div>
      {error && <ProblemMessage error={error} />}
    </section>
  );
}
