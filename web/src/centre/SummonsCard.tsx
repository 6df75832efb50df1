import { useQuery } from '@tanstack/react-query';
import { Mine } from './Mine.tsx';
import { activationQuery, centreQuery } from './queries.ts';
import './centre.css';

/**
 * The summons this reader has not answered, where the link of its mail leads: one tap there, one on the answer. Nothing for
 * everybody else.
 */
export function SummonsCard() {
  const { data } = useQuery({ ...centreQuery, refetchInterval: false });
  const asked = data?.activations.find((one) => one.active && one.asked);
  return asked ? <Card id={asked.id} /> : null;
}

function Card({ id }: { id: string }) {
  const { data: view } = useQuery(activationQuery(id));
  return view ? <Mine view={view} /> : null;
}
