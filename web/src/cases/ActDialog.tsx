import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { useId, useState } from 'react';
import type { CaseActName, CaseView, FactView, MayDo } from '../../../src/cases/contract.ts';
import type { Pack } from '../../../src/mechanism/pack.ts';
import { api, newKey } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { useWords } from '../mechanism/words.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog, ToldList } from '../ui/Dialog.tsx';
import { Checkbox, Select } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { serverNow } from '../ui/server-clock.ts';
import { Note, ProblemMessage } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { DateTime } from '../ui/time.tsx';
import { ActFields } from './ActFields.tsx';
import type { ActForm } from './act-form.ts';
import { mayPreview, missing, NO_FORM, payload, previewPayload } from './act-form.ts';
import { factSentence } from './FactLine.tsx';
import { useParties } from './parties.ts';
import type { ActAnswer, ActPreview } from './queries.ts';
import { caseQuery } from './queries.ts';
import { caseText } from './texts.ts';

/** Acts that are done in a dialog; filing a report has a page of its own. */
export type DialogAct = CaseActName;

interface ActDialogProps {
  view: CaseView;
  may: MayDo;
  act: DialogAct;
  /** The proposal that is decided upon. */
  proposal?: number;
  /** What is known already from where the dialog was opened. */
  start?: Partial<ActForm>;
  onClose: () => void;
}

/** To or from a level that wakes the whole mechanism. */
function isTop(pack: Pack | undefined, level: string): boolean {
  const rank = (id: string): number => pack?.levels.find((one) => one.id === id)?.rank ?? 0;
  return (pack?.thresholds ?? []).some((threshold) => rank(level) >= rank(threshold.atLeast));
}

/**
 * One act: what it means, what it needs, who will be told, then the button. When somebody else has changed the
 * case meanwhile, the text stays, what happened is shown, and sending again is the person's own decision.
 */
