import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ChoicesView } from '../../../src/preparedness/contract.ts';
import { api, newKey } from '../api/client.ts';
import { usePageTitle } from '../app/title.ts';
import type { OrganisationList } from '../directory/queries.ts';
import { Button } from '../ui/Button.tsx';
import { ComboBox } from '../ui/ComboBox.tsx';
import { NO_WHEN } from '../ui/DateTimeField.tsx';
import {
  Checkbox,
  ChoiceGroup,
  ErrorSummary,
  FieldError,
  Select,
  TextArea,
  TextField,
} from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { serverNow } from '../ui/server-clock.ts';
import { EmptyState, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { DueField } from './DueField.tsx';
import { choicesQuery, useCall } from './queries.ts';
import { preparednessText } from './texts.ts';
import './preparedness.css';

/** Calling for preparedness: what, whom, by when, why; the button says how many will be told. */
export function NewCall() {
  const t = useText(preparednessText);
  const { data, error, refetch } = useQuery(choicesQuery);
  usePageTitle(t.form.title);
  return (
    <main className="page page-narrow preparedness" id="main" tabIndex={-1} data-density="visit">
      <div className="page-head">
        <p className="small no-print">
          <Link to="/preparedness">{t.back}</Link>
        </p>
        <h1>{t.form.title}</h1>
        <p>{t.form.lead}</p>
      </div>
      {error && !data ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : !data ? (
        <Skeleton lines={6} tall />
      ) : data.steps.length === 0 ? (
        <EmptyState title={t.form.noSteps} />
      ) : (
        <Form choices={data} />
      )}
    </main>
  );
}

const KINDS = ['subgroup', 'system', 'named', 'all'] as const;
type Kind = (typeof KINDS)[number];
interface Body {
  id: string;
  label: string;
}

function Form({ choices }: { choices: ChoicesView }) {
  const t = useText(preparednessText);
  const pick = usePick();
  const navigate = useNavigate();
  const call = useCall();
  const [id] = useState(newKey);
  const [attempt, setAttempt] = useState(0);
  const [steps, setSteps] = useState<readonly string[]>([]);
  const [kind, setKind] = useState<Kind>('subgroup');
  const [of, setOf] = useState('');
  const [bodies, setBodies] = useState<readonly Body[]>([]);
  const [due, setDue] = useState(NO_WHEN);
  const [reason, setReason] = useState('');
  const [caseNumber, setCaseNumber] = useState('');
  const [mode, setMode] = useState<'live' | 'exercise'>('live');
  const groups = kind === 'subgroup' ? choices.subgroups : choices.systems;
  const count =
    kind === 'all'
      ? choices.all
      : kind === 'named'
        ? bodies.length
        : groups.find((one) => one.id === of)?.bodies;
  const faults = [
    ...(steps.length > 0 ? [] : [{ id: `${id}-steps`, message: t.form.needSteps }]),
    ...(count ? [] : [{ id: `${id}-audience`, message: t.form.needAudience }]),
    ...(due.at !== null && new Date(due.at).getTime() > serverNow()
      ? []
      : [{ id: `${id}-due`, message: t.form.needDue }]),
    ...(reason.trim() ? [] : [{ id: `${id}-reason`, message: t.form.needReason }]),
  ];
  const wrong = (field: string) =>
    attempt > 0 ? faults.find((fault) => fault.id === `${id}-${field}`)?.message : undefined;
  const send = (): void => {
    setAttempt(attempt + 1);
    if (faults.length > 0 || due.at === null) return;
    const audience =
      kind === 'all'
        ? { kind }
        : kind === 'named'
          ? { kind, bodies: bodies.map((body) => body.id) }
          : { kind, of };
    call.mutate(
      { id, mode, steps: [...steps], audience, dueAt: due.at, reason, caseNumber: caseNumber.trim() || null },
      { onSuccess: () => void navigate({ to: '/preparedness/$callId', params: { callId: id } }) },
    );
  };
  return (
    <>
      {attempt > 0 && <ErrorSummary faults={faults} attempt={attempt} />}
      <fieldset className="field prep-steps" id={`${id}-steps`}>
        <legend className="field-label">{t.form.steps}</legend>
        <p className="field-help">{t.form.stepsHelp}</p>
        {choices.steps.map((step) => (
          <Checkbox
            key={step.id}
            label={
              <>
                {pick(step.title)}
                {step.owner.id !== 'agency' && <span className="muted small">　{pick(step.owner.name)}</span>}
              </>
            }
            help={step.help ? pick(step.help) : undefined}
            checked={steps.includes(step.id)}
            onChecked={(on) => setSteps(on ? [...steps, step.id] : steps.filter((one) => one !== step.id))}
          />
        ))}
        <FieldError id={`${id}-steps-error`} error={wrong('steps')} />
      </fieldset>
      <ChoiceGroup
        label={t.form.audience}
        value={kind}
        onValue={(value) => {
          setKind(value as Kind);
          setOf('');
        }}
        choices={KINDS.map((value) => ({
          value,
          label: t.audienceKinds[value],
          ...(value === 'all' ? { help: t.form.bodies(choices.all) } : {}),
        }))}
      />
      {(kind === 'subgroup' || kind === 'system') && (
        <Select
          id={`${id}-audience`}
          label={t.form[kind]}
          now
          empty={t.form.choose}
          value={of}
          onValue={setOf}
          error={wrong('audience')}
          options={groups.map((one) => ({
            value: one.id,
            label: `${pick(one.name)}（${t.form.bodies(one.bodies)}）`,
          }))}
        />
      )}
      {kind === 'named' && (
        <Named id={`${id}-audience`} bodies={bodies} onBodies={setBodies} error={wrong('audience')} />
      )}
      <DueField id={`${id}-due`} value={due} onValue={setDue} error={wrong('due')} />
      <TextArea
        id={`${id}-reason`}
        label={t.form.reason}
        help={t.form.reasonHelp}
        now
        maxLength={1000}
        value={reason}
        onValue={setReason}
        error={wrong('reason')}
      />
      <TextField
        label={t.form.caseNumber}
        help={t.form.caseHelp}
        maxLength={40}
        value={caseNumber}
        onValue={setCaseNumber}
      />
      <ChoiceGroup
        label={t.form.mode}
        inline
        value={mode}
        onValue={(value) => setMode(value as 'live' | 'exercise')}
        choices={(['live', 'exercise'] as const).map((value) => ({ value, label: t.form.modes[value] }))}
      />
      {call.error && <ProblemMessage error={call.error} />}
      <div className="prep-acts">
        <Button kind="primary" busy={call.isPending} onClick={send}>
          {count ? t.form.send(count) : t.form.sendPlain}
        </Button>
      </div>
    </>
  );
}

interface NamedProps {
  id: string;
  bodies: readonly Body[];
  onBodies: (bodies: readonly Body[]) => void;
  error: string | undefined;
}

/** Bodies by name, one after the other. */
function Named({ id, bodies, onBodies, error }: NamedProps) {
  const t = useText(preparednessText);
  const pick = usePick();
  return (
    <>
      <ComboBox
        id={id}
        label={t.form.add}
        now
        value={null}
        error={error}
        onValue={(option) => {
          if (option && !bodies.some((one) => one.id === option.id))
            onBodies([...bodies, { id: option.id, label: option.label }]);
        }}
        load={async (q) => {
          const found = await api.get<OrganisationList>(
            '/organisations',
            q === '' ? { limit: 12 } : { q, limit: 12 },
          );
          return found.items
            .filter((row) => !row.ended)
            .map((row) => ({ id: row.id, label: pick(row.name), detail: row.code }));
        }}
      />
      {bodies.length > 0 && (
        <ul className="prep-named">
          {bodies.map((body) => (
            <li key={body.id}>
              {body.label}
              <Button
                kind="quiet"
                className="btn-small"
                aria-label={t.form.remove(body.label)}
                onClick={() => onBodies(bodies.filter((one) => one.id !== body.id))}
              >
                <span aria-hidden="true">×</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
