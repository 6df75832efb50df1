import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ReportView } from '../../../../src/cases/contract.ts';
import type { SessionView } from '../../../../src/identity/contract.ts';
import type { Pack } from '../../../../src/mechanism/pack.ts';
import { civilAt, formatTime } from '../../../../src/mechanism/roc-date.ts';
import { linkTo } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { Checkbox, ErrorSummary } from '../../ui/fields.tsx';
import { usePick, useText } from '../../ui/lang.tsx';
import { useAnnouncer } from '../../ui/live.tsx';
import { serverNow } from '../../ui/server-clock.ts';
import { Note, ProblemMessage, Skeleton } from '../../ui/states.tsx';
import { useZone } from '../../ui/time.tsx';
import type { FormContext } from './context.ts';
import { elementId, FormProvider } from './context.ts';
import { FieldView } from './FieldView.tsx';
import type { Fault } from './faults.ts';
import { faultsOf, faultsOfProblem, groupOf } from './faults.ts';
import { Group } from './Group.tsx';
import type { KeepStatus } from './keeper.ts';
import { LateNotice } from './LateNotice.tsx';
import { Progress } from './Progress.tsx';
import type { GroupId, Plan } from './progress.ts';
import { doneOf, planOf } from './progress.ts';
import type { PreviewInput } from './queries.ts';
import { bodyQuery } from './queries.ts';
import { changedIn, contentOf, filingOf } from './request.ts';
import type { FormState } from './state.ts';
import { formText } from './texts.ts';
import type { DraftHandle, DraftState } from './useDraft.ts';
import { useFaultWords } from './useFaultWords.ts';
import { useFiling } from './useFiling.ts';
import { useOnline } from './useOnline.ts';

// Not on every form, or not at once: loaded when they are needed.
const Behalf = lazy(() => import('./Behalf.tsx').then((module) => ({ default: module.Behalf })));
const Conflict = lazy(() => import('./Conflict.tsx').then((module) => ({ default: module.Conflict })));
const ToldNotice = lazy(() => import('./Told.tsx').then((module) => ({ default: module.ToldNotice })));
const Review = lazy(() => import('./Review.tsx').then((module) => ({ default: module.Review })));

interface FormProps {
  draftId: string;
  draft: Extract<DraftState, { kind: 'open' }>;
  handle: DraftHandle;
  pack: Pack;
  session: SessionView;
  /** The report a follow-up or recovery report begins with. */
  last: ReportView | null;
  caseNumber: string | null;
}

