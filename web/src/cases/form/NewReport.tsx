import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { civilAt, formatRoc } from '../../../../src/mechanism/roc-date.ts';
import type { ReportKind } from '../../../../src/mechanism/vocabulary.ts';
import { api, newKey } from '../../api/client.ts';
import { usePageTitle } from '../../app/title.ts';
import { Button } from '../../ui/Button.tsx';
import { useWhenNow } from '../../ui/DateTimeField.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { useLang, usePick, useText } from '../../ui/lang.tsx';
import { EmptyState, ProblemMessage, Skeleton } from '../../ui/states.tsx';
import { DateTime, useZone } from '../../ui/time.tsx';
import { caseQuery } from '../queries.ts';
import { draftsQuery } from './queries.ts';
import { startFromReport, startInitial } from './request.ts';
import { shelfOf } from './shelf.ts';
import type { DraftAbout, FormState } from './state.ts';
import { NO_MOMENT, readForm } from './state.ts';
import { formText } from './texts.ts';
import { useSession } from './useSession.ts';
import './form.css';

const isKind = (value: string | undefined): value is ReportKind =>
  value === 'follow-up' || value === 'recovery' || value === 'initial';

/**
 * Where a report begins: drafts to go on with, or a new one. `?case=<id>&kind=follow-up` starts from the case's last
 * report at once; `?behalf=yes` is the duty officer's.
 */
export function NewReport() {
  const session = useSession();
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  const kind = isKind(search['kind']) ? search['kind'] : 'follow-up';
  const caseId = search['case'] ?? search['caseId'];
  if (!session) return null;
  if (caseId) return <FromCase caseId={caseId} kind={kind === 'initial' ? 'follow-up' : kind} />;
  return <Start />;
}

/** Puts a new draft on this device and opens it; the server hears of it with the first key. */
function useBegin(): (form: FormState, about: DraftAbout) => void {
  const navigate = useNavigate();
  const session = useSession();
  return (form, about) => {
    const id = newKey();
    const shelf = shelfOf(session?.person.id ?? '');
    // Forms that were opened and left without a key pressed leave nothing behind.
    for (const old of shelf.all()) if (!old.draft.dirty && old.draft.revision === 0) shelf.remove(old.id);
    shelf.put(id, {
      about,
      form,
      base: null,
      revision: 0,
      dirty: false,
      at: Date.now(),
    });
    void navigate({ to: '/report/$draftId', params: { draftId: id }, replace: true });
  };
}

function FromCase({ caseId, kind }: { caseId: string; kind: 'follow-up' | 'recovery' }) {
  const t = useText(formText);
  const { lang } = useLang();
  const zone = useZone();
  const begin = useBegin();
  const session = useSession();
  const theCase = useQuery(caseQuery(caseId));
  const drafts = useQuery(draftsQuery);
  const navigate = useNavigate();
  const begun = useRef(false);
  usePageTitle(t.title[kind]);
  const view = theCase.data;
  const last = view?.reports.toSorted((a, b) => b.ordinal - a.ordinal)[0];
  useEffect(() => {
    if (begun.current || !view || !last || !session || drafts.isPending) return;
    begun.current = true;
    const here = shelfOf(session.person.id)
      .all()
      .find((one) => one.draft.about.caseId === caseId && one.draft.about.kind === kind);
    const known = here?.id ?? drafts.data?.find((one) => one.caseId === caseId && one.kind === kind)?.id;
    if (known) {
      void navigate({ to: '/report/$draftId', params: { draftId: known }, replace: true });
      return;
    }
    const form = startFromReport(
      last,
      kind,
      (at) => formatRoc(civilAt(new Date(at), zone), lang),
      () => newKey(),
    );
    const isOwn = view.case.organisation.id === session.organisation.id;
    begin(isOwn ? form : { ...form, channel: 'telephone' }, {
      organisationId: view.case.organisation.id,
      caseId,
      kind,
    });
  }, [view, last, session, drafts.isPending, drafts.data, caseId, kind, lang, zone, begin, navigate]);
  return (
    <main className="page page-narrow" id="main" tabIndex={-1} data-density="visit">
      {theCase.isError ? (
        <ProblemMessage error={theCase.error} onRetry={() => theCase.refetch()} />
      ) : view && !last ? (
        <EmptyState alone title={t.start.noReport}>
          {t.start.noReportHelp}
        </EmptyState>
      ) : (
        <Skeleton lines={8} />
      )}
    </main>
  );
}

