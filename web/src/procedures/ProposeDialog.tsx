import { useState } from 'react';
import { PLAYBOOK_PHASES, type PlaybookPhase } from '../../../src/mechanism/vocabulary.ts';
import type { ProcedureStepView, ProceduresView } from '../../../src/procedures/contract.ts';
import { newKey } from '../api/client.ts';
import { useWords } from '../mechanism/words.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Checkbox, ChoiceGroup, ErrorSummary, Select, TextArea, TextField } from '../ui/fields.tsx';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { ProblemMessage } from '../ui/states.tsx';
import { usePropose } from './queries.ts';
import { proceduresText } from './texts.ts';

const UNITS = ['M', 'H', 'D'] as const;
type Unit = (typeof UNITS)[number];
interface Due {
  on: boolean;
  count: string;
  unit: Unit;
}

/** `PT30M` as a number and a unit; what the mechanism says in months or weeks is left to be said anew. */
function dueOf(iso: string | undefined, on: boolean): Due {
  const match = /^P(?:T(\d+)([MH])|(\d+)D)$/.exec(iso ?? '');
  if (!match) return { on, count: '', unit: 'H' };
  return { on, count: match[1] ?? match[3] ?? '', unit: (match[2] as Unit | undefined) ?? 'D' };
}

const isoOf = ({ count, unit }: Due) => (unit === 'D' ? `P${count}D` : `PT${count}${unit}`);

interface ProposeDialogProps {
  view: ProceduresView;
  /** Null: a step that is not there yet. */
  item: ProcedureStepView | null;
  onClose: () => void;
  onSent: () => void;
}

