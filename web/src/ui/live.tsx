import type { ReactNode } from 'react';
import { createContext, use, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useText } from './lang.tsx';
import { commonText } from './texts.ts';

interface Said {
  id: number;
  /** What has happened. */
  text: ReactNode;
  /** What happens next; every act ends in such a sentence (face, principle 1). */
  next?: ReactNode;
  tone: 'done' | 'late';
}

interface Announcer {
  /** Shows a sentence about what was just done and reads it out; it stays a while, or until closed. */
  say: (text: ReactNode, more?: { next?: ReactNode; tone?: Said['tone'] }) => void;
  /** Reads something out without showing it, e.g. "3 results". */
  whisper: (text: string) => void;
}

const AnnouncerContext = createContext<Announcer>({ say: () => undefined, whisper: () => undefined });

/** How long a sentence stays, in milliseconds; what is late stays until it is closed. */
const STAYS = 20_000;

/** Holds the two live regions of the page: one seen and heard, one only heard. */
export function AnnouncerProvider({ children }: { children: ReactNode }) {
  const t = useText(commonText);
  const [said, setSaid] = useState<Said | null>(null);
  const [whispered, setWhispered] = useState('');
  const count = useRef(0);
  const say = useCallback<Announcer['say']>((text, more) => {
    count.current += 1;
    setSaid({ id: count.current, text, next: more?.next, tone: more?.tone ?? 'done' });
  }, []);
  useEffect(() => {
    if (!said || said.tone === 'late') return;
    // Long enough to be read twice; what was said stands in the record anyway.
    const wait = setTimeout(() => setSaid((now) => (now?.id === said.id ? null : now)), STAYS);
    return () => clearTimeout(wait);
  }, [said]);
  const announcer = useMemo(() => ({ say, whisper: setWhispered }), [say]);
  return (
    <AnnouncerContext value={announcer}>
      {children}
      <div className="visually-hidden" aria-live="polite">
        {whispered}
      </div>
      <div className="said-region" role="status" aria-live="polite">
        {said && (
          <div className={`said said-${said.tone}`} key={said.id}>
            <div>
              <p>{said.text}</p>
              {said.next && (
                <p className="said-next">
                  <strong>{t.next}</strong> {said.next}
                </p>
              )}
            </div>
            <button type="button" className="said-close" onClick={() => setSaid(null)}>
              {t.close}
            </button>
          </div>
        )}
      </div>
    </AnnouncerContext>
  );
}

/** `const { say } = useAnnouncer()` */
export function useAnnouncer(): Announcer {
  return use(AnnouncerContext);
}
