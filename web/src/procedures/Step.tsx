import { useState } from 'react';
import type { ProcedureStepView, ProceduresView } from '../../../src/procedures/contract.ts';
import { useDuration } from '../mechanism/durations.ts';
import { useWords } from '../mechanism/words.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { ProposeDialog } from './ProposeDialog.tsx';
import { proceduresText } from './texts.ts';
import { Version } from './Version.tsx';

interface StepProps {
  view: ProceduresView;
  item: ProcedureStepView;
  onSent: () => void;
}

/** One step as it stands: for which levels, whose part, by when; with its history and the way to change it. */
export function Step({ view, item, onSent }: StepProps) {
  const t = useText(proceduresText);
  const pick = usePick();
  const words = useWords();
  const duration = useDuration();
  const [dialog, setDialog] = useState<'change' | 'history' | null>(null);
  const { content } = item;
  const title = pick(content.title);
  const waits = item.history.some((one) => one.state === 'proposed');
  return (
    <li className="procedures-step" id={`step-${item.id}`}>
      <div className="procedures-what">
        <h3>{title}</h3>
        {content.help && <p className="muted">{pick(content.help)}</p>}
        <p className="procedures-facts small">
          <strong>{pick(content.owner.name)}</strong>
          {content.levels.length === 0 ? (
            <span className="late">{t.noLevels}</span>
          ) : (
            [...view.levels]
              .filter((level) => content.levels.includes(level))
              .map((level) => (
                <span key={level} className="procedures-level">
                  <LevelMark level={level} mark={words.mark(level)} size="s" />{' '}
                  {content.withinByLevel[level] ? duration(content.withinByLevel[level]) : t.noDue}
                </span>
              ))
          )}
        </p>
        <p className="muted small">
          {t.origin[item.origin]}　{item.version > 0 && `${t.version(item.version)}　`}
          {t.source} {item.source}
          {waits && <span className="procedures-badge">{t.waiting}</span>}
        </p>
      </div>
      <div className="procedures-acts no-print">
        <Button kind="quiet" onClick={() => setDialog('history')} aria-label={t.historyOf(title)}>
          {t.history}
        </Button>
        {view.may.propose && !waits && (
          <Button onClick={() => setDialog('change')} aria-label={`${t.change}：${title}`}>
            {t.change}
          </Button>
        )}
      </div>
      {dialog === 'change' && (
        <ProposeDialog view={view} item={item} onClose={() => setDialog(null)} onSent={onSent} />
      )}
      {dialog === 'history' && (
        <History
          item={item}
          mayRestore={view.may.propose && !waits}
          onClose={() => setDialog(null)}
          onSent={onSent}
        />
      )}
    </li>
  );
}

interface HistoryProps {
  item: ProcedureStepView;
  mayRestore: boolean;
  onClose: () => void;
  onSent: () => void;
}

function History({ item, mayRestore, onClose, onSent }: HistoryProps) {
  const t = useText(proceduresText);
  const pick = usePick();
  return (
    <Dialog open wide onClose={onClose} title={t.historyOf(pick(item.content.title))}>
      {item.history.length < 2 && <p className="muted">{t.noHistory}</p>}
      {/* The newest is read first: without it the first button, far below, would take the focus. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <section aria-label={t.history} tabIndex={0}>
        {item.history.map((one) => (
          <Version
            key={one.id ?? 'pack'}
            version={one}
            inForce={one.version === item.version}
            mayRestore={mayRestore && one.version !== null && one.version !== item.version}
            onRestored={() => {
              onSent();
              onClose();
            }}
          />
        ))}
      </section>
    </Dialog>
  );
}
