import type { QueueView } from '../../../src/cases/contract.ts';
import { useWords } from '../mechanism/words.ts';
import { LevelMark } from '../ui/LevelMark.tsx';
import { useText } from '../ui/lang.tsx';
import { DateTime } from '../ui/time.tsx';
import { deskText } from './texts.ts';

/** Cases of a compartment, as far as the pack lets the centre see them (DEC-19): number, level, state, whom to call. */
export function Stubs({ stubs }: { stubs: QueueView['stubs'] }) {
  const t = useText(deskText);
  const words = useWords();
  if (stubs.length === 0) return null;
  return (
    <section className="stubs">
      <h2>{words.compartment(stubs[0]?.compartment ?? '')}</h2>
      <p className="small muted">{t.stubsHelp}</p>
      <ul className="queue-list">
        {stubs.map((stub, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a stub may have no number to know it by
          <li key={at} className="queue-item">
            <LevelMark level={stub.level} {...(stub.level ? { mark: words.mark(stub.level) } : {})} />
            <div className="queue-body">
              <span className="strong">{stub.number ?? '—'}</span>
              <p className="queue-why">
                {stub.state && <span>{words.state(stub.state)}</span>}
                <a href={`tel:${stub.phone.replaceAll(/[^\d+]/g, '')}`}>{t.stubCall(stub.phone)}</a>
              </p>
            </div>
            <div className="queue-time">
              {stub.registeredAt && <DateTime at={stub.registeredAt} form="time" />}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
