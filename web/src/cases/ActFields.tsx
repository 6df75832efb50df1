import { useQuery } from '@tanstack/react-query';
import type { CaseActName, CaseView } from '../../../src/cases/contract.ts';
import { api } from '../api/client.ts';
import { groupsQuery } from '../directory/queries.ts';
import { useWords } from '../mechanism/words.ts';
import type { ComboOption } from '../ui/ComboBox.tsx';
import { ComboBox } from '../ui/ComboBox.tsx';
import type { WhenValue } from '../ui/DateTimeField.tsx';
import { DateTimeField } from '../ui/DateTimeField.tsx';
import { ChoiceGroup, Select, TextArea } from '../ui/fields.tsx';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { commonText } from '../ui/texts.ts';
import { serverNow } from '../ui/time.tsx';
import type { CaseList } from './queries.ts';
import { caseText } from './texts.ts';

/** Everything an act may ask for; each act uses its part. */
export interface ActForm {
  level: string;
  reason: string;
  text: string;
  person: ComboOption | null;
  target: ComboOption | null;
  when: WhenValue;
  how: 'telephone' | 'in-person' | 'other';
}

type Text = (typeof caseText)['zh-Hant'];
const LEVEL_ACTS = new Set<CaseActName>(['confirm-level', 'change-level']);
const TEXT_ACTS = new Set<CaseActName>(['ask-back', 'message']);
const TIME_ACTS = new Set<CaseActName>(['correct-awareness', 'report-convenor-told']);
/** Acts that take no reason at all. */
const BARE_ACTS = new Set<CaseActName>(['take', 'register', 'ask-back', 'message']);

/** The first thing still missing, as a sentence; null when the act can be sent. */
export function missing(act: CaseActName, form: ActForm, needsReason: boolean, t: Text): string | null {
  if (LEVEL_ACTS.has(act) && form.level === '') return t.form.needLevel;
  if (TEXT_ACTS.has(act) && form.text.trim() === '') return t.form.needText;
  if (act === 'hand-over' && !form.person) return t.form.needPerson;
  if (act === 'merge' && !form.target) return t.form.needTarget;
  if (TIME_ACTS.has(act) && !form.when.at) return t.form.needTime;
  if (needsReason && !BARE_ACTS.has(act) && form.reason.trim() === '') return t.form.needReason;
  return null;
}

/** The act's part of the request body, besides `act`, `revision` and `as`. */
export function payload(act: CaseActName, form: ActForm): Record<string, unknown> {
  const reason = form.reason.trim();
  if (TEXT_ACTS.has(act)) return { text: form.text.trim() };
  if (LEVEL_ACTS.has(act)) return { level: form.level, reason };
  if (act === 'hand-over') return { toPerson: form.person?.id, reason };
  if (act === 'merge') return { intoCase: form.target?.id, reason };
  if (act === 'correct-awareness') return { at: form.when.at, reason };
  if (act === 'report-convenor-told') return { at: form.when.at, how: form.how, reason };
  return BARE_ACTS.has(act) ? {} : { reason };
}

/** Whether enough is chosen to ask who would be told; words need not be written for that. */
export function mayPreview(act: CaseActName, form: ActForm): boolean {
  if (LEVEL_ACTS.has(act)) return form.level !== '';
  if (act === 'hand-over') return form.person !== null;
  return act === 'merge' ? form.target !== null : true;
}

/** As {@link payload}, with something standing in for words and times not yet written. */
export function previewPayload(act: CaseActName, form: ActForm): Record<string, unknown> {
  const stand: ActForm = {
    ...form,
    text: form.text.trim() || '…',
    reason: form.reason.trim() || '…',
    when: { ...form.when, at: form.when.at ?? new Date(serverNow()).toISOString() },
  };
  return payload(act, stand);
}

interface ActFieldsProps {
  act: CaseActName;
  view: CaseView;
  form: ActForm;
  onForm: (form: ActForm) => void;
  needsReason: boolean;
  error: string | null;
}

