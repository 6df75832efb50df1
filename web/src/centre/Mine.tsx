import { useState } from 'react';
import type { ActivationView, SummonsView } from '../../../src/centre/contract.ts';
import { Button } from '../ui/Button.tsx';
import { TextField } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { serverNow } from '../ui/server-clock.ts';
import { ProblemMessage } from '../ui/states.tsx';
import { Countdown, DateTime } from '../ui/time.tsx';
import { may } from './may.ts';
import { useCentreAct } from './queries.ts';
import { centreText } from './texts.ts';

const ANSWERS = ['coming', 'remote', 'deputy', 'cannot'] as const;
/** Offered beside "coming", in minutes from now. */
const ETAS = [15, 30, 60, 120];

/** What is asked of this reader: one tap to open the page, one to answer; then arriving and leaving. */
export function Mine({ view }: { view: ActivationView }) {
  const t = useText(centreText);
  const act = useCentreAct(view.id);
  const asked = view.summons.filter((one) => one.mine);
  if (!view.active || (asked.length === 0 && !may(view, 'check-in'))) return null;
  return (
    <section className="centre-mine" aria-labelledby="mine">
      <h2 id="mine">{asked.length > 0 ? t.mine.title : t.stations.title}</h2>
      {asked.map((one) => (
        <Answer key={one.post.id} view={view} summons={one} />
      ))}
      <div className="centre-row">
        {view.here ? (
          <>
            <strong>{t.mine.here}</strong>
            <Button busy={act.isPending} onClick={() => act.mutate({ act: 'check-out' })}>
              {t.mine.checkOut}
            </Button>
          </>
        ) : (
          <>
            <Button busy={act.isPending} onClick={() => act.mutate({ act: 'check-in', remote: false })}>
              {t.mine.checkIn}
            </Button>
            <Button
              kind="quiet"
              busy={act.isPending}
              onClick={() => act.mutate({ act: 'check-in', remote: true })}
            >
              {t.mine.checkInRemote}
            </Button>
          </>
        )}
      </div>
      {act.error && <ProblemMessage error={act.error} />}
    </section>
  );
}

function Answer({ view, summons }: { view: ActivationView; summons: SummonsView }) {
  const t = useText(centreText);
  const pick = usePick();
  const act = useCentreAct(view.id);
  const [changing, setChanging] = useState(false);
  const [note, setNote] = useState('');
  const [eta, setEta] = useState<number | null>(null);
  const answer = (kind: (typeof ANSWERS)[number]): void =>
    act.mutate(
      {
        act: 'answer-summons',
        post: summons.post.id,
        answer: kind,
        eta: eta === null ? null : new Date(serverNow() + eta * 60_000).toISOString(),
        note: note.trim(),
      },
      { onSuccess: () => setChanging(false) },
    );
  if (summons.answer && !changing) {
    const { answer: given, eta: expected, note: said, at } = summons.answer;
    return (
      <p className="centre-row">
        <span>
          {pick(summons.post.name)}　{t.mine.answered}　<strong>{t.answers[given]}</strong>　
          <DateTime at={at} />
          {expected && (
            <>
              　{t.mine.eta} <DateTime at={expected} />
            </>
          )}
          {said && `　${said}`}
        </span>
        <Button kind="quiet" onClick={() => setChanging(true)}>
          {t.mine.change}
        </Button>
      </p>
    );
  }
  return (
    <div className="centre-answer">
      <p>
        {pick(summons.post.name)}　{t.mine.asked}　<Countdown due={summons.answerBy} />
      </p>
      <div className="centre-answers">
        {ANSWERS.map((kind) => (
          <Button
            key={kind}
            kind={kind === 'coming' ? 'primary' : 'plain'}
            wide
            busy={act.isPending}
            onClick={() => answer(kind)}
          >
            {t.answers[kind]}
          </Button>
        ))}
      </div>
      <details>
        <summary>{t.mine.eta}</summary>
        <fieldset className="centre-row">
          <legend className="visually-hidden">{t.mine.eta}</legend>
          {ETAS.map((minutes) => (
            <label key={minutes} className="centre-eta">
              <input
                type="radio"
                name={`eta-${summons.post.id}`}
                checked={eta === minutes}
                onChange={() => setEta(minutes)}
              />
              {t.mine.etaIn(minutes)}
            </label>
          ))}
        </fieldset>
        <TextField label={t.mine.note} maxLength={500} value={note} onValue={setNote} />
      </details>
      {act.error && <ProblemMessage error={act.error} />}
    </div>
  );
}