/** A changed step, or a new one, on its way to a second person. */
export function ProposeDialog({ view, item, onClose, onSent }: ProposeDialogProps) {
  const t = useText(proceduresText);
  const pick = usePick();
  const words = useWords();
  const propose = usePropose();
  const [id] = useState(newKey);
  const [attempt, setAttempt] = useState(0);
  const [form, setForm] = useState(() => ({
    titleZh: item?.content.title.zh ?? '',
    titleEn: item?.content.title.en ?? '',
    helpZh: item?.content.help?.zh ?? '',
    helpEn: item?.content.help?.en ?? '',
    owner: item?.content.owner.id ?? 'agency',
    phase: item?.content.phase ?? 'during',
    reason: '',
  }));
  const [dues, setDues] = useState<Record<string, Due>>(() =>
    Object.fromEntries(
      view.levels.map((level) => [
        level,
        dueOf(item?.content.withinByLevel[level], item?.content.levels.includes(level) ?? false),
      ]),
    ),
  );
  const set = (change: Partial<typeof form>) => setForm({ ...form, ...change });
  const setDue = (level: string, change: Partial<Due>) =>
    setDues({ ...dues, [level]: { ...(dues[level] as Due), ...change } });
  const levels = view.levels.filter((level) => dues[level]?.on);
  const timed = levels.filter((level) => dues[level]?.count !== '');
  const faults = [
    ...(form.titleZh.trim() && form.titleEn.trim() ? [] : [{ id: `${id}-title`, message: t.needTitle }]),
    ...((form.helpZh.trim() === '') === (form.helpEn.trim() === '')
      ? []
      : [{ id: `${id}-help`, message: t.needHelpBoth }]),
    ...timed.flatMap((level) =>
      /^[1-9]\d{0,2}$/.test(dues[level]?.count ?? '')
        ? []
        : [{ id: `${id}-due-${level}`, message: t.needDue }],
    ),
    ...(form.reason.trim() ? [] : [{ id: `${id}-reason`, message: t.needReason }]),
  ];
  const wrong = (field: string) =>
    attempt > 0 ? faults.find((fault) => fault.id === `${id}-${field}`)?.message : undefined;
  const send = (): void => {
    setAttempt(attempt + 1);
    if (faults.length > 0) return;
    propose.mutate(
      {
        id,
        step: item?.id ?? null,
        reason: form.reason,
        content: {
          levels,
          phase: form.phase,
          owner: form.owner,
          title: { zh: form.titleZh, en: form.titleEn },
          help: form.helpZh.trim() ? { zh: form.helpZh, en: form.helpEn } : null,
          withinByLevel: Object.fromEntries(timed.map((level) => [level, isoOf(dues[level] as Due)])),
        },
      },
      {
        onSuccess: () => {
          onSent();
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      open
      wide
      dirty
      onClose={onClose}
      title={item ? `${t.change}：${pick(item.content.title)}` : t.add}
      actions={
        <Button kind="primary" busy={propose.isPending} onClick={send}>
          {t.send}
        </Button>
      }
    >
      {attempt > 0 && <ErrorSummary faults={faults} attempt={attempt} />}
      <TextField
        id={`${id}-title`}
        label={t.titleZh}
        now
        lang="zh-Hant"
        maxLength={120}
        value={form.titleZh}
        onValue={(titleZh) => set({ titleZh })}
        error={wrong('title')}
      />
      <TextField
        label={t.titleEn}
        now
        lang="en"
        maxLength={200}
        value={form.titleEn}
        onValue={(titleEn) => set({ titleEn })}
      />
      <TextArea
        id={`${id}-help`}
        label={t.helpZh}
        help={t.helpBoth}
        lang="zh-Hant"
        maxLength={1000}
        value={form.helpZh}
        onValue={(helpZh) => set({ helpZh })}
        error={wrong('help')}
      />
      <TextArea
        label={t.helpEn}
        lang="en"
        maxLength={2000}
        value={form.helpEn}
        onValue={(helpEn) => set({ helpEn })}
      />
      <ChoiceGroup
        label={t.phase}
        inline
        value={form.phase}
        onValue={(phase) => set({ phase: phase as PlaybookPhase })}
        choices={PLAYBOOK_PHASES.map((phase) => ({ value: phase, label: t.phaseShort[phase] }))}
      />
      <Select
        label={t.owner}
        value={form.owner}
        onValue={(owner) => set({ owner })}
        options={view.owners.map((owner) => ({ value: owner.id, label: pick(owner.name) }))}
      />
      <fieldset className="field procedures-dues">
        <legend className="field-label">{t.levels}</legend>
        <p className="field-help">{t.dueHelp}</p>
        {view.levels.map((level) => {
          const due = dues[level] as Due;
          return (
            <div key={level} className="procedures-due">
              <Checkbox
                label={
                  <span className="procedures-level">
                    <LevelMark level={level} mark={words.mark(level)} size="s" /> {words.level(level)}
                  </span>
                }
                checked={due.on}
                onChecked={(on) => setDue(level, { on })}
              />
              {due.on && (
                <>
                  <TextField
                    id={`${id}-due-${level}`}
                    label={<span className="visually-hidden">{`${level} ${t.due}`}</span>}
                    inputMode="numeric"
                    maxLength={3}
                    value={due.count}
                    onValue={(count) => setDue(level, { count: count.trim() })}
                    error={wrong(`due-${level}`)}
                  />
                  <Select
                    label={<span className="visually-hidden">{`${level} ${t.unit}`}</span>}
                    value={due.unit}
                    onValue={(unit) => setDue(level, { unit: unit as Unit })}
                    options={UNITS.map((unit) => ({ value: unit, label: t.units[unit] }))}
                  />
                </>
              )}
            </div>
          );
        })}
        {levels.length === 0 && <p className="field-help late">{t.noLevelsHelp}</p>}
      </fieldset>
      <TextArea
        id={`${id}-reason`}
        label={t.reason}
        now
        maxLength={1000}
        value={form.reason}
        onValue={(reason) => set({ reason })}
        error={wrong('reason')}
      />
      {propose.error && <ProblemMessage error={propose.error} />}
    </Dialog>
  );
}