/** The fields one act needs. */
export function ActFields({ act, view, form, onForm, needsReason, error }: ActFieldsProps) {
  const t = useText(caseText);
  const c = useText(commonText);
  const pick = usePick();
  const words = useWords();
  const wrong = (sentence: string): string | undefined => (error === sentence ? sentence : undefined);
  const proposed = view.gradings.find((grading) => grading.status === 'proposed')?.level;
  return (
    <>
      {LEVEL_ACTS.has(act) && (
        <ChoiceGroup
          label={t.form.level}
          help={t.form.levelHelp}
          value={form.level || null}
          onValue={(level) => onForm({ ...form, level })}
          error={wrong(t.form.needLevel)}
          choices={(words.pack?.levels ?? []).map((level) => ({
            value: level.id,
            label: pick(level.definition),
            mark: <LevelMark level={level.id} mark={level.mark} />,
            disabled: act === 'change-level' && level.id === view.case.level,
            help:
              [
                level.id === proposed ? t.form.proposedMark : '',
                level.id === view.case.level && view.case.levelStatus === 'confirmed'
                  ? t.form.currentMark
                  : '',
              ]
                .filter(Boolean)
                .join(c.separator) || undefined,
          }))}
        />
      )}
      {act === 'hand-over' && (
        <PersonPicker view={view} form={form} onForm={onForm} error={wrong(t.form.needPerson)} />
      )}
      {act === 'merge' && (
        <ComboBox
          label={t.form.target}
          value={form.target}
          onValue={(target) => onForm({ ...form, target })}
          error={wrong(t.form.needTarget)}
          load={async (q) => {
            const found = await api.get<CaseList>('/cases', { q, open: 'yes', limit: 10 });
            return found.items
              .filter((row) => row.id !== view.case.id)
              .map((row) => ({
                id: row.id,
                label: `${row.number}　${pick(row.organisation.name)}`,
                detail: row.summary,
              }));
          }}
        />
      )}
      {TIME_ACTS.has(act) && (
        <DateTimeField
          label={act === 'correct-awareness' ? t.form.awareness : t.form.toldAt}
          now
          value={form.when}
          onValue={(when) => onForm({ ...form, when })}
          error={wrong(t.form.needTime)}
        />
      )}
      {act === 'report-convenor-told' && (
        <ChoiceGroup
          label={t.form.how}
          inline
          value={form.how}
          onValue={(how) => onForm({ ...form, how: how as ActForm['how'] })}
          choices={(['telephone', 'in-person', 'other'] as const).map((how) => ({
            value: how,
            label: t.form.hows[how],
          }))}
        />
      )}
      {TEXT_ACTS.has(act) && (
        <TextArea
          label={act === 'ask-back' ? t.form.question : t.messages.write}
          help={act === 'message' ? t.messages.placeholder : undefined}
          now
          rows={3}
          maxLength={5000}
          value={form.text}
          onValue={(text) => onForm({ ...form, text })}
          error={wrong(t.form.needText)}
        />
      )}
      {!BARE_ACTS.has(act) && (
        <TextArea
          label={t.form.reason}
          help={t.form.reasonHelp}
          now={needsReason}
          rows={2}
          maxLength={2000}
          value={form.reason}
          onValue={(reason) => onForm({ ...form, reason })}
          error={wrong(t.form.needReason)}
        />
      )}
    </>
  );
}

type PickerProps = Pick<ActFieldsProps, 'view' | 'form' | 'onForm'> & { error: string | undefined };

/** The other holders of the desk's posts. */
function PersonPicker({ form, onForm, error }: PickerProps) {
  const t = useText(caseText);
  const pick = usePick();
  const words = useWords();
  const { data } = useQuery(groupsQuery);
  const desk = words.pack?.desk.group;
  const people = new Map(
    (data ?? [])
      .filter((group) => group.code === desk)
      .flatMap((group) => group.posts)
      .filter((post) => post.role === 'duty-officer')
      .flatMap((post) =>
        post.holders.map((holder) => [holder.personId, `${pick(holder.name)}（${pick(post.name)}）`]),
      ),
  );
  return (
    <Select
      label={t.form.person}
      now
      empty="—"
      value={form.person?.id ?? ''}
      error={error}
      onValue={(id) => onForm({ ...form, person: id ? { id, label: people.get(id) ?? id } : null })}
      options={[...people].map(([value, label]) => ({ value, label }))}
    />
  );
}
