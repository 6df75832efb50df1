import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { z } from 'zod';
import type { alarmList } from '../../../src/watch/contract.ts';
import { api } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { Button } from '../ui/Button.tsx';
import { useText } from '../ui/lang.tsx';
import { Note, ProblemMessage } from '../ui/states.tsx';
import { DateTime } from '../ui/time.tsx';
import { deskText } from './texts.ts';

type Alarm = z.infer<typeof alarmList>['items'][number];

const alarmsQuery = queryOptions({
  queryKey: ['alarms'],
  queryFn: () => api.get<z.infer<typeof alarmList>>('/alarms'),
  refetchInterval: 15_000,
  retry: false,
});

/** What the auditor found wrong and nobody has seen to yet (FLT-13). Nothing while all is well. */
export function Alarms() {
  const t = useText(deskText).alarms;
  const { data } = useQuery(alarmsQuery);
  if (!data || data.items.length === 0) return null;
  return (
    <section className="alarms" aria-label={t.label} role="status">
      <Note kind="late">
        <ul>
          {data.items.map((alarm) => (
            <AlarmLine key={alarm.id} alarm={alarm} />
          ))}
        </ul>
      </Note>
    </section>
  );
}

function AlarmLine({ alarm }: { alarm: Alarm }) {
  const t = useText(deskText).alarms;
  const settle = useMutation({
    mutationFn: () => api.post(`/alarms/${alarm.id}/settle`, {}),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: alarmsQuery.queryKey }),
  });
  const what = t.kinds[alarm.kind](alarm.number);
  return (
    <li>
      <strong>
        {alarm.caseId && alarm.number ? (
          <Link to="/cases/$caseId" params={{ caseId: alarm.caseId }}>
            {what}
          </Link>
        ) : (
          what
        )}
      </strong>{' '}
      <span className="small">
        <DateTime at={alarm.seenAt} form="time" />
        {alarm.times > 1 && ` ${t.times(alarm.times)}`}
        {alarm.kind === 'case-differs' && ` ${alarm.repairedAt ? t.repaired : t.notRepaired}`}
      </span>{' '}
      <Button
        className="btn-small"
        busy={settle.isPending}
        aria-label={`${t.settle}：${what}`}
        onClick={() => settle.mutate()}
      >
        {t.settle}
      </Button>
      {settle.isError && <ProblemMessage error={settle.error} />}
    </li>
  );
}
