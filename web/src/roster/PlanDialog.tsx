import { useState } from 'react';
import type { PatternInput, Planned, RosterView } from '../../../src/directory/roster-contract.ts';
import { api } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Checkbox, ChoiceGroup, TextField } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { ProblemMessage } from '../ui/states.tsx';
import { DateTime } from '../ui/time.tsx';
import { useRosterAct } from './queries.ts';
import { rosterText } from './texts.ts';

const SLOTS = {
  two: [
    { from: '08:00', to: '20:00' },
    { from: '20:00', to: '08:00' },
  ],
  three: [
    { from: '00:00', to: '08:00' },
    { from: '08:00', to: '16:00' },
    { from: '16:00', to: '24:00' },
  ],
  whole: [{ from: '08:00', to: '08:00' }],
  office: [{ from: '08:30', to: '17:30' }],
} as const;
type SlotChoice = keyof typeof SLOTS;

const slotsOf = (pattern: PatternInput | null): SlotChoice =>
  (Object.keys(SLOTS) as SlotChoice[]).find(
    (one) => JSON.stringify(SLOTS[one]) === JSON.stringify(pattern?.slots),
  ) ?? 'two';

const later = (day: string, by: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);

/** Turns for the weeks to come: who, which shifts, which days; looked at before it is put on the roster. */
export function PlanDialog({ view, onClose }: { view: RosterView; onClose: () => void }) {
  const t = useText(rosterText);
  const pick = usePick();
  const { say } = useAnnouncer();
  const before = view.pattern;
  const today = view.days.find((day) => day.to > view.now)?.day ?? view.days[0]?.day ?? '';
  const start = today < view.now.slice(0, 10) ? view.now.slice(0, 10) : today;
  const known = (before?.persons ?? []).filter((id) => view.holders.some((one) => one.id === id));
  const [order, setOrder] = useState([
    ...known,
    ...view.holders.map((one) => one.id).filter((id) => !known.includes(id)),
  ]);
  const [out, setOut] = useState(
    new Set(before ? view.holders.map((one) => one.id).filter((id) => !known.includes(id)) : []),
  );
  const [from, setFrom] = useState(start);
  const [to, setTo] = useState(later(start, 27));
  const [slots, setSlots] = useState<SlotChoice>(slotsOf(before));
  const [turn, setTurn] = useState(before?.turn ?? 'shift');
  const [days, setDays] = useState(before?.days ?? 'every');
  const [second, setSecond] = useState(before?.second ?? view.holders.length > 2);
  const [seen, setSeen] = useState<Planned | null>(null);
  const change =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value);
      setSeen(null);
    };
  const pattern = () => ({
    persons: order.filter((id) => !out.has(id)),
    from,
    to,
    slots: SLOTS[slots],
    turn,
    second,
    days,
  });
  const path = `/rosters/${view.post.id}/plan`;
  const look = useRosterAct(async () =>
    setSeen(await api.post<Planned>(path, { ...pattern(), preview: true })),
  );
  const save = useRosterAct(
    () => api.post(path, pattern()),
    () => {
      say(t.plan.done, { next: t.plan.doneNext });
      onClose();
    },
  );
  const error = save.error ?? look.error;
  const fault = (field: string) => (error instanceof Problem ? error.field(field) : undefined);
  const move = (id: string, by: number) => {
    const at = order.indexOf(id);
    const swap = order[at + by];
    if (swap === undefined) return;
    change(setOrder)(order.map((one) => (one === id ? swap : one === swap ? id : one)));
  };
  return (
    <Dialog
      open
      wide
      dirty
      onClose={onClose}
      title={t.plan.title}
      actions={
        <>
          <Button busy={look.isPending} onClick={() => look.mutate(undefined)}>
            {t.plan.look}
          </Button>
          <Button kind="primary" busy={save.isPending} onClick={() => save.mutate(undefined)}>
            {t.plan.save}
          </Button>
        </>
      }
    >
      <fieldset className="field roster-turns">
        <legend className="field-label">{t.plan.people}</legend>
        <p className="field-help">{t.plan.peopleHelp}</p>
        <ol>
          {order.map((id, index) => {
            const name = pick(view.holders.find((one) => one.id === id)?.name);
            return (
              <li key={id}>
                <Checkbox
                  label={name}
                  checked={!out.has(id)}
                  onChecked={(isIn) => {
                    const next = new Set(out);
                    if (isIn) next.delete(id);
                    else next.add(id);
                    change(setOut)(next);
                  }}
                />
                <Button
                  kind="quiet"
                  aria-label={t.plan.up(name)}
                  disabled={index === 0}
                  onClick={() => move(id, -1)}
                >
                  ↑
                </Button>
                <Button
                  kind="quiet"
                  aria-label={t.plan.down(name)}
                  disabled={index === order.length - 1}
                  onClick={() => move(id, 1)}
                >
                  ↓
                </Button>
              </li>
            );
          })}
        </ol>
      </fieldset>
      <div className="roster-pair">
        <TextField
          label={t.plan.from}
          help={t.plan.dayHelp}
          value={from}
          onValue={change(setFrom)}
          maxLength={10}
          error={fault('from')}
        />
        <TextField
          label={t.plan.to}
          value={to}
          help={t.plan.dayHelp}
          onValue={change(setTo)}
          maxLength={10}
          error={fault('to')}
        />
      </div>
      <ChoiceGroup
        label={t.plan.slots}
        value={slots}
        onValue={(value) => change(setSlots)(value as SlotChoice)}
        choices={(Object.keys(SLOTS) as SlotChoice[]).map((value) => ({
          value,
          label: t.plan.slotChoices[value],
        }))}
      />
      <ChoiceGroup
        inline
        label={t.plan.turn}
        value={turn}
        onValue={(value) => change(setTurn)(value as typeof turn)}
        choices={(['shift', 'day', 'week'] as const).map((value) => ({ value, label: t.plan.turns[value] }))}
      />
      <ChoiceGroup
        inline
        label={t.plan.days}
        value={days}
        onValue={(value) => change(setDays)(value as typeof days)}
        choices={(['every', 'working', 'off'] as const).map((value) => ({
          value,
          label: t.plan.dayChoices[value],
        }))}
      />
      <Checkbox label={t.plan.second} checked={second} onChecked={change(setSecond)} />
      <div aria-live="polite">
        {seen && (
          <div className="note">
            <p>{t.plan.result(seen.shifts.length, seen.replaced)}</p>
            <p className={seen.gaps.length > 0 ? 'roster-gap-word' : ''}>
              {seen.gaps.length === 0 ? t.plan.noGap : t.plan.gaps(seen.gaps.length)}
            </p>
            <ul>
              {seen.gaps.slice(0, 8).map((gap) => (
                <li key={gap.from}>
                  <DateTime at={gap.from} form="short" /> – <DateTime at={gap.to} form="short" />
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
      {error && <ProblemMessage error={error} />}
    </Dialog>
  );
}
