import { useState } from 'react';
import type { z } from 'zod';
import type { ActivationView, SituationReportView, situationDraft } from '../../../src/centre/contract.ts';
import { api, newKey } from '../api/client.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Checkbox, TextArea } from '../ui/fields.tsx';
import { useLang, usePick, useText } from '../ui/lang.tsx';
import { ProblemMessage } from '../ui/states.tsx';
import { DateTime } from '../ui/time.tsx';
import { may } from './may.ts';
import { useCentreAct } from './queries.ts';
import { centreText } from './texts.ts';
import { WithReason } from './WithReason.tsx';

type Draft = z.infer<typeof situationDraft>['paragraphs'];

/** Situation reports: drafted from the record by the staff, approved by another person, printed. */
export function Reports({ view }: { view: ActivationView }) {
  const t = useText(centreText);
  const { lang } = useLang();
  const [draft, setDraft] = useState<Draft | null>(null);
  const [error, setError] = useState<unknown>(null);
  const begin = (): void => {
    api.get<{ paragraphs: Draft }>(`/activations/${view.id}/draft`, { lang }).then(
      (found) => {
        setError(null);
        setDraft(found.paragraphs);
      },
      (failed: unknown) => setError(failed),
    );
  };
  return (
    <section aria-labelledby="reports">
      <h2 id="reports">{t.reports.title}</h2>
      {view.active && may(view, 'draft-situation-report') && (
        <Button onClick={begin}>{t.reports.draft}</Button>
      )}
      {error !== null && <ProblemMessage error={error} />}
      {view.reports.length === 0 && <p className="centre-none">{t.reports.none}</p>}
      {[...view.reports].reverse().map((one) => (
        <Report key={one.id} view={view} report={one} />
      ))}
      {draft && <Write view={view} draft={draft} onClose={() => setDraft(null)} />}
    </section>
  );
}

function Report({ view, report }: { view: ActivationView; report: SituationReportView }) {
  const t = useText(centreText);
  const pick = usePick();
  const act = useCentreAct(view.id);
  const waits = report.approved === null && report.declined === null;
  const print = (): void => {
    document.body.dataset['print'] = report.id;
    window.addEventListener('afterprint', () => delete document.body.dataset['print'], { once: true });
    for (const one of document.querySelectorAll<HTMLElement>('.centre-report'))
      one.classList.toggle('centre-printed', one.id === `report-${report.id}`);
    window.print();
  };
  return (
    <article className="centre-report" id={`report-${report.id}`}>
      <h3>
        {t.reports.ordinal(report.ordinal)}　
        <span className={waits ? 'centre-late' : 'centre-quiet'}>
          {report.approved ? t.reports.approved : report.declined ? t.reports.declined : t.reports.waiting}
        </span>
      </h3>
      <p className="centre-quiet">
        <DateTime at={report.at} />　{t.reports.by} {report.person && pick(report.person.name)}
        {report.approved && (
          <>
            　{t.reports.approved} {report.approved.person && pick(report.approved.person.name)}{' '}
            <DateTime at={report.approved.at} />
          </>
        )}
        {report.declined && `　${t.reports.declined}：${report.declined.note}`}
      </p>
      {report.paragraphs.map((one, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a report's paragraphs never move
        <p key={at} className="centre-text">
          {one.text}
        </p>
      ))}
      <div className="centre-row centre-no-print">
        {view.active && waits && may(view, 'approve-situation-report') && !report.mine && (
          <>
            <Button
              kind="primary"
              busy={act.isPending}
              onClick={() => act.mutate({ act: 'approve-situation-report', report: report.id })}
            >
              {t.reports.approve}
            </Button>
            <WithReason
              label={t.reports.decline}
              busy={act.isPending}
              error={act.error}
              onSend={(reason) =>
                act.mutateAsync({ act: 'decline-situation-report', report: report.id, reason })
              }
            />
          </>
        )}
        {waits && report.mine && <p className="centre-quiet">{t.reports.mine}</p>}
        <Button kind="quiet" onClick={print}>
          {t.reports.print}
        </Button>
      </div>
      {act.error && <ProblemMessage error={act.error} />}
    </article>
  );
}

function Write({ view, draft, onClose }: { view: ActivationView; draft: Draft; onClose: () => void }) {
  const t = useText(centreText);
  const act = useCentreAct(view.id);
  const [id] = useState(newKey);
  const [paragraphs, setParagraphs] = useState(draft.map((one) => ({ ...one, out: false })));
  const set = (at: number, change: Partial<(typeof paragraphs)[number]>): void =>
    setParagraphs(paragraphs.map((one, place) => (place === at ? { ...one, ...change } : one)));
  const kept = paragraphs.filter((one) => !one.out && one.text.trim() !== '');
  return (
    <Dialog
      open
      onClose={onClose}
      title={t.reports.draft}
      dirty
      wide
      actions={
        <Button
          kind="primary"
          busy={act.isPending}
          disabled={kept.length === 0}
          onClick={() =>
            act.mutate(
              {
                act: 'draft-situation-report',
                id,
                paragraphs: kept.map(({ caseId, text }) => ({ caseId, text: text.trim() })),
              },
              { onSuccess: onClose },
            )
          }
        >
          {t.reports.submit}
        </Button>
      }
    >
      <p>{t.reports.draftHelp}</p>
      {paragraphs.map((one, at) => (
        <div key={one.caseId ?? 'whole'}>
          <TextArea
            label={one.number || t.reports.whole}
            rows={5}
            maxLength={10000}
            value={one.text}
            onValue={(text) => set(at, { text })}
          />
          {one.caseId && (
            <Checkbox label={t.reports.leaveOut} checked={one.out} onChecked={(out) => set(at, { out })} />
          )}
        </div>
      ))}
      {act.error && <ProblemMessage error={act.error} />}
    </Dialog>
  );
}
