import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useEffect, useRef } from 'react';
import { Button } from '../../ui/Button.tsx';
import { ToldList } from '../../ui/Dialog.tsx';
import { useText } from '../../ui/lang.tsx';
import { Note } from '../../ui/states.tsx';
import { DateTime } from '../../ui/time.tsx';
import { useParties } from '../parties.ts';
import { useForm } from './context.ts';
import type { PreviewInput } from './queries.ts';
import { previewQuery } from './queries.ts';
import { ReadOut } from './ReadOut.tsx';
import { formText } from './texts.ts';
import { isGravest } from './told.ts';

interface ReviewProps {
  organisation: string;
  preview: PreviewInput;
  /** Fields that differ from the last report; absent for an initial one. */
  changed?: ReadonlySet<string>;
  sending: boolean;
  offline: boolean;
  onBack: () => void;
  onSend: () => void;
  /** What stands between: an unknown outcome, a refusal. */
  trouble: ReactNode;
}

/** Everything as it will read, and who will be told, before the button works (face, principle 5). */
export function Review(props: ReviewProps) {
  const { organisation, preview, changed, sending, offline, onBack, onSend, trouble } = props;
  const { pack, form, content } = useForm();
  const t = useText(formText);
  const { previews } = useParties();
  const { data } = useQuery(previewQuery(preview));
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    window.scrollTo({ top: 0 });
  }, []);
  const gravest = isGravest(pack.levels, form.impactLevel);
  return (
    <div className="form-review">
      <h1 ref={heading} tabIndex={-1}>
        {t.step.title}
      </h1>
      <p className="lead">{t.step.lead}</p>
      {form.suspected && <Note>{t.suspected}</Note>}
      {form.channel !== 'web' && (
        <p>
          {t.behalf.channels[form.channel]}
          {form.toldAt.at && (
            <>
              　{t.behalf.toldAt} <DateTime at={form.toldAt.at} iso />
            </>
          )}
        </p>
      )}
      {changed && <p className="muted">{changed.size === 0 ? t.step.sameAll : t.step.changedOnly}</p>}
      <ReadOut
        pack={pack}
        content={content}
        organisation={organisation}
        files={form.attachments}
        {...(changed ? { changed } : {})}
      />
      <p className="muted">{t.step.unread}</p>
      <div className="review-told">
        <h2>{t.step.told}</h2>
        <ToldList told={data ? previews(data.onFiling) : undefined} />
        {data && data.onConfirmation.length > 0 && (
          <>
            <h2>{t.step.toldLater}</h2>
            <ToldList told={previews(data.onConfirmation)} />
          </>
        )}
      </div>
      {offline && <Note kind="late">{t.step.offline}</Note>}
      {trouble}
      <div className="form-actions">
        <Button kind="primary" busy={sending} onClick={onSend}>
          {sending ? t.step.sending : gravest ? t.step.sendA(form.impactLevel) : t.step.send}
        </Button>
        <Button onClick={onBack} disabled={sending}>
          {t.step.back}
        </Button>
      </div>
    </div>
  );
}
