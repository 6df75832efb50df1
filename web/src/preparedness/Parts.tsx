import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { CallView, PartView } from '../../../src/preparedness/contract.ts';
import { Button } from '../ui/Button.tsx';
import { Select } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { EmptyState, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { DateTime } from '../ui/time.tsx';
import { TaskState } from './Mine.tsx';
import { partsQuery, type Show } from './queries.ts';
import { preparednessText } from './texts.ts';

const SHOWS: readonly Show[] = ['all', 'unacknowledged', 'unsettled'];

interface PartsProps {
  view: CallView;
  /** Reminds one party; absent while that is under way. */
  onRemind: ((part: string) => void) | undefined;
}

/** Everybody the reader may see, by name: who has confirmed, what is done, whom to ring up. */
export function Parts({ view, onRemind }: PartsProps) {
  const t = useText(preparednessText);
  const navigate = useNavigate();
  const search: { show?: string } = useSearch({ strict: false });
  const show = SHOWS.find((one) => one === search.show) ?? 'all';
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    partsQuery(view.id, show),
  );
  const parts = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-labelledby="prep-parts">
      <div className="prep-parts-head">
        <h2 id="prep-parts">{t.parts}</h2>
        <div className="no-print">
          <Select
            label={t.show}
            value={show}
            onValue={(value) =>
              navigate({ to: '.', search: value === 'all' ? {} : { show: value }, replace: true })
            }
            options={SHOWS.map((one) => ({ value: one, label: t.shows[one] }))}
          />
        </div>
      </div>
      {error && !data ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : !data ? (
        <Skeleton lines={4} tall />
      ) : parts.length === 0 ? (
        <EmptyState title={t.noneShown}>{t.noneShownHelp}</EmptyState>
      ) : (
        <ul className="prep-list">
          {parts.map((part) => (
            <Part key={part.id} part={part} view={view} onRemind={onRemind} />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.more}
        </Button>
      )}
    </section>
  );
}

function Part({ part, view, onRemind }: PartsProps & { part: PartView }) {
  const t = useText(preparednessText);
  const c = useText(commonText);
  const pick = usePick();
  const titles = new Map(view.steps.map((step) => [step.id, pick(step.title)]));
  const name = part.group ? pick(part.group.name) : pick(part.organisation.name);
  return (
    <li className="prep-part">
      <div className="prep-what">
        <h3>{name}</h3>
        <p className="small">
          {part.acknowledgedAt ? (
            <span className="muted">
              {t.acknowledged}　{pick(part.acknowledgedBy)} <DateTime at={part.acknowledgedAt} form="short" />
            </span>
          ) : (
            <strong>{t.notYet}</strong>
          )}
          {part.reminders > 0 && part.remindedAt && (
            <span className="muted">
              {c.separator}
              {t.reminders(part.reminders)} <DateTime at={part.remindedAt} form="short" />
            </span>
          )}
        </p>
        {part.unreached && (
          <p className="small late">
            <strong>{t.unreached}</strong>　{t.unreachedHelp}
          </p>
        )}
        {part.phone && part.may.includes('remind') && (
          <p className="small">
            {t.phone} <a href={`tel:${part.phone}`}>{part.phone}</a>
          </p>
        )}
        <ul className="prep-part-tasks">
          {part.tasks.map((task) => (
            <li key={task.step} className={`prep-task-${task.state}`}>
              <span>{titles.get(task.step) ?? ''}</span>
              <TaskState task={task} />
            </li>
          ))}
        </ul>
      </div>
      {part.may.includes('remind') && (
        <div className="prep-acts no-print">
          <Button
            kind="quiet"
            aria-label={t.remindOneOf(name)}
            busy={!onRemind}
            onClick={() => onRemind?.(part.id)}
          >
            {t.remindOne}
          </Button>
        </div>
      )}
    </li>
  );
}
