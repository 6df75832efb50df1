import type { ReactNode } from 'react';
import { lazy, Suspense, useRef } from 'react';
import { usePick, useText } from '../../ui/lang.tsx';
import { useForm } from './context.ts';
import { FieldView } from './FieldView.tsx';
import type { Plan } from './progress.ts';
import { doneOf, isDone } from './progress.ts';
import { formText } from './texts.ts';

const Value = lazy(() => import('./ReadOut.tsx').then((module) => ({ default: module.Value })));

interface GroupProps {
  group: Plan['later'][number];
  open: boolean;
  onOpen: (open: boolean) => void;
  /** The answers were carried over from the last report: closed, they are shown. */
  carried: boolean;
  organisation: string;
  children?: ReactNode;
}

/** Fields that may follow: closed until wanted, so that what must be in now is all there is to see. */
export function Group({ group, open, onOpen, carried, organisation, children }: GroupProps) {
  const { pack, form, content } = useForm();
  const t = useText(formText);
  const pick = usePick();
  const done = doneOf(group.fields, content);
  // Once opened the controls stay, so that an upload or a half-typed time is not lost by closing.
  const opened = useRef(open);
  opened.current ||= open;
  const filled = group.fields.filter((field) => isDone(field, content));
  return (
    <div className="form-group">
      <details open={open} onToggle={(event) => onOpen(event.currentTarget.open)}>
        <summary>
          <h3>{t.groups[group.id]}</h3>
          <span className="group-state">{done === 0 ? t.empty : t.filled(done, group.fields.length)}</span>
        </summary>
        {opened.current && (
          <div className={`group-fields group-${group.id}`}>
            {group.fields.map((field) => (
              <FieldView key={field.id} field={field} />
            ))}
            {children}
          </div>
        )}
      </details>
      {carried && !open && filled.length > 0 && (
        <Suspense fallback={null}>
          <dl className="group-carried">
            {filled.map((field) => (
              <div key={field.id}>
                <dt>{pick(field.label)}</dt>
                <dd>
                  <Value
                    field={field}
                    brief
                    pack={pack}
                    content={content}
                    organisation={organisation}
                    files={form.attachments}
                  />
                </dd>
              </div>
            ))}
          </dl>
        </Suspense>
      )}
    </div>
  );
}
