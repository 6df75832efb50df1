import type { SwapView } from '../../../src/directory/roster-contract.ts';
import { api } from '../api/client.ts';
import { Button } from '../ui/Button.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { ProblemMessage } from '../ui/states.tsx';
import { useRosterAct } from './queries.ts';
import { rosterText } from './texts.ts';
import { useSpanWords } from './Week.tsx';

/** Swaps that wait, with their buttons, then those before. */
export function Swaps({ swaps }: { swaps: readonly SwapView[] }) {
  const t = useText(rosterText);
  const waiting = swaps.filter((one) => one.state === 'asked');
  const before = swaps.filter((one) => one.state !== 'asked');
  return (
    <>
      {waiting.length > 0 && (
        <section>
          <h3>{t.swap.waiting}</h3>
          <ul className="roster-lines">
            {waiting.map((one) => (
              <SwapLine key={one.id} swap={one} />
            ))}
          </ul>
        </section>
      )}
      {before.length > 0 && (
        <details className="no-print">
          <summary>
            {t.swap.history} {before.length}
          </summary>
          <ul className="roster-lines">
            {before.map((one) => (
              <SwapLine key={one.id} swap={one} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** One swap, answered or taken back where it stands. */
export function SwapLine({ swap }: { swap: SwapView }) {
  const t = useText(rosterText);
  const pick = usePick();
  const words = useSpanWords();
  const { say } = useAnnouncer();
  const answer = useRosterAct<boolean>(async (agree) => {
    await api.post(`/swaps/${swap.id}/answer`, { agree });
    say(agree ? t.swap.agreed : t.swap.refused);
  });
  const back = useRosterAct(() => api.delete(`/swaps/${swap.id}`));
  const error = answer.error ?? back.error;
  return (
    <li>
      <span>
        {t.swap.line(pick(swap.person.name), words(swap.shift), pick(swap.other.name))}
        {swap.otherShift && `，${t.swap.returned(words(swap.otherShift))}`}
      </span>
      <span className="muted small">{t.swap.states[swap.state]}</span>
      {swap.note && <span className="muted small">{swap.note}</span>}
      {swap.mayAnswer && (
        <span className="roster-buttons no-print">
          <Button kind="primary" busy={answer.isPending} onClick={() => answer.mutate(true)}>
            {t.swap.agree}
          </Button>
          <Button busy={answer.isPending} onClick={() => answer.mutate(false)}>
            {t.swap.refuse}
          </Button>
        </span>
      )}
      {swap.mayWithdraw && (
        <Button kind="quiet" busy={back.isPending} onClick={() => back.mutate(undefined)}>
          {t.swap.withdraw}
        </Button>
      )}
      {error && <ProblemMessage error={error} />}
    </li>
  );
}
