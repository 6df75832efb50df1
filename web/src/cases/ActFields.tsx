import { useQuery } from '@tanstack/react-query';
import type { CaseActName, CaseView } from '../../../src/cases/contract.ts';
import { api } from '../api/client.ts';
import type { OrganisationList } from '../directory/queries.ts';
import { groupsQuery } from '../directory/queries.ts';
import { useWords } from '../mechanism/words.ts';
import { ComboBox } from '../ui/ComboBox.tsx';
import { DateTimeField } from '../ui/DateTimeField.tsx';
import { ChoiceGroup, Select, TextArea, TextField } from '../ui/fields.tsx';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { commonText } from '../ui/texts.ts';
import type { ActForm } from './act-form.ts';
import { BARE_ACTS, LEVEL_ACTS, TEXT_ACTS, TIME_ACTS } from './act-form.ts';
import { affairsText } from './affairs-text.ts';
import type { CaseList } from './queries.ts';
import { caseText } from './texts.ts';

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
      {act === 'release' && form.outcome !== null && (
        <ChoiceGroup
          label={t.form.outcome}
          now
          value={form.outcome || null}
          onValue={(outcome) => onForm({ ...form, outcome })}
          error={wrong(t.form.needOutcome)}
          choices={(words.pack?.outcomes ?? []).map((one) => ({
            value: one.id,
            label: pick(one.name),
            help: one.help && pick(one.help),
          }))}
        />
      )}
      {act === 'hand-over' && (
        <PersonPicker view={view} form={form} onForm={onForm} error={wrong(t.form.needPerson)} />
      )}
      {act === 'hold' && <HoldFields form={form} onForm={onForm} wrong={wrong} />}
      {(act === 'merge' || act === 'link-case') && (
        <ComboBox
          label={act === 'merge' ? t.form.target : t.form.linkTarget}
          value={form.target}
          onValue={(target) => onForm({ ...form, target })}
          error={wrong(t.form.needTarget)}
          load={async (q) => {
            const found = await api.get<CaseList>('/cases', {
              q,
              ...(act === 'merge' ? { open: 'yes' } : {}),
              limit: 10,
            });
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
          label={
            act === 'correct-awareness'
              ? t.form.awareness
              : act === 'call-meeting'
                ? t.form.startsAt
                : t.form.toldAt
          }
          now
          value={form.when}
          onValue={(when) => onForm({ ...form, when })}
          error={wrong(t.form.needTime)}
        />
      )}
      {act === 'call-meeting' && (
        <TextField
          label={t.form.place}
          now
          maxLength={200}
          value={form.place}
          onValue={(place) => onForm({ ...form, place })}
          error={wrong(t.form.needPlace)}
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
      {act === 'message' && view.addressees.length > 0 && (
        <AddresseePicker view={view} form={form} onForm={onForm} />
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

/** What a prosecutor's order says (H28). */
function HoldFields({ form, onForm, wrong }: HoldProps) {
  const t = useText(caseText);
  const pick = usePick();
  return (
    <>
      <TextField
        label={t.hold.authority}
        help={t.hold.authorityHelp}
        now
        maxLength={200}
        value={form.authority}
        onValue={(authority) => onForm({ ...form, authority })}
        error={wrong(t.hold.needAuthority)}
      />
      <ComboBox
        label={t.hold.organisation}
        value={form.body}
        onValue={(body) => onForm({ ...form, body })}
        load={async (q) => {
          const found = await api.get<OrganisationList>('/organisations', { q, silence: 'yes', limit: 20 });
          return found.items
            .filter((row) => !row.ended)
            .map((row) => ({ id: row.id, label: pick(row.name) }));
        }}
      />
      <TextField
        label={t.hold.reference}
        now
        maxLength={200}
        value={form.reference}
        onValue={(reference) => onForm({ ...form, reference })}
        error={wrong(t.hold.needReference)}
      />
      <DateTimeField
        label={t.hold.until}
        value={form.when}
        quick={[]}
        onValue={(when) => onForm({ ...form, when })}
      />
    </>
  );
}

interface HoldProps {
  form: ActForm;
  onForm: (form: ActForm) => void;
  wrong: (sentence: string) => string | undefined;
}

type PickerProps = Pick<ActFieldsProps, 'view' | 'form' | 'onForm'> & { error: string | undefined };

/** The other holders of the desk's posts. */
function PersonPicker({ form, onForm, error }: PickerProps) {
  const t = useText(caseText);
  const c = useText(commonText);
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
        post.holders.map((holder) => [holder.personId, c.aside(pick(holder.name), pick(post.name))]),
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

/** To whom a message goes: the agency, the desk, or a group that works on the case (S8.2.2). */
function AddresseePicker({ view, form, onForm }: Pick<ActFieldsProps, 'view' | 'form' | 'onForm'>) {
  const t = useText(affairsText).message;
  const words = useWords();
  return (
    <Select
      label={t.to}
      value={form.addressee}
      onValue={(addressee) => onForm({ ...form, addressee })}
      empty={t.otherSide}
      options={[
        { value: 'agency', label: t.toAgency },
        { value: 'desk', label: t.toDesk },
        ...view.addressees.map((value) => ({ value, label: words.group(value) })),
      ]}
    />
  );
}