/** The form itself: what must be in now first, then what may follow; a review before anything is sent. */
export function Form({ draftId, draft, handle, pack, session, last, caseNumber }: FormProps) {
  const { form, about, status } = draft;
  const t = useText(formText);
  const pick = usePick();
  const navigate = useNavigate();
  const { say } = useAnnouncer();
  const online = useOnline();
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  const reviewing = search['step'] === 'review';
  const [attempt, setAttempt] = useState(0);
  /** What was wrong at the last attempt: only that is shown, so that nothing cries out while one types. */
  const [tried, setTried] = useState<ReadonlySet<string>>(new Set());
  const [serverFaults, setServerFaults] = useState<{ form: FormState; faults: Fault[] } | null>(null);
  const [uploading, setUploading] = useState(0);
  const content = useMemo(() => contentOf(form), [form]);
  const plan = useMemo(() => planOf(pack, about.kind), [pack, about.kind]);
  const isLater = about.kind !== 'initial';
  const [open, setOpen] = useState<ReadonlySet<GroupId>>(
    () => new Set<GroupId>(isLater ? (about.kind === 'follow-up' ? ['narrative'] : []) : ['times']),
  );
  const isBehalf = form.channel !== 'web';
  const bodyChosen = !isBehalf || about.caseId !== null || about.organisationId !== session.organisation.id;
  const { data: body } = useQuery({ ...bodyQuery(about.organisationId), enabled: bodyChosen });
  const organisation =
    about.organisationId === session.organisation.id
      ? pick(session.organisation.name)
      : pick(body?.organisation.name);

  const formRef = useRef(form);
  formRef.current = form;
  const set = useCallback(
    (change: Partial<FormState>) => {
      // Several changes may come between two renders (an upload that ends while one types).
      formRef.current = { ...formRef.current, ...change };
      handle.change(formRef.current);
    },
    [handle.change],
  );

  // ── what is wrong ──
  const localFaults = useMemo((): Fault[] => {
    const missing: Fault[] = bodyChosen
      ? []
      : [{ control: 'organisationId', part: 'organisationId', code: 'no-organisation' }];
    const found = faultsOf(pack, about.kind, form, new Date(serverNow()));
    return [...missing, ...inOrder(found, plan)];
  }, [pack, about.kind, form, bodyChosen, plan]);
  // What the server refused stands until the form is changed there; our own faults vanish as they are repaired.
  const refused = serverFaults?.faults.filter((fault) => sameAt(serverFaults.form, form, fault.part)) ?? [];
  const shown = [
    ...localFaults.filter((fault) => tried.has(fault.control)),
    ...refused.filter((fault) => !localFaults.some((local) => local.control === fault.control)),
  ];
  const wordsOf = useFaultWords(pack, about.kind);
  const faultAt = (control: string): string | undefined => {
    const fault = shown.find((one) => one.control === control);
    return fault && wordsOf(fault);
  };
  const reveal = (faults: readonly Fault[]): void => {
    setTried(new Set(faults.map((fault) => fault.control)));
    setOpen((was) => new Set([...was, ...faults.flatMap((fault) => groupOf(fault.part, plan) ?? [])]));
  };

  // ── going somewhere ──
  const go = (part: GroupId | null, control: string): void => {
    if (part) setOpen((was) => new Set([...was, part]));
    requestAnimationFrame(() => focusControl(control));
  };
  const toStep = (step: 'review' | undefined): void => {
    void navigate({ to: '/report/$draftId', params: { draftId }, search: step ? { step } : {} });
  };
  const review = (): void => {
    setAttempt(attempt + 1);
    reveal(localFaults);
    if (localFaults.length > 0) return;
    if (uploading > 0) say(t.files.waiting, { tone: 'late' });
    else toStep('review');
  };

  // ── sending ──
  const filing = useFiling({
    personId: session.person.id,
    draftId,
    pending: draft.filing,
    setFiling: handle.setFiling,
    close: () => handle.close(true),
  });
  const send = (): void => {
    if (localFaults.length > 0) {
      setAttempt(attempt + 1);
      reveal(localFaults);
      toStep(undefined);
    } else if (uploading > 0) say(t.files.waiting, { tone: 'late' });
    else filing.send(filingOf(form, about));
  };
  const refusal = filing.state.kind === 'refused' ? filing.state.problem : null;
  useEffect(() => {
    if (!refusal || refusal.fields.length === 0) return;
    const faults = faultsOfProblem(refusal.fields, formRef.current);
    setServerFaults({ form: formRef.current, faults });
    setAttempt((was) => was + 1);
    setOpen((was) => new Set([...was, ...faults.flatMap((fault) => groupOf(fault.part, plan) ?? [])]));
    void navigate({ to: '/report/$draftId', params: { draftId }, search: {} });
  }, [refusal, navigate, draftId, plan]);

  const context: FormContext = {
    pack,
    kind: about.kind,
    form,
    content,
    set,
    faultAt,
    systems: body?.systems ?? [],
    setUploading,
  };
  const preview = {
    organisationId: about.organisationId,
    caseId: about.caseId,
    kind: about.kind,
    impactLevel: form.impactLevel,
    affectedSectors: form.affectedSectors,
    suspected: form.suspected,
  };
  const trouble =
    filing.state.kind === 'unsure' ? (
      <div className="problem" role="alert">
        <p className="problem-title">{t.unsure.title}</p>
        <p>{t.unsure.help}</p>
        <p>{t.unsure.urgent(session.desk.phone)}</p>
        <Button busy={filing.state.sending} onClick={filing.retry}>
          {filing.state.sending ? t.unsure.waiting : t.unsure.retry}
        </Button>
      </div>
    ) : refusal?.code === 'idempotency-key-reused' ? (
      <Note kind="late">{t.reused}</Note>
    ) : refusal && refusal.fields.length === 0 ? (
      <ProblemMessage error={refusal} />
    ) : null;
  const pending = filing.state.kind === 'sending' || filing.state.kind === 'unsure';

  if (reviewing || filing.state.kind === 'unsure') {
    const before = last && isLater ? changedIn(last.content, content) : undefined;
    return (
      <FormProvider value={context}>
        <main className="page form-page form-page-review" id="main" tabIndex={-1} data-density="visit">
          <Suspense fallback={<Skeleton lines={8} />}>
            <Review
              organisation={organisation}
              preview={preview}
              {...(before ? { changed: before } : {})}
              sending={pending}
              offline={!online}
              onBack={() => {
                filing.clear();
                toStep(undefined);
              }}
              onSend={send}
              trouble={trouble}
            />
          </Suspense>
        </main>
      </FormProvider>
    );
  }

  const nameOf = (key: string): string => wordsOf.part(key);
  return (
    <FormProvider value={context}>
      <main className="page form-page" id="main" tabIndex={-1} data-density="visit">
        <div className="form-main">
          <header className="page-head">
            <h1>{t.title[about.kind]}</h1>
            {caseNumber && <p className="strong">{t.title.for(caseNumber)}</p>}
            <p>
              {about.kind === 'initial'
                ? t.lead.initial(t.numbers[plan.now.length] ?? String(plan.now.length))
                : t.lead[about.kind]}
            </p>
          </header>
          <ErrorSummary
            attempt={attempt}
            faults={shown.map((fault) => ({ id: elementId(fault.control), message: wordsOf(fault) }))}
          />
          {trouble}
          {status.kind === 'conflict' && (
            <Suspense fallback={null}>
              <Conflict
                conflict={status}
                mine={form}
                nameOf={nameOf}
                onResolve={(choices) => handle.resolve(status, choices)}
              />
            </Suspense>
          )}
          <form
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              review();
            }}
          >
            {isBehalf && (
              <Suspense fallback={<Skeleton lines={4} />}>
                <Behalf
                  body={bodyChosen ? { id: about.organisationId, name: organisation } : null}
                  fixed={about.caseId !== null}
                  onBody={(organisationId, next) => {
                    formRef.current = next;
                    handle.change(next, { ...about, organisationId });
                  }}
                />
              </Suspense>
            )}
            {plan.now.length > 0 && (
              <section aria-labelledby="now-title" className="form-now">
                <h2 id="now-title">{t.nowTitle[about.kind]}</h2>
                {plan.now.map((field) => (
                  <div key={field.id}>
                    <FieldView field={field} isNow />
                    {field.id === 'impactLevel' && <Told pack={pack} input={preview} />}
                  </div>
                ))}
                {about.kind === 'initial' && (
                  <Checkbox
                    label={t.suspected}
                    help={t.suspectedHelp}
                    checked={form.suspected}
                    onChecked={(suspected) => set({ suspected })}
                  />
                )}
              </section>
            )}
            <LateNotice />
            <section aria-labelledby="later-title" className="form-later">
              <h2 id="later-title">{t.laterTitle[about.kind]}</h2>
              <p className="muted">{t.laterHelp[about.kind]}</p>
              {plan.later.map((group) => (
                <Group
                  key={group.id}
                  group={group}
                  open={open.has(group.id)}
                  onOpen={(isOpen) =>
                    setOpen((was) => {
                      const next = new Set(was);
                      if (isOpen) next.add(group.id);
                      else next.delete(group.id);
                      return next;
                    })
                  }
                  carried={isLater}
                  organisation={organisation}
                >
                  {group.id === 'narrative' && <Told pack={pack} input={preview} />}
                </Group>
              ))}
            </section>
            <div className="form-actions">
              <Button kind="primary" type="submit">
                {t.review}
              </Button>
              <a
                className="btn btn-plain"
                href={linkTo('/forms/incident.pdf')}
                target="_blank"
                rel="noreferrer"
              >
                {t.blank}
              </a>
              <SaveLine status={status} />
            </div>
          </form>
        </div>
        <Progress plan={plan} onGo={go} />
      </main>
      <p className="visually-hidden" aria-live="polite">
        {t.progressNow(doneOf(plan.now, content), plan.now.length)}
      </p>
    </FormProvider>
  );
}