export function ActDialog({ view, may, act, proposal, start, onClose }: ActDialogProps) {
  const t = useText(caseText);
  const c = useText(commonText);
  const pick = usePick();
  const words = useWords();
  const { say } = useAnnouncer();
  const parties = useParties();
  const client = useQueryClient();
  const formId = useId();
  const [key, setKey] = useState(newKey);
  const [attempt, setAttempt] = useState(0);
  const [seen, setSeen] = useState(false);
  const [as, setAs] = useState(may.as[0]?.id ?? '');
  const [form, setForm] = useState<ActForm>({
    ...NO_FORM,
    level: act === 'confirm-level' ? view.case.level : '',
    proposal: proposal ?? null,
    outcome: act === 'release' && (words.pack?.outcomes.length ?? 0) > 0 ? '' : null,
    ...start,
  });
  /** The revision the person has before his eyes: of the view, or of what he was shown after a conflict. */
  const [ground, setGround] = useState({ revision: view.case.revision, facts: view.facts.length });
  const [news, setNews] = useState<readonly FactView[]>([]);

  const level = act === 'confirm-level' || act === 'change-level' ? form.level : '';
  const preview = useQuery({
    queryKey: ['preview', view.case.id, ground.revision, act, level, form.target?.id, form.person?.id],
    queryFn: () =>
      api.post<ActPreview>(`/cases/${view.case.id}/acts/preview`, {
        act,
        revision: ground.revision,
        ...(as ? { as } : {}),
        ...previewPayload(act, form, new Date(serverNow())),
      }),
    enabled: mayPreview(act, form),
  });
  /** What is decided upon, said once more beside the button. */
  const waiting = view.pending.find((one) => one.id === proposal);
  const fault = missing(act, form, may.needsReason, t);
  const recipients = preview.data?.toldParties ?? [];
  /** Not null: one person alone cannot do this; these are asked to agree. */
  const approvers = preview.data?.approvers ?? null;
  const verb = approvers ? t.pending.propose : t.acts[act];
  const grave =
    (level === '' ? may.grave : isTop(words.pack, level) || isTop(words.pack, view.case.level)) ||
    recipients.some((party) => party.capacities.includes('convenor'));
  const ready = fault === null && (!grave || seen);

  const send = useMutation({
    mutationFn: () =>
      api.post<ActAnswer>(
        `/cases/${view.case.id}/acts`,
        { act, revision: ground.revision, ...(as ? { as } : {}), ...payload(act, form) },
        { idempotencyKey: key },
      ),
    onSuccess: async (answer) => {
      const told = answer.toldParties;
      say(
        answer.proposed
          ? t.pending.proposed(t.acts[act], parties.names(told))
          : told.length > 0
            ? t.done.told(t.acts[act], parties.names(told))
            : t.done.generic(t.acts[act]),
        {
          next: t.next[answer.state as keyof typeof t.next] ?? words.stateHelp(answer.state),
        },
      );
      // The next act begins from the case as this one left it; a quick hand must not meet its own change.
      await client.invalidateQueries({ queryKey: caseQuery(view.case.id).queryKey });
      onClose();
      await client.invalidateQueries({
        predicate: (query) => ['cases', 'queue', 'inbox', 'home'].includes(String(query.queryKey[0])),
      });
    },
    onError: async (error) => {
      if (!(error instanceof Problem) || error.code !== 'case-changed') return;
      const fresh = await client.fetchQuery({ ...caseQuery(view.case.id), staleTime: 0 });
      setNews(fresh.facts.slice(ground.facts));
      // A decision taken with the news in mind is a new intent.
      setKey(newKey());
      setGround({ revision: fresh.case.revision, facts: fresh.facts.length });
    },
  });
  const conflict = news.length > 0 || (send.error instanceof Problem && send.error.code === 'case-changed');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAttempt(attempt + 1);
    if (ready && !send.isPending) send.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t.acts[act]}
      dirty={form.reason !== '' || form.text !== ''}
      actions={
        <Button kind="primary" type="submit" form={formId} busy={send.isPending} aria-disabled={!ready}>
          {conflict ? t.form.nowSend : verb}
        </Button>
      }
    >
      {waiting && (
        <p>
          <strong>{t.pending.what(t.acts[waiting.act])}</strong>
          {waiting.level &&
            `${c.separator}${t.pending.lower(words.level(view.case.level), words.level(waiting.level))}`}
          {waiting.outcome && `${c.separator}${t.form.outcome} ${pick(waiting.outcome)}`}
          {waiting.into && `${c.separator}${t.pending.into(waiting.into.number)}`}
        </p>
      )}
      <p className="muted">{t.explain[act]}</p>
      <form id={formId} onSubmit={submit} noValidate>
        <ActFields
          act={act}
          view={view}
          form={form}
          onForm={setForm}
          needsReason={may.needsReason}
          error={attempt > 0 ? fault : null}
        />
        {may.as.length > 1 && (
          <Select
            label={t.form.as}
            value={as}
            onValue={setAs}
            options={may.as.map((post) => ({
              value: post.id,
              label: c.aside(pick(post.name), pick(post.organisation.name)),
            }))}
          />
        )}
        {approvers && (
          <Note>
            <p>{t.pending.dialog(approvers.length > 0 ? parties.names(approvers) : t.pending.nobody)}</p>
            <p>{t.pending.after}</p>
          </Note>
        )}
        {mayPreview(act, form) && (
          <ToldList told={preview.data ? parties.previews(recipients) : preview.isError ? null : undefined} />
        )}
        {grave && (
          <Note kind="late">
            <p>{t.form.grave}</p>
            <Checkbox label={t.form.graveTick} checked={seen} onChecked={setSeen} />
          </Note>
        )}
      </form>
      {conflict ? (
        <div className="problem" role="alert">
          <p className="problem-title">{c.problem.changedTitle}</p>
          <p>{c.problem.changedHelp}</p>
          <ul>
            {news.map((fact) => (
              <li key={fact.seq}>
                <DateTime at={fact.at} form="time" /> {fact.person ? pick(fact.person.name) : t.facts.system}
                {c.colon}
                {factSentence(fact, t, words, pick)}
              </li>
            ))}
          </ul>
        </div>
      ) : (
        send.isError && <ProblemMessage error={send.error} />
      )}
    </Dialog>
  );
}