function Start() {
  const t = useText(formText);
  const { lang } = useLang();
  const session = useSession();
  const now = useWhenNow();
  const begin = useBegin();
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  usePageTitle(t.start.title);
  if (!session) return null;
  const isDesk = session.screens.includes('desk');
  const about: DraftAbout = { organisationId: session.organisation.id, caseId: null, kind: 'initial' };
  const start = (behalf: boolean): void => {
    const own = startInitial(session, lang, now());
    const other: FormState = {
      ...own,
      channel: 'telephone',
      agencyEmail: '',
      contactName: '',
      contactPhone: '',
      contactFax: '',
      aware: NO_MOMENT,
      toldAt: now(),
    };
    begin(behalf ? other : own, about);
  };
  return (
    <main className="page page-narrow" id="main" tabIndex={-1} data-density="visit">
      <header className="page-head">
        <h1>{t.start.title}</h1>
        <p>{t.start.lead}</p>
      </header>
      <div className="row">
        <Button kind={isDesk && search['behalf'] ? 'plain' : 'primary'} onClick={() => start(false)}>
          {isDesk ? t.behalf.own : t.start.newReport}
        </Button>
        {isDesk && (
          <Button kind={search['behalf'] ? 'primary' : 'plain'} onClick={() => start(true)}>
            {t.behalf.for}
          </Button>
        )}
        <Link className="btn btn-quiet" to="/report/blank">
          {t.blank}
        </Link>
      </div>
      <Drafts />
    </main>
  );
}

interface Row {
  id: string;
  kind: ReportKind;
  caseNumber: string | null;
  words: string;
  at: string;
  onlyHere: boolean;
}

/** Every draft of this person, at the server or only on this device. */
function Drafts() {
  const t = useText(formText);
  const session = useSession();
  const pick = usePick();
  const client = useQueryClient();
  const drafts = useQuery(draftsQuery);
  const [doomed, setDoomed] = useState<Row | null>(null);
  const [, again] = useState(0);
  if (!session) return null;
  const shelf = shelfOf(session.person.id);
  const there = (drafts.data ?? []).map((view): Row => {
    const form = readForm(view.content);
    return {
      id: view.id,
      kind: view.kind,
      caseNumber: view.caseNumber,
      words: form?.description.trim() ?? '',
      at: view.updatedAt,
      onlyHere: false,
    };
  });
  const here = shelf
    .all()
    .filter(
      ({ id, draft }) =>
        !there.some((one) => one.id === id) && (draft.dirty || draft.filing) && draft.revision === 0,
    )
    .map(
      ({ id, draft }): Row => ({
        id,
        kind: draft.about.kind,
        caseNumber: null,
        words: draft.form.description.trim(),
        at: new Date(draft.at).toISOString(),
        onlyHere: true,
      }),
    );
  const rows = [...there, ...here].toSorted((a, b) => b.at.localeCompare(a.at));
  if (rows.length === 0) return null;
  const remove = async (row: Row): Promise<void> => {
    if (!row.onlyHere) await api.delete(`/drafts/${row.id}`);
    shelf.remove(row.id);
    setDoomed(null);
    again((n) => n + 1);
    await client.invalidateQueries({ queryKey: draftsQuery.queryKey });
  };
  return (
    <section className="drafts" aria-labelledby="drafts-title">
      <h2 id="drafts-title">{t.start.drafts}</h2>
      <p className="muted">{t.start.draftsHelp}</p>
      <ul>
        {rows.map((row) => (
          <li key={row.id}>
            <p className="draft-words">{row.words.slice(0, 60) || t.start.untitled}</p>
            <p className="muted small">
              {row.kind === 'initial' ? pick(session.organisation.name) : t.title[row.kind]}
              {row.caseNumber && `　${t.title.for(row.caseNumber)}`}　{t.start.savedAt}{' '}
              <DateTime at={row.at} form="short" />
              {row.onlyHere && `　${t.start.onlyHere}`}
            </p>
            <div className="row">
              <Link className="btn" to="/report/$draftId" params={{ draftId: row.id }}>
                {t.start.resume}
              </Link>
              <Button kind="quiet" onClick={() => setDoomed(row)}>
                {t.start.remove}
              </Button>
            </div>
          </li>
        ))}
      </ul>
      <Dialog
        open={doomed !== null}
        onClose={() => setDoomed(null)}
        title={t.start.removeTitle}
        actions={
          <Button kind="grave" onClick={() => doomed && void remove(doomed)}>
            {t.start.remove}
          </Button>
        }
      >
        <p>{doomed?.words.slice(0, 60) || t.start.untitled}</p>
        <p>{t.start.removeHelp}</p>
      </Dialog>
    </section>
  );
}
