import { useQuery } from '@tanstack/react-query';
import { usePageTitle } from '../app/title.ts';
import { ButtonLink } from '../ui/Button.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { providersQuery } from './queries.ts';
import { Frame } from './SignIn.tsx';
import { securityText } from './texts.ts';

/** Whoever cannot get in: whom to ring and what will happen. Asks for no name, so it can tell nobody whether one exists. */
export function LostKey() {
  const t = useText(securityText).lost;
  const pick = usePick();
  const { data } = useQuery(providersQuery);
  usePageTitle(t.title);
  const phone = data?.desk.phone;
  const call = phone && <a href={`tel:${phone.replaceAll(/[^\d+]/g, '')}`}>{phone}</a>;
  return (
    <Frame>
      <div className="page-head">
        <h1>{t.title}</h1>
        <p>{t.lead}</p>
      </div>
      <h2>{t.whom}</h2>
      <dl className="whom">
        <div>
          <dt>{t.administrator}</dt>
          <dd>{t.administratorHelp}</dd>
        </div>
        <div>
          <dt>{t.desk}</dt>
          <dd>
            {data && (
              <p className="whom-phone">
                {call} <span className="muted small">{pick(data.desk.name)}</span>
              </p>
            )}
            {t.deskHelp}
          </dd>
        </div>
      </dl>
      <h2>{t.next}</h2>
      <ol className="prose">
        {t.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <p className="prose">{t.fourEyes}</p>
      <h2>{t.stolen}</h2>
      <p className="prose">{t.stolenHelp}</p>
      <h2>{t.incident}</h2>
      <p className="prose">
        {t.incidentHelp} {call}
      </p>
      <ButtonLink to="/sign-in">{t.back}</ButtonLink>
    </Frame>
  );
}
