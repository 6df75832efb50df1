import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useText } from '../ui/lang.tsx';
import { callsQuery } from './queries.ts';
import { preparednessText } from './texts.ts';

/** On one's first page: calls that wait for one's answer, each a way there. Nothing when none does. */
export function Asked() {
  const t = useText(preparednessText);
  const { data } = useInfiniteQuery(callsQuery);
  const waiting = data?.pages.flatMap((page) => page.items).filter((row) => row.asksMe > 0) ?? [];
  return waiting.map((row) => (
    <p className="home-waiting" key={row.id}>
      <Link to="/preparedness/$callId" params={{ callId: row.id }}>
        {t.askedHome(row.reason)}
      </Link>
    </p>
  ));
}
