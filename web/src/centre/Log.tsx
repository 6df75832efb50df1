import { useState } from 'react';
import type { ActivationView, CentreEvent } from '../../../src/centre/contract.ts';
import type { Bilingual } from '../../../src/locales/index.ts';
import { newKey } from '../api/client.ts';
import { Button } from '../ui/Button.tsx';
import { TextArea } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { ProblemMessage } from '../ui/states.tsx';
import { Timeline } from '../ui/Timeline.tsx';
import { commonText } from '../ui/texts.ts';
import { may } from './may.ts';
import { useCentreAct } from './queries.ts';
import type { CentreText } from './texts.ts';
import { centreText } from './texts.ts';

/** The centre's log, newest first, and the line to write the next one. */
export function Log({ view }: { view: ActivationView }) {
  const t = useText(centreText);
  const pick = usePick();
  const act = useCentreAct(view.id);
  const [text, setText] = useState('');
  const [id, setId] = useState(newKey);
  const send = (): void => {
    if (text.trim() === '') return;
    act.mutate(
      { act: 'log', id, text: text.trim() },
      {
        onSuccess: () => {
          setText('');
          setId(newKey());
        },
      },
    );
  };
  return (
    <div>
      <h2>{t.log.title}</h2>
      {view.active && may(view, 'log') && (
        <div className="centre-write">
          <TextArea
            label={t.log.write}
            help={t.log.placeholder}
            rows={2}
            maxLength={5000}
            value={text}
            onValue={setText}
          />
          <Button busy={act.isPending} disabled={text.trim() === ''} onClick={send}>
            {t.log.send}
          </Button>
          {act.error && <ProblemMessage error={act.error} />}
        </div>
      )}
      {view.log.length === 0 ? (
        <p className="centre-none">{t.log.none}</p>
      ) : (
        <Timeline
          label={t.log.title}
          entries={[...view.log].reverse().map((one) => ({
            key: one.id,
            at: one.at,
            tone: 'plain',
            title: <strong>{one.person ? pick(one.person.name) : ''}</strong>,
            body: <p className="centre-text">{one.text}</p>,
          }))}
        />
      )}
    </div>
  );
}

/** What happened, as one sentence. */
export function eventSentence(event: CentreEvent, t: CentreText, pick: (text: Bilingual) => string): string {
  const about = event.about as {
    level?: string;
    number?: string;
    count?: number;
    of?: Bilingual;
    answer?: keyof CentreText['answers'];
    ordinal?: number;
    to?: 'normal' | 'emergency';
  };
  const of = about.of ? pick(about.of) : '';
  switch (event.kind) {
    case 'activated':
      return t.events.activated(about.level ?? '');
    case 'case-joined':
    case 'case-crossed':
      return t.events[event.kind](about.number ?? '');
    case 'summoned':
      return t.events.summoned(about.count ?? 0);
    case 'summons-answered':
      return t.events['summons-answered'](of, t.answers[about.answer ?? 'none']);
    case 'checked-in':
    case 'checked-out':
    case 'shift-planned':
      return t.events[event.kind](of);
    case 'situation-report-drafted':
    case 'situation-report-approved':
    case 'situation-report-declined':
      return t.events[event.kind](about.ordinal ?? 0);
    case 'mode-switched':
      return t.events['mode-switched'][about.to ?? 'normal'];
    default: {
      const plain = t.events[event.kind as keyof CentreText['events']];
      return typeof plain === 'string' ? plain : event.kind;
    }
  }
}

/** Everything that happened, newest first. */
export function Events({ view, all = false }: { view: ActivationView; all?: boolean }) {
  const t = useText(centreText);
  const c = useText(commonText);
  const pick = usePick();
  const events = all ? view.events : view.events.slice(-30).reverse();
  return (
    <div>
      <h2>{t.review.events}</h2>
      <Timeline
        label={t.review.events}
        entries={events.map((event) => ({
          key: String(event.seq),
          at: event.at,
          tone: event.kind === 'activated' || event.kind === 'stood-down' ? 'grave' : 'plain',
          title: (
            <>
              <strong>{eventSentence(event, t, pick)}</strong>
              <span className="centre-who">
                {event.person ? pick(event.person.name) : t.events.system}
                {event.post && `${c.separator}${pick(event.post.name)}`}
              </span>
            </>
          ),
          body: event.about['text'] ? (
            <p className="centre-text">{String(event.about['text'])}</p>
          ) : undefined,
        }))}
      />
    </div>
  );
}
