import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useEffect, useRef } from 'react';
import type { ToldParty } from '../../../../src/cases/contract.ts';
import { Button } from '../../ui/Button.tsx';
import { useText } from '../../ui/lang.tsx';
import { Note, Skeleton } from '../../ui/states.tsx';
import { commonText } from '../../ui/texts.ts';
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
        compact
        {...(changed ? { changed } : {})}
      />
      <ToldSection title={t.step.told} told={data?.onFiling} />
      {data && data.onConfirmation.length > 0 && (
        <ToldSection title={t.step.toldLater} told={data.onConfirmation} />
      )}
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

/** Whom the report will reach, by name. */
function ToldSection({ title, told }: { title: string; told: readonly ToldParty[] | undefined }) {
  const c = useText(commonText);
  const { previews } = useParties();
  return (
    <section className="told">
      <h2>
        {title}
        {told && <small>{c.told.count(told.length)}</small>}
      </h2>
      {!told ? (
        <Skeleton lines={2} />
      ) : (
        <ul>
          {previews(told).map((one, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: one body may be told in two capacities
            <li key={at} className={one.urgent ? 'urgent' : ''}>
              <span>{one.name}</span>
              {one.capacity && <small>{one.capacity}</small>}
              {one.warning && <small className="late">{one.warning}</small>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
