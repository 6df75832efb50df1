import { useState } from 'react';
import type { ChecklistItemView } from '../../../src/cases/affairs-contract.ts';
import type { CaseView } from '../../../src/cases/contract.ts';
import { Button } from '../ui/Button.tsx';
import { DateTimeField, NO_WHEN } from '../ui/DateTimeField.tsx';
import { TextArea } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { EmptyState } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { Countdown, DateTime } from '../ui/time.tsx';
import { AffairDialog } from './AffairDialog.tsx';
import { affairsText } from './affairs-text.ts';
import { caseText } from './texts.ts';
import './affairs.css';

type ItemAct = 'tick-item' | 'skip-item' | 'reopen-item';
const PHASES = ['before', 'during', 'after'] as const;

/** The response procedure of the case's level: one's own part first, everybody's below (S7.9.7.3, S8.2.2). */
export function Procedure({ view }: { view: CaseView }) {
  const t = useText(affairsText).procedure;
  const [doing, setDoing] = useState<{ act: ItemAct; item: ChecklistItemView } | null>(null);
  const { checklist } = view;
  if (!checklist) return <EmptyState title={t.none}>{t.noneHelp}</EmptyState>;
  const asked = checklist.items.filter((item) => item.status !== 'set-aside');
  const settled = asked.filter((item) => item.status !== 'open').length;
  const mine = checklist.items.filter((item) => item.mine);
  const others = checklist.items.filter((item) => !item.mine);
  const list = (items: readonly ChecklistItemView[]) => (
    <Steps items={items} onAct={(act, item) => setDoing({ act, item })} />
  );
  return (
    <div className="affairs">
      <p>
        <strong>{t.lead(checklist.level)}</strong>
        {'　'}
        <span className="muted">{t.progress(settled, asked.length)}</span>
      </p>
      <progress
        className="affair-progress"
        value={settled}
        max={asked.length}
        aria-label={t.progress(settled, asked.length)}
      />
      {mine.length > 0 && (
        <section aria-labelledby="procedure-mine">
          <h3 id="procedure-mine">{t.mine}</h3>
          {list(mine)}
        </section>
      )}
      {others.length > 0 && (
        <section aria-labelledby="procedure-others">
          <h3 id="procedure-others">{t.others}</h3>
          {list(others)}
        </section>
      )}
      {doing && <StepDialog view={view} {...doing} onClose={() => setDoing(null)} />}
    </div>
  );
}

interface StepsProps {
  items: readonly ChecklistItemView[];
  onAct: (act: ItemAct, item: ChecklistItemView) => void;
}

/** Steps by phase: before, during, after (S7.9.7.5). */
function Steps({ items, onAct }: StepsProps) {
  const t = useText(affairsText).procedure;
  return PHASES.map((phase) => {
    const here = items.filter((item) => item.phase === phase);
    if (here.length === 0) return null;
    return (
      <div key={phase}>
        <h4 className="affair-phase">{t.phases[phase]}</h4>
        <ul className="affair-list">
          {here.map((item) => (
            <Step key={item.id} item={item} onAct={onAct} />
          ))}
        </ul>
      </div>
    );
  });
}

function Step({ item, onAct }: { item: ChecklistItemView; onAct: StepsProps['onAct'] }) {
  const t = useText(affairsText).procedure;
  const c = useText(commonText);
  const pick = usePick();
  const settled = item.status === 'done' || item.status === 'skipped';
  return (
    <li className={`affair affair-${item.status}`}>
      <div className="affair-what">
        <p className="affair-title">{pick(item.title)}</p>
        {item.help && item.status === 'open' && <p className="small muted">{pick(item.help)}</p>}
        <p className="small muted">
          {pick(item.party.name)}
          {c.separator}
          {settled ? (
            <>
              {t.status[item.status]} {item.at && <DateTime at={item.at} form="short" />}
              {item.person && `${c.separator}${pick(item.person.name)}`}
              {item.onBehalf && `${c.separator}${t.onBehalf}`}
            </>
          ) : item.status === 'set-aside' ? (
            t.status['set-aside']
          ) : item.dueAt ? (
            <Countdown due={item.dueAt} />
          ) : item.phase === 'after' ? (
            t.afterRecovery
          ) : (
            t.status.open
          )}
        </p>
        {item.note && <p className="small pre">{item.note}</p>}
      </div>
      {item.maySettle && (
        <div className="affair-acts no-print">
          {settled ? (
            <Button
              kind="quiet"
              aria-label={`${t.reopen}${c.colon}${pick(item.title)}`}
              onClick={() => onAct('reopen-item', item)}
            >
              {t.reopen}
            </Button>
          ) : (
            <>
              <Button
                aria-label={`${t.tick}${c.colon}${pick(item.title)}`}
                onClick={() => onAct('tick-item', item)}
              >
                {t.tick}
              </Button>
              <Button
                kind="quiet"
                aria-label={`${t.skip}${c.colon}${pick(item.title)}`}
                onClick={() => onAct('skip-item', item)}
              >
                {t.skip}
              </Button>
            </>
          )}
        </div>
      )}
    </li>
  );
}

interface StepDialogProps {
  view: CaseView;
  act: ItemAct;
  item: ChecklistItemView;
  onClose: () => void;
}

function StepDialog({ view, act, item, onClose }: StepDialogProps) {
  const t = useText(affairsText).procedure;
  const f = useText(caseText).form;
  const pick = usePick();
  const [note, setNote] = useState('');
  const [when, setWhen] = useState(NO_WHEN);
  const needsReason = act !== 'tick-item';
  return (
    <AffairDialog
      view={view}
      act={act}
      about={pick(item.title)}
      fault={needsReason && note.trim() === '' ? f.needReason : null}
      body={() =>
        needsReason
          ? { item: item.id, reason: note.trim() }
          : { item: item.id, note: note.trim(), at: when.at }
      }
      onClose={onClose}
    >
      {(wrong) => (
        <>
          <TextArea
            label={needsReason ? f.reason : t.note}
            now={needsReason}
            rows={2}
            maxLength={2000}
            value={note}
            onValue={setNote}
            error={wrong ?? undefined}
          />
          {!needsReason && <DateTimeField label={t.doneAt} value={when} onValue={setWhen} />}
        </>
      )}
    </AffairDialog>
  );
}
