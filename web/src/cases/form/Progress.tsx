import type { FormField, Pack } from '../../../../src/mechanism/pack.ts';
import { usePick, useText } from '../../ui/lang.tsx';
import { Elapsed } from '../../ui/time.tsx';
import { labelOf, useForm } from './context.ts';
import type { GroupId, Plan } from './progress.ts';
import { doneOf, isDone } from './progress.ts';
import { formText } from './texts.ts';
import { useSession } from './useSession.ts';

interface ProgressProps {
  plan: Plan;
  onGo: (part: GroupId | null, control: string) => void;
}

/** Beside the form: what is in, what may follow, how long since awareness, and the other ways to report. */
export function Progress({ plan, onGo }: ProgressProps) {
  const { form, content, pack } = useForm();
  const t = useText(formText);
  const pick = usePick();
  const session = useSession();
  const desk = session?.desk;
  const words = (field: FormField, done: boolean): string => {
    const label = labelOf(field, pick, t.callBack, true);
    return field.id === 'impactLevel' && done
      ? `${label}　${t.proposed(levelName(pack, form.impactLevel))}`
      : label;
  };
  return (
    <aside className="form-progress" aria-label={t.progress}>
      <h2>{t.progress}</h2>
      {plan.now.length > 0 && (
        <ul>
          {plan.now.map((field) => (
            <Item
              key={field.id}
              done={isDone(field, content)}
              label={words(field, isDone(field, content))}
              onGo={() => onGo(null, field.id)}
            />
          ))}
        </ul>
      )}
      <ul className="progress-later">
        {plan.later.map((group) => {
          const done = doneOf(group.fields, content);
          const count = group.fields.length > 1 ? `　${done}／${group.fields.length}` : '';
          return (
            <Item
              key={group.id}
              done={done === group.fields.length}
              label={t.groups[group.id] + count}
              onGo={() => onGo(group.id, group.fields[0]?.id ?? '')}
            />
          );
        })}
      </ul>
      {form.aware.at && (
        <p className="progress-clock">
          {t.awareSince} <Elapsed since={form.aware.at} className="strong" />
        </p>
      )}
      {desk && (
        <p className="progress-ways">
          {t.offlineWays}：{t.ways(desk.phone, desk.fax, desk.email)}
          {t.deliver(pick(desk.address))}
        </p>
      )}
    </aside>
  );
}

function levelName(pack: Pack, id: string): string {
  return pack.levels.some((level) => level.id === id) ? id : '';
}

interface ItemProps {
  done: boolean;
  label: string;
  onGo: () => void;
}

function Item({ done, label, onGo }: ItemProps) {
  const t = useText(formText);
  return (
    <li className={done ? 'done' : ''}>
      <span aria-hidden="true">{done ? '✓' : '・'}</span>
      <button type="button" onClick={onGo}>
        {label}
        <span className="visually-hidden">（{done ? t.progressDone : t.progressOpen}）</span>
      </button>
    </li>
  );
}