/** Who will be told, as soon as a level is chosen. */
function Told({ pack, input }: { pack: Pack; input: PreviewInput }) {
  const t = useText(formText);
  if (!pack.levels.some((level) => level.id === input.impactLevel)) {
    return <p className="told-notice told-none">{t.told.choose}</p>;
  }
  return (
    <Suspense fallback={<p className="told-notice">{t.told.asking}</p>}>
      <ToldNotice pack={pack} input={input} />
    </Suspense>
  );
}

/** Faults in the order in which the form asks, so that the summary reads down the page. */
function inOrder(faults: readonly Fault[], plan: Plan): Fault[] {
  const order: string[] = [...plan.now, ...plan.later.flatMap((group) => group.fields)].map(
    (field) => field.id,
  );
  return faults.toSorted((a, b) => order.indexOf(a.part) - order.indexOf(b.part));
}

/** True while a part of the form is as it was when the server refused it. */
function sameAt(before: FormState, now: FormState, part: string): boolean {
  const keys =
    part === 'support' ? (['supportItems', 'supportText'] as const) : ([part] as (keyof FormState)[]);
  return keys.every((key) => !(key in now) || before[key] === now[key]);
}

function focusControl(control: string): void {
  const found = document.getElementById(elementId(control));
  const target = found?.matches('fieldset')
    ? found.querySelector<HTMLElement>('input, textarea, select, button')
    : found;
  (target ?? found)?.focus();
  found?.scrollIntoView({ block: 'center' });
}

/** 「草稿已於 09:31:08 自動儲存」 */
function SaveLine({ status }: { status: KeepStatus }) {
  const t = useText(formText);
  const zone = useZone();
  const time = (at: number): string =>
    `${formatTime(civilAt(new Date(at), zone))}:${String(new Date(at).getUTCSeconds()).padStart(2, '0')}`;
  const words =
    status.kind === 'untouched'
      ? t.save.untouched
      : status.kind === 'saving'
        ? t.save.saving
        : status.kind === 'saved'
          ? t.save.saved(time(status.at))
          : status.kind === 'here'
            ? t.save[status.why](time(status.at))
            : '';
  return <span className="save-line">{words}</span>;
}
