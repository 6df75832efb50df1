import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { newKey } from '../../api/client.ts';
import { Problem } from '../../api/problem.ts';
import { packQuery } from '../../api/queries.ts';
import { usePageTitle } from '../../app/title.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { useText } from '../../ui/lang.tsx';
import { useAnnouncer } from '../../ui/live.tsx';
import { EmptyState, ProblemMessage, Skeleton } from '../../ui/states.tsx';
import { commonText } from '../../ui/texts.ts';
import { caseQuery } from '../queries.ts';
import { Form } from './Form.tsx';
import { answers, shelfOf } from './shelf.ts';
import { formText } from './texts.ts';
import { useDraft } from './useDraft.ts';
import { useFaultWords } from './useFaultWords.ts';
import { useSession } from './useSession.ts';
import './form.css';

/** The form for one draft; its address is the draft, so that it can be come back to (`/report/<draft>`). */
export function FormPage() {
  const { draftId } = useParams({ strict: false });
  const session = useSession();
  if (!session || !draftId) return null;
  return <OpenDraft key={draftId} draftId={draftId} personId={session.person.id} />;
}

function OpenDraft({ draftId, personId }: { draftId: string; personId: string }) {
  const t = useText(formText);
  const c = useText(commonText);
  const session = useSession();
  const navigate = useNavigate();
  const { say } = useAnnouncer();
  const pack = useQuery(packQuery);
  const taken = useFieldNames();
  const handle = useDraft(personId, draftId, (fields) => say(t.takenOver(c.list(fields.map(taken)))));
  const { state } = handle;
  const about = state.kind === 'open' ? state.about : null;
  const theCase = useQuery({ ...caseQuery(about?.caseId ?? ''), enabled: Boolean(about?.caseId) });
  usePageTitle(t.title[about?.kind ?? 'initial']);

  const filed = answers(personId).find((one) => one.draftId === draftId);
  const page = (children: React.ReactNode) => (
    <main className="page page-narrow" id="main" tabIndex={-1} data-density="visit">
      {children}
    </main>
  );
  if (pack.isError && !pack.data)
    return page(<ProblemMessage error={pack.error} onRetry={() => pack.refetch()} />);
  if (state.kind === 'unreachable') {
    return page(<ProblemMessage error={new Problem(0, {}, true)} onRetry={() => window.location.reload()} />);
  }
  if (state.kind === 'opening' || !pack.data || !session) return page(<Skeleton lines={10} />);
  const isGone = state.kind === 'none' || state.status.kind === 'gone';
  if (isGone && filed) {
    return page(
      <EmptyState
        alone
        title={t.gone.title}
        action={
          <Link
            className="btn btn-primary"
            to="/cases/$caseId/filed"
            params={{ caseId: filed.answer.caseId }}
            search={{ draft: draftId }}
          >
            {filed.answer.number}
          </Link>
        }
      />,
    );
  }
  if (state.kind === 'none') {
    return page(
      <EmptyState
        alone
        title={t.gone.noneTitle}
        action={
          <ButtonLink to="/report/new" kind="primary">
            {t.gone.start}
          </ButtonLink>
        }
      >
        {t.gone.noneHelp}
      </EmptyState>,
    );
  }
  if (isGone) {
    const goOn = (): void => {
      const id = newKey();
      const { form, about: what } = state;
      shelfOf(personId).put(id, { about: what, form, base: null, revision: 0, dirty: true, at: Date.now() });
      shelfOf(personId).remove(draftId);
      void navigate({ to: '/report/$draftId', params: { draftId: id } });
    };
    return page(
      <EmptyState
        alone
        title={t.gone.title}
        action={
          <div className="row">
            <Button kind="primary" onClick={goOn}>
              {t.gone.keep}
            </Button>
            <ButtonLink to="/cases">{t.gone.cases}</ButtonLink>
          </div>
        }
      >
        {t.gone.help}
      </EmptyState>,
    );
  }
  const last = theCase.data?.reports.toSorted((a, b) => b.ordinal - a.ordinal)[0] ?? null;
  return (
    <Form
      draftId={draftId}
      draft={state}
      handle={handle}
      pack={pack.data}
      session={session}
      last={last}
      caseNumber={theCase.data?.case.number ?? null}
    />
  );
}

/** The names of the form's parts, for the sentence about a merge. */
function useFieldNames(): (key: string) => string {
  const { data: pack } = useQuery(packQuery);
  const empty = { forms: { incident: { sections: [] } } } as unknown as NonNullable<typeof pack>;
  return useFaultWords(pack ?? empty, 'initial').part;
}
