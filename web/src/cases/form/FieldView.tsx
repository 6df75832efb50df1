import { lazy, Suspense } from 'react';
import type { FormField } from '../../../../src/mechanism/pack.ts';
import type { ReportField } from '../../../../src/mechanism/vocabulary.ts';
import { DateTimeField } from '../../ui/DateTimeField.tsx';
import { Checkbox, ChoiceGroup, FieldError, NowMark, TextArea, TextField } from '../../ui/fields.tsx';
import { LevelMark } from '../../ui/LevelMark.tsx';
import { usePick, useText } from '../../ui/lang.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { Attachments } from './Attachments.tsx';
import { elementId, labelOf, useForm } from './context.ts';
import { FlagsEditor } from './FlagsEditor.tsx';
import { LogEditor } from './LogEditor.tsx';
import { formText } from './texts.ts';
import { UnknownBox } from './UnknownBox.tsx';

const HostsEditor = lazy(() =>
  import('./HostsEditor.tsx').then((module) => ({ default: module.HostsEditor })),
);

const TEXT_AREAS = ['description', 'scope', 'measures', 'publicEffect', 'cause', 'solution'] as const;
const LINES = ['agencyEmail', 'contactName', 'contactPhone', 'contactFax'] as const;
type AreaId = (typeof TEXT_AREAS)[number];
type LineId = (typeof LINES)[number];
const isArea = (id: ReportField): id is AreaId => (TEXT_AREAS as readonly string[]).includes(id);
const isLine = (id: ReportField): id is LineId => (LINES as readonly string[]).includes(id);

const LINE_TYPE: Record<LineId, { type: string; autoComplete: string; inputMode?: 'tel' | 'email' }> = {
  agencyEmail: { type: 'text', autoComplete: 'off', inputMode: 'email' },
  contactName: { type: 'text', autoComplete: 'off' },
  contactPhone: { type: 'text', autoComplete: 'off', inputMode: 'tel' },
  contactFax: { type: 'text', autoComplete: 'off', inputMode: 'tel' },
};
const LONGEST = { area: 20_000, publicEffect: 5_000 };

/** One field of the mechanism's form as a control, with the words the mechanism gives it. */
export function FieldView({ field, isNow = false }: { field: FormField; isNow?: boolean }) {
  const { pack, form, set, faultAt } = useForm();
  const t = useText(formText);
  const pick = usePick();
  const label = labelOf(field, pick, t.callBack, isNow);
  const help = field.help ? pick(field.help) : undefined;
  const common = {
    id: elementId(field.id),
    label,
    error: faultAt(field.id),
    now: isNow,
    ...(help ? { help } : {}),
  };
  const known = (change: Partial<typeof form>): void =>
    set({ ...change, unknown: form.unknown.filter((id) => id !== field.id) });

  if (isArea(field.id)) {
    const key = field.id;
    return (
      <div className="form-field">
        <TextArea
          {...common}
          value={form[key]}
          rows={key === 'description' ? 3 : 2}
          maxLength={key === 'publicEffect' ? LONGEST.publicEffect : LONGEST.area}
          onValue={(value) => (value.trim() ? known({ [key]: value }) : set({ [key]: value }))}
        />
        <UnknownBox field={field} answered={form[key].trim() !== ''} />
      </div>
    );
  }
  if (isLine(field.id)) {
    const key = field.id;
    return (
      <div className="form-field">
        <TextField
          {...common}
          {...LINE_TYPE[key]}
          maxLength={key === 'agencyEmail' ? 254 : key === 'contactName' ? 100 : 40}
          value={form[key]}
          onValue={(value) => (value.trim() ? known({ [key]: value }) : set({ [key]: value }))}
        />
        {isNow && <UnknownBox field={field} answered={form[key].trim() !== ''} />}
      </div>
    );
  }
  switch (field.id) {
    case 'impactLevel':
      return (
        <ChoiceGroup
          {...common}
          help={t.levelLead}
          value={form.impactLevel || null}
          onValue={(impactLevel) => set({ impactLevel })}
          choices={pack.levels
            .toSorted((a, b) => b.rank - a.rank)
            .map((level) => ({
              value: level.id,
              label: pick(level.definition),
              mark: <LevelMark level={level.id} mark={level.mark} />,
            }))}
        />
      );
    case 'occurred':
    case 'aware':
    case 'resolvedAt': {
      const key = field.id;
      return (
        <DateTimeField
          {...common}
          value={form[key]}
          onValue={(value) => set({ [key]: value })}
          mayEstimate={key !== 'resolvedAt'}
          mayBeUnknown={field.mayBeUnknown}
          {...(field.unknownLabel ? { unknownLabel: pick(field.unknownLabel) } : {})}
          quick={key === 'occurred' ? [10] : [0]}
        />
      );
    }
    case 'hosts':
      return (
        <Suspense fallback={<Skeleton lines={3} />}>
          <HostsEditor field={field} />
        </Suspense>
      );
    case 'securityGrade':
      return (
        <div className="form-field">
          <ChoiceGroup
            {...common}
            inline
            value={form.securityGrade}
            onValue={(securityGrade) => known({ securityGrade })}
            choices={[
              ...pack.securityGrades.map((grade) => ({ value: grade.id, label: t.grade(grade.id) })),
              { value: '', label: t.noGrade },
            ]}
          />
        </div>
      );
    case 'affectedServices':
      return (
        <CheckList
          field={field}
          options={pack.essentialServices}
          chosen={form.affectedServices}
          onChosen={(affectedServices) => set({ affectedServices })}
        />
      );
    case 'affectedSectors':
      return (
        <CheckList
          field={field}
          options={pack.sectors}
          chosen={form.affectedSectors}
          onChosen={(affectedSectors) => set({ affectedSectors })}
        />
      );
    case 'support':
      return (
        <>
          <CheckList
            field={field}
            options={pack.supportItems}
            chosen={form.supportItems}
            onChosen={(supportItems) => set({ supportItems })}
          />
          <TextArea
            id={elementId('supportText')}
            label={t.support.text}
            error={faultAt('supportText')}
            rows={1}
            maxLength={5000}
            value={form.supportText}
            onValue={(supportText) => set({ supportText })}
          />
        </>
      );
    case 'flags':
      return <FlagsEditor field={field} />;
    case 'measuresLog':
      return <LogEditor field={field} />;
    case 'attachments':
      return <Attachments field={field} />;
    default:
      return null;
  }
}

interface CheckListProps {
  field: FormField;
  options: readonly { id: string; name: { zh: string; en: string } }[];
  chosen: readonly string[];
  onChosen: (ids: string[]) => void;
  isNow?: boolean;
}

/** Any number of a list, all visible. */
export function CheckList({ field, options, chosen, onChosen, isNow }: CheckListProps) {
  const { faultAt } = useForm();
  const pick = usePick();
  const id = elementId(field.id);
  const error = faultAt(field.id);
  return (
    <fieldset
      className="field check-list"
      id={id}
      tabIndex={-1}
      aria-describedby={error ? `${id}-error` : undefined}
    >
      <legend className="field-label">
        {pick(field.label)}
        {isNow && <NowMark />}
      </legend>
      {field.help && <p className="field-help">{pick(field.help)}</p>}
      <div className="check-columns">
        {options.map((option) => (
          <Checkbox
            key={option.id}
            label={pick(option.name)}
            checked={chosen.includes(option.id)}
            onChecked={(on) =>
              onChosen(on ? [...chosen, option.id] : chosen.filter((one) => one !== option.id))
            }
          />
        ))}
      </div>
      <FieldError id={`${id}-error`} error={error} />
    </fieldset>
  );
}
