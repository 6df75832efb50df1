import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { z } from 'zod';
import type { AnalysesView, AnalysisView } from '../../../src/analysis/contract.ts';
import type { caseList } from '../../../src/cases/contract.ts';
import { api } from '../api/client.ts';
import { usePageTitle } from '../app/title.ts';
import { Button } from '../ui/Button.tsx';
import { Checkbox, ChoiceGroup, ErrorSummary, Select, TextArea, TextField } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { Note, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { analysesQuery, analysisQuery } from './queries.ts';
import { analysisText } from './texts.ts';
import { useKeptDraft } from './useKeptDraft.ts';
import './analysis.css';

interface Form {
  group: string;
  kind: 'cases' | 'period';
  from: string;
  to: string;
  cases: string[];
  title: string;
  findings: string;
  indicators: string;
  recommendations: string;
  inside: boolean;
  replaces: string | null;
}

/** The last whole month: what is mostly written about. */
function lastMonth(now: string): Pick<Form, 'from' | 'to'> {
  const end = new Date(Date.UTC(Number(now.slice(0, 4)), Number(now.slice(5, 7)) - 1, 0));
  const to = end.toISOString().slice(0, 10);
  return { from: `${to.slice(0, 8)}01`, to };
}

/** An analysis report while it is written: the draft of the address, a new one, or the correction of one sent. */
export function Write() {
  const t = useText(analysisText).form;
  const { draftId = '' } = useParams({ strict: false });
  const search: { replaces?: string } = useSearch({ strict: false });
  usePageTitle(t.title);
  // What was saved is read anew each time the page is opened.
  const list = useQuery({
    ...analysesQuery({}),
    refetchInterval: false,
    staleTime: 0,
    refetchOnMount: 'always',
  });
  const before = useQuery({
    ...analysisQuery(search.replaces ?? ''),
    enabled: search.replaces !== undefined,
  });
  const [attempt, setAttempt] = useState(0);
  const error = list.error ?? before.error;
  const isReady = list.data && !list.isRefetching && (search.replaces === undefined || before.data);
  const [opened, setOpened] = useState<{ view: AnalysesView; before: AnalysisView | null } | null>(null);
  if (isReady && list.data && !opened) setOpened({ view: list.data, before: before.data ?? null });
  return (
    <main className="page page-narrow analyses" id="main" tabIndex={-1} data-density="visit">
      <div className="page-head">
        <h1>{t.title}</h1>
        <p>{t.lead}</p>
      </div>
      {opened ? (
        <Fields
          key={attempt}
          id={draftId}
          view={opened.view}
          before={opened.before}
          onReload={async () => {
            const { data } = await list.refetch();
            if (data) setOpened({ view: data, before: opened.before });
            setAttempt(attempt + 1);
          }}
        />
      ) : error ? (
        <ProblemMessage error={error} onRetry={() => list.refetch()} />
      ) : (
        <Skeleton lines={6} tall />
      )}
    </main>
  );
}

interface FieldsProps {
  id: string;
  view: AnalysesView;
  before: AnalysisView | null;
  onReload: () => Promise<void>;
}

function Fields({ id, view, before, onReload }: FieldsProps) {
  const texts = useText(analysisText);
  const t = texts.form;
  const pick = usePick();
  const navigate = useNavigate();
  const client = useQueryClient();
  const draft = view.drafts.find((one) => one.id === id);
  const [form, setForm] = useState<Form>(() => ({
    ...lastMonth(view.now),
    ...{ group: view.writesFor[0]?.id ?? '', kind: 'period', cases: [], title: '', findings: '' },
    ...{ indicators: '', recommendations: '', replaces: null },
    inside: view.writesFor[0]?.walled ?? false,
    ...(before
      ? {
          ...{ group: before.group.id, kind: before.kind, from: before.from, to: before.to },
          ...{ cases: before.cases.map((one) => one.id), title: before.title, findings: before.findings },
          ...{ indicators: before.indicators, recommendations: before.recommendations },
          ...{ inside: before.inside, replaces: before.id },
        }
      : {}),
    ...(draft?.content as Partial<Form> | undefined),
  }));
  const kept = useKeptDraft(id, draft?.revision ?? 0);
  const [attempt, setAttempt] = useState(0);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const set = (change: Partial<Form>): void => {
    const next = { ...form, ...change };
    setForm(next);
    kept.change({ ...next });
  };
  const faults = [
    ...(form.title.trim() ? [] : [{ id: `${id}-title`, message: t.needSubject }]),
    ...(form.findings.trim() ? [] : [{ id: `${id}-findings`, message: t.needFindings }]),
    ...(form.from && form.to && form.from <= form.to ? [] : [{ id: `${id}-from`, message: t.needDates }]),
    ...(form.kind === 'cases' && form.cases.length === 0
      ? [{ id: `${id}-cases`, message: t.needCases }]
      : []),
  ];
  const wrong = (field: string) =>
    attempt > 0 ? faults.find((fault) => fault.id === `${id}-${field}`)?.message : undefined;
  const writesFor = view.writesFor.find((one) => one.id === form.group);
  const leave = async (to: string): Promise<void> => {
    kept.stop();
    await client.invalidateQueries({ queryKey: ['analyses'] });
    await navigate({ to });
  };
  const send = async (): Promise<void> => {
    setAttempt(attempt + 1);
    if (faults.length > 0) return;
    setBusy(true);
    setError(null);
    const { kind, inside, ...rest } = form;
    try {
      const cases = kind === 'cases' ? form.cases : [];
      await api.post('/analyses', { id, ...rest, cases, inside: inside && writesFor?.walled === true });
      await leave(`/analyses/${id}`);
    } catch (failed) {
      setError(failed);
    }
    setBusy(false);
  };
  const discard = async (): Promise<void> => {
    kept.stop();
    try {
      await api.delete(`/drafts/${id}`);
      await leave('/analyses');
    } catch (failed) {
      setError(failed);
    }
  };
  return (
    <form
      className="analyses-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {attempt > 0 && <ErrorSummary faults={faults} attempt={attempt} />}
      {form.replaces !== null && <Note>{texts.replaces}</Note>}
      {kept.status === 'elsewhere' && (
        <Note kind="late">
          {t.elsewhere} <Button onClick={() => void onReload()}>{t.readAgain}</Button>
        </Note>
      )}
      {view.writesFor.length > 1 && (
        <Select
          label={t.group}
          value={form.group}
          onValue={(group) => set({ group })}
          options={view.writesFor.map((one) => ({ value: one.id, label: pick(one.name) }))}
        />
      )}
      <ChoiceGroup
        label={t.about}
        help={t.aboutHelp}
        inline
        value={form.kind}
        onValue={(kind) => set({ kind: kind as Form['kind'] })}
        choices={(['period', 'cases'] as const).map((kind) => ({ value: kind, label: texts.kinds[kind] }))}
      />
      {form.kind === 'cases' && (
        <Cases
          id={`${id}-cases`}
          error={wrong('cases')}
          chosen={form.cases}
          onChosen={(cases) => set({ cases })}
        />
      )}
      <div className="analyses-days">
        <TextField
          id={`${id}-from`}
          label={t.from}
          now
          type="date"
          value={form.from}
          onValue={(from) => set({ from })}
          error={wrong('from')}
        />
        <TextField label={t.to} now type="date" value={form.to} onValue={(to) => set({ to })} />
      </div>
      <TextField
        id={`${id}-title`}
        label={t.subject}
        now
        maxLength={200}
        value={form.title}
        onValue={(title) => set({ title })}
        error={wrong('title')}
      />
      <TextArea
        id={`${id}-findings`}
        label={t.findings}
        help={t.findingsHelp}
        now
        rows={6}
        maxLength={20_000}
        value={form.findings}
        onValue={(findings) => set({ findings })}
        error={wrong('findings')}
      />
      <TextArea
        label={t.indicators}
        help={t.indicatorsHelp}
        rows={3}
        maxLength={20_000}
        value={form.indicators}
        onValue={(indicators) => set({ indicators })}
      />
      <TextArea
        label={t.recommendations}
        rows={3}
        maxLength={20_000}
        value={form.recommendations}
        onValue={(recommendations) => set({ recommendations })}
      />
      {writesFor?.walled && (
        <Checkbox
          label={t.inside}
          help={t.insideHelp}
          checked={form.inside}
          onChecked={(inside) => set({ inside })}
        />
      )}
      {error !== null && <ProblemMessage error={error} />}
      <div className="analyses-acts">
        <Button type="submit" kind="primary" busy={busy}>
          {t.send}
        </Button>
        {(draft || kept.status !== 'untouched') && (
          <Button kind="quiet" onClick={() => void discard()}>
            {t.discard}
          </Button>
        )}
        <span className="muted small" role="status">
          {
            { untouched: '', saving: t.saving, saved: t.saved, waiting: t.notSaved, elsewhere: '' }[
              kept.status
            ]
          }
        </span>
      </div>
    </form>
  );
}

interface CasesProps {
  id: string;
  error: string | undefined;
  chosen: readonly string[];
  onChosen: (ids: string[]) => void;
}

/** The latest cases the author sees; those chosen before stay chosen, also when they are no longer among the latest. */
function Cases({ id, error, chosen, onChosen }: CasesProps) {
  const t = useText(analysisText).form;
  const pick = usePick();
  const { data } = useQuery({
    queryKey: ['cases', 'to-analyse'],
    queryFn: () => api.get<z.infer<typeof caseList>>('/cases', { limit: 50 }),
  });
  return (
    <fieldset className={`field${error ? ' field-wrong' : ''}`} id={id}>
      <legend className="field-label">{t.cases}</legend>
      <p className="field-help">{t.casesHelp}</p>
      {data?.items.length === 0 && <p className="muted">{t.noCases}</p>}
      <div className="analyses-cases">
        {data?.items.map((one) => (
          <Checkbox
            key={one.id}
            label={`${one.number}　${one.level}　${pick(one.organisation.name)}`}
            help={one.summary}
            checked={chosen.includes(one.id)}
            onChecked={(on) =>
              onChosen(on ? [...chosen, one.id] : chosen.filter((other) => other !== one.id))
            }
          />
        ))}
      </div>
      {error && <p className="field-error">{error}</p>}
    </fieldset>
  );
}
