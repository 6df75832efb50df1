import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { PLAYBOOK_PHASES } from '../../../src/mechanism/vocabulary.ts';
import type { ProceduresView } from '../../../src/procedures/contract.ts';
import { usePageTitle } from '../app/title.ts';
import { Button } from '../ui/Button.tsx';
import { Select } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { EmptyState, Note, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { ProposeDialog } from './ProposeDialog.tsx';
import { proceduresQuery } from './queries.ts';
import { Step } from './Step.tsx';
import { proceduresText } from './texts.ts';
import { Proposal } from './Version.tsx';
import './procedures.css';

/** Every step by level and phase, what waits for a second person, and the history of each (S7.11.0d). */
export function Procedures() {
  const t = useText(proceduresText);
  const pick = usePick();
  const { data, error, refetch } = useQuery(proceduresQuery);
  const [adding, setAdding] = useState(false);
  const [sent, setSent] = useState(false);
  usePageTitle(t.title);
  return (
    <main className="page page-narrow procedures" id="main" tabIndex={-1} data-density="visit">
      <div className="page-head">
        <h1>{t.title}</h1>
        <p>{t.lead}</p>
        {data && (
          <p className="muted small">
            {t.base(`${pick(data.pack.title)}　${data.pack.version}`)}　{t.edition(data.edition)}
          </p>
        )}
      </div>
      {error && !data ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : !data ? (
        <Skeleton lines={6} tall />
      ) : (
        <>
          <div aria-live="polite">{sent && data.waiting > 0 && <Note>{t.sent}</Note>}</div>
          <Waiting view={data} />
          <Steps view={data} onSent={() => setSent(true)}>
            {data.may.propose && (
              <Button kind="primary" onClick={() => setAdding(true)}>
                {t.add}
              </Button>
            )}
          </Steps>
          {adding && (
            <ProposeDialog
              view={data}
              item={null}
              onClose={() => setAdding(false)}
              onSent={() => setSent(true)}
            />
          )}
        </>
      )}
    </main>
  );
}

/** What waits for somebody's agreement stands first: it is what there is to do. */
function Waiting({ view }: { view: ProceduresView }) {
  const t = useText(proceduresText);
  const waiting = [
    ...view.items.flatMap((item) => item.history.filter((one) => one.state === 'proposed')),
    ...view.additions,
  ];
  if (waiting.length === 0) return null;
  return (
    <section aria-labelledby="waiting" className="procedures-waiting">
      <h2 id="waiting">{t.waitingTitle}</h2>
      {waiting.map((one) => (
        <Proposal key={one.id} version={one} />
      ))}
    </section>
  );
}

interface StepsProps {
  view: ProceduresView;
  onSent: () => void;
  children: React.ReactNode;
}

function Steps({ view, onSent, children }: StepsProps) {
  const t = useText(proceduresText);
  const navigate = useNavigate();
  const search: { level?: string; phase?: string } = useSearch({ strict: false });
  const set = (name: 'level' | 'phase', value: string) =>
    navigate({ to: '.', search: { ...search, [name]: value || undefined }, replace: true });
  const phases = PLAYBOOK_PHASES.filter((phase) => !search.phase || phase === search.phase);
  const shown = view.items.filter((item) => !search.level || item.content.levels.includes(search.level));
  return (
    <>
      <div className="procedures-filters no-print">
        <Select
          label={t.levels}
          empty={t.allLevels}
          value={search.level ?? ''}
          onValue={(value) => set('level', value)}
          options={view.levels.map((level) => ({ value: level, label: level }))}
        />
        <Select
          label={t.phase}
          empty={t.allPhases}
          value={search.phase ?? ''}
          onValue={(value) => set('phase', value)}
          options={PLAYBOOK_PHASES.map((phase) => ({ value: phase, label: t.phaseShort[phase] }))}
        />
        <div className="procedures-acts">{children}</div>
      </div>
      {phases.map((phase) => {
        const steps = shown.filter((item) => item.content.phase === phase);
        return (
          <section key={phase} aria-labelledby={`phase-${phase}`}>
            <h2 id={`phase-${phase}`}>{t.phases[phase]}</h2>
            {steps.length === 0 ? (
              <EmptyState title={t.none}>{t.noneHelp}</EmptyState>
            ) : (
              <ul className="procedures-list">
                {steps.map((item) => (
                  <Step key={item.id} view={view} item={item} onSent={onSent} />
                ))}
              </ul>
            )}
          </section>
        );
      })}
    </>
  );
}
