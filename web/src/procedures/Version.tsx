import { useState } from 'react';
import type { ProcedureVersion, ShownContent } from '../../../src/procedures/contract.ts';
import { newKey } from '../api/client.ts';
import { useDuration } from '../mechanism/durations.ts';
import { Button } from '../ui/Button.tsx';
import { TextArea } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { ProblemMessage } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { DateTime } from '../ui/time.tsx';
import { useDecide, usePropose } from './queries.ts';
import { proceduresText } from './texts.ts';

interface VersionProps {
  version: ProcedureVersion;
  inForce: boolean;
  mayRestore: boolean;
  onRestored: () => void;
}

/** One version of a step: what changed, who proposed it when and why, who agreed; restored by proposing it anew. */
export function Version({ version, inForce, mayRestore, onRestored }: VersionProps) {
  const t = useText(proceduresText);
  const propose = usePropose();
  const [id] = useState(newKey);
  const [reason, setReason] = useState<string | null>(null);
  const name = version.version === null ? t.states[version.state] : t.version(version.version);
  return (
    <article className="procedures-version">
      <h3>
        {name}
        {inForce && <span className="procedures-badge">{t.inForce}</span>}
      </h3>
      <Who version={version} />
      {version.content &&
        (version.state === 'in-pack' ? (
          <Plain content={version.content} />
        ) : (
          <Difference before={version.before} after={version.content} />
        ))}
      {mayRestore && reason === null && <Button onClick={() => setReason('')}>{t.restore}</Button>}
      {reason !== null && (
        <>
          <TextArea label={t.reason} now value={reason} onValue={setReason} maxLength={1000} />
          <Button
            kind="primary"
            busy={propose.isPending}
            disabled={reason.trim() === ''}
            onClick={() =>
              propose.mutate(
                { id, step: version.step, restores: version.version, reason },
                { onSuccess: onRestored },
              )
            }
          >
            {t.send}
          </Button>
          {propose.error && <ProblemMessage error={propose.error} />}
        </>
      )}
    </article>
  );
}

/** What waits for a second person, with the way to agree, or not. */
export function Proposal({ version }: { version: ProcedureVersion }) {
  const t = useText(proceduresText);
  const pick = usePick();
  const decide = useDecide(version.id ?? '');
  const [reason, setReason] = useState<string | null>(null);
  const title = version.before?.title ?? version.content?.title;
  return (
    <article className="procedures-version" aria-labelledby={`waits-${version.id}`}>
      <h3 id={`waits-${version.id}`}>
        {version.before === null && <span className="procedures-badge">{t.added}</span>}{' '}
        {title && pick(title)}
      </h3>
      <Who version={version} />
      {version.content && <Difference before={version.before} after={version.content} />}
      {version.may.includes('approve') && (
        <>
          <p className="muted small">{t.approveHelp}</p>
          {reason !== null && (
            <TextArea label={t.declineReason} now value={reason} onValue={setReason} maxLength={1000} />
          )}
          <div className="procedures-acts">
            {reason === null && (
              <Button
                kind="primary"
                busy={decide.isPending}
                onClick={() => decide.mutate({ decision: 'approve' })}
              >
                {t.approve}
              </Button>
            )}
            <Button
              busy={decide.isPending}
              disabled={reason !== null && reason.trim() === ''}
              onClick={() =>
                reason === null ? setReason('') : decide.mutate({ decision: 'decline', reason })
              }
            >
              {t.decline}
            </Button>
          </div>
        </>
      )}
      {version.may.includes('withdraw') && (
        <>
          <p className="muted small">{t.ownWaits}</p>
          <Button busy={decide.isPending} onClick={() => decide.mutate({ decision: 'withdraw' })}>
            {t.withdraw}
          </Button>
        </>
      )}
      {decide.error && <ProblemMessage error={decide.error} />}
    </article>
  );
}

function Who({ version }: { version: ProcedureVersion }) {
  const t = useText(proceduresText);
  const pick = usePick();
  const { proposed, decided, restores, state } = version;
  if (!proposed) return null;
  return (
    <div className="small">
      <p>
        {t.proposedBy} {pick(proposed.person.name)} <DateTime at={proposed.at} />
        {restores !== null && <span className="procedures-badge">{t.restores(restores)}</span>}
      </p>
      <p className="procedures-reason">{proposed.reason}</p>
      {decided && (
        <p>
          {t.states[state]} {pick(decided.person.name)} <DateTime at={decided.at} />
          {decided.reason && `　${decided.reason}`}
        </p>
      )}
    </div>
  );
}

type Lines = readonly (readonly [label: string, value: string])[];

/** Everything a step says, a line for each. */
function useLines(): (content: ShownContent) => Lines {
  const c = useText(commonText);
  const t = useText(proceduresText);
  const pick = usePick();
  const duration = useDuration();
  return (content) => {
    const due = [...content.levels]
      .sort()
      .map((level) => {
        const within = content.withinByLevel[level];
        return `${level} ${within ? duration(within) : t.noDue}`;
      })
      .join(c.separator);
    const both = (text: { zh: string; en: string } | null) => (text ? `${text.zh}\n${text.en}` : '—');
    return [
      [t.fields.title, both(content.title)],
      [t.fields.help, both(content.help)],
      [t.fields.levels, [...content.levels].sort().join(c.separator) || t.noLevels],
      [t.fields.phase, t.phaseShort[content.phase]],
      [t.fields.owner, pick(content.owner.name)],
      [t.fields.due, due || '—'],
    ];
  };
}

function Plain({ content }: { content: ShownContent }) {
  const lines = useLines();
  return (
    <dl className="procedures-diff">
      {lines(content).map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What is other than before, line by line; of a new step, all of it. */
function Difference({ before, after }: { before: ShownContent | null; after: ShownContent }) {
  const t = useText(proceduresText);
  const lines = useLines();
  if (!before) return <Plain content={after} />;
  const was = new Map(lines(before));
  const changed = lines(after).filter(([label, value]) => was.get(label) !== value);
  return (
    <dl className="procedures-diff" aria-label={t.diff}>
      {changed.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <del>
              <span className="procedures-side">{t.before}</span> {was.get(label)}
            </del>
            <ins>
              <span className="procedures-side">{t.after}</span> {value}
            </ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}
