import { useState } from 'react';
import type { ActivationView, SummonsView } from '../../../src/centre/contract.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { ChoiceGroup, TextField } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { ProblemMessage } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { Countdown, DateTime } from '../ui/time.tsx';
import { may } from './may.ts';
import { useCentreAct } from './queries.ts';
import { centreText } from './texts.ts';

/** Everybody summoned: who has not answered first, with the number to ring. */
export function SummonsList({ view }: { view: ActivationView }) {
  const t = useText(centreText);
  const [recording, setRecording] = useState<SummonsView | null>(null);
  const silent = view.summons.filter((one) => one.answer === null).length;
  return (
    <section aria-labelledby="summons">
      <h2 id="summons">
        {t.summons.title}{' '}
        <small className={silent > 0 ? 'centre-late' : ''}>
          {silent > 0 ? t.unanswered(silent) : t.allAnswered}
        </small>
      </h2>
      <ul className="centre-list">
        {view.summons.map((one) => (
          <Row
            key={one.post.id}
            one={one}
            onRecord={view.active && may(view, 'run-centre') && !one.mine ? () => setRecording(one) : null}
          />
        ))}
      </ul>
      {recording && <Record view={view} one={recording} onClose={() => setRecording(null)} />}
    </section>
  );
}

function Row({ one, onRecord }: { one: SummonsView; onRecord: (() => void) | null }) {
  const t = useText(centreText);
  const c = useText(commonText);
  const pick = usePick();
  const { answer } = one;
  // Who serves behind a wall is named behind it only.
  const named = one.holders.map((person) => pick(person.name)).filter((name) => name !== '—');
  const holders = one.holders.length === 0 ? t.summons.nobody : named.join(c.separator);
  return (
    <li className={answer === null && one.late ? 'centre-row-late' : ''}>
      <span className="centre-answer-mark" data-answer={answer?.answer ?? 'none'}>
        {answer ? t.answers[answer.answer] : t.answers.none}
      </span>
      <span className="centre-grow">
        <strong>{pick(one.post.name)}</strong>
        <span className="centre-quiet">
          {t.summons.parts[one.part]}
          {holders && c.separator}
          {holders}
          {answer ? (
            <>
              {c.separator}
              <DateTime at={answer.at} />
              {answer.eta && (
                <>
                  {c.separator}
                  {t.mine.eta} <DateTime at={answer.eta} />
                </>
              )}
              {answer.note && `${c.separator}${answer.note}`}
              {answer.recorded && `${c.separator}${t.summons.recorded}`}
            </>
          ) : (
            <>
              {c.separator}
              <Countdown due={one.answerBy} short />
            </>
          )}
          {one.present > 0 && `${c.separator}${t.stations.inNow}`}
        </span>
      </span>
      {answer === null && one.phone && (
        <a href={`tel:${one.phone}`}>
          {t.summons.call} {one.phone}
        </a>
      )}
      {onRecord && (
        <Button kind="quiet" onClick={onRecord} aria-label={`${t.summons.record} ${pick(one.post.name)}`}>
          {t.summons.record}
        </Button>
      )}
    </li>
  );
}

function Record({ view, one, onClose }: { view: ActivationView; one: SummonsView; onClose: () => void }) {
  const t = useText(centreText);
  const pick = usePick();
  const act = useCentreAct(view.id);
  const [answer, setAnswer] = useState<string | null>(null);
  const [note, setNote] = useState('');
  return (
    <Dialog
      open
      onClose={onClose}
      title={`${t.summons.record}　${pick(one.post.name)}`}
      dirty={note !== ''}
      actions={
        <Button
          kind="primary"
          busy={act.isPending}
          disabled={answer === null}
          onClick={() =>
            act.mutate(
              { act: 'answer-summons', post: one.post.id, answer: answer as 'coming', eta: null, note },
              { onSuccess: onClose },
            )
          }
        >
          {t.summons.record}
        </Button>
      }
    >
      <ChoiceGroup
        label={t.mine.asked}
        value={answer}
        onValue={setAnswer}
        choices={(['coming', 'remote', 'deputy', 'cannot'] as const).map((value) => ({
          value,
          label: t.answers[value],
        }))}
      />
      <TextField label={t.mine.note} maxLength={500} value={note} onValue={setNote} />
      {act.error && <ProblemMessage error={act.error} />}
    </Dialog>
  );
}
