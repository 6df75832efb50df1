import { queryOptions, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type {
  RehearsalParty,
  RehearsalPerson,
  RehearsalPost,
  RehearsalView,
} from '../../../src/cases/rehearsal-contract.ts';
import { api } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { packQuery } from '../api/queries.ts';
import { usePageTitle } from '../app/title.ts';
import { caseText } from '../cases/texts.ts';
import type { OrganisationList } from '../directory/queries.ts';
import { ComboBox, type ComboOption } from '../ui/ComboBox.tsx';
import { ChoiceGroup } from '../ui/fields.tsx';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { EmptyState, Note, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { DateTime } from '../ui/time.tsx';
import { laddersText } from './texts.ts';
import './ladders.css';

const rehearsalQuery = (organisationId: string, level: string) =>
  queryOptions({
    queryKey: ['ladders', organisationId, level],
    queryFn: () => api.get<RehearsalView>('/ladders/rehearsal', { organisationId, level }),
    enabled: organisationId !== '' && level !== '',
    // A rehearsal shows who is there at this moment; what was there a minute ago is not shown for it.
    staleTime: 0,
  });

/** Who would be told if nobody answered, drawn with the people who hold the posts now. */
export function Ladders() {
  const t = useText(laddersText);
  const pick = usePick();
  usePageTitle(t.title);
  const search: Record<string, string | undefined> = useSearch({ strict: false });
  const navigate = useNavigate();
  const { data: pack } = useQuery(packQuery);
  const { organisation = '', level = '' } = search;
  const { data: view, error, refetch, isFetching } = useQuery(rehearsalQuery(organisation, level));
  const go = (next: Record<string, string | undefined>): void => {
    void navigate({ to: '/ladders', search: { ...search, ...next }, replace: true });
  };
  const chosen: ComboOption | null = organisation
    ? { id: organisation, label: view?.organisation.id === organisation ? pick(view.organisation.name) : '…' }
    : null;
  const isForbidden = error instanceof Problem && error.status === 403;
  return (
    <main className="page ladders" id="main" tabIndex={-1} data-density="desk">
      <header className="page-head">
        <h1>{t.title}</h1>
        <p>{t.lead}</p>
      </header>
      <div className="ladders-form no-print">
        <ComboBox
          label={t.organisation}
          value={chosen}
          onValue={(option) => go({ organisation: option?.id ?? '' })}
          load={async (q) => {
            const found = await api.get<OrganisationList>(
              '/organisations',
              q === '' ? { limit: 12 } : { q, limit: 12 },
            );
            return found.items.map((row) => ({ id: row.id, label: pick(row.name), detail: row.code }));
          }}
        />
        <ChoiceGroup
          label={t.level}
          value={level}
          onValue={(value) => go({ level: value })}
          choices={[...(pack?.levels ?? [])]
            .sort((a, b) => b.rank - a.rank)
            .map((one) => ({ value: one.id, label: pick(one.label) }))}
        />
      </div>
      {isForbidden ? (
        <Note kind="late">{t.forbidden}</Note>
      ) : error && !view ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : view ? (
        <Rehearsal view={view} mark={pack?.levels.find((one) => one.id === view.level)?.mark ?? 'outline'} />
      ) : isFetching ? (
        <Skeleton lines={10} />
      ) : (
        <EmptyState title={t.choose}>{t.chooseHelp}</EmptyState>
      )}
    </main>
  );
}

type Mark = Parameters<typeof LevelMark>[0]['mark'];

function Rehearsal({ view, mark }: { view: RehearsalView; mark: Mark }) {
  const t = useText(laddersText);
  const c = useText(commonText);
  const pick = usePick();
  const { vacant, unreachable } = view.gaps;
  return (
    <div aria-live="polite">
      <p className="ladders-about">
        <LevelMark level={view.level} mark={mark} size="l" />
        <strong>{pick(view.organisation.name)}</strong>
        <span className="muted">
          {t.asOf} <DateTime at={view.now} form="short" />
        </span>
      </p>
      <section className="ladders-gaps" aria-labelledby="ladders-gaps">
        <h2 id="ladders-gaps">{t.gaps.title}</h2>
        {vacant + unreachable === 0 ? (
          <p>{t.gaps.none}</p>
        ) : (
          <p className="gap">
            {c.list([
              ...(vacant > 0 ? [t.gaps.vacant(vacant)] : []),
              ...(unreachable > 0 ? [t.gaps.unreachable(unreachable)] : []),
            ])}
          </p>
        )}
      </section>
      {view.stages.map((stage) => (
        <section key={stage.event} className="ladders-stage" aria-labelledby={`stage-${stage.event}`}>
          <h2 id={`stage-${stage.event}`}>
            {t.stages[stage.event]}
            {stage.event !== 'confirmed' && (
              <span className="stage-time">
                <DateTime at={stage.at} form="time" />
              </span>
            )}
          </h2>
          {stage.event === 'confirmed' && <p className="muted small">{t.confirmedHelp}</p>}
          {stage.parties.length === 0 ? (
            <p className="muted">{t.nobodyTold}</p>
          ) : (
            <ul className="ladder-cards">
              {stage.parties.map((party) => (
                <Party key={`${party.told.post.id} ${party.route}`} party={party} at={stage.at} />
              ))}
            </ul>
          )}
        </section>
      ))}
    </div>
  );
}

function Party({ party, at }: { party: RehearsalParty; at: string }) {
  const t = useText(laddersText);
  const c = useText(commonText);
  const cases = useText(caseText);
  const pick = usePick();
  const { told, ladder, rungs } = party;
  return (
    <li className="ladder-card">
      <h3>
        {pick(told.post.organisation.name)}
        <span className="ladder-post">{pick(told.post.name)}</span>
      </h3>
      <p className="muted small">{c.list(party.capacities.map((capacity) => cases.capacities[capacity]))}</p>
      <ol className="ladder-rungs">
        <li>
          <RungHead rung={1} at={at} minutes={0} />
          <People people={told.people} isVacant={told.vacant} />
        </li>
        {rungs.map((rung) => (
          <li key={rung.rung}>
            <RungHead rung={rung.rung} at={rung.at} minutes={Math.round(rung.after / 60)} />
            {rung.people.length > 0 && <People people={rung.people} isVacant={false} />}
            {rung.posts.map((post) => (
              <Post key={post.post.id} told={post} />
            ))}
            {rung.people.length + rung.posts.length === 0 && <p className="muted">{t.gaps.empty}</p>}
          </li>
        ))}
      </ol>
      {!ladder && <p className="muted small">{t.noLadder}</p>}
      {ladder?.note && <p className="muted small">{pick(ladder.note)}</p>}
    </li>
  );
}

function RungHead({ rung, at, minutes }: { rung: number; at: string; minutes: number }) {
  const t = useText(laddersText);
  return (
    <p className="rung-head">
      <span>{t.rung(rung)}</span> <DateTime at={at} form="time" />{' '}
      <span className="muted">{t.after(minutes)}</span>
    </p>
  );
}

function Post({ told }: { told: RehearsalPost }) {
  const t = useText(laddersText);
  const pick = usePick();
  return (
    <div className="rung-post">
      <p>
        <span className="muted">{t.toPosts}</span> {pick(told.post.organisation.name)}{' '}
        <strong>{pick(told.post.name)}</strong>
      </p>
      <People people={told.people} isVacant={told.vacant} />
    </div>
  );
}

function People({ people, isVacant }: { people: readonly RehearsalPerson[]; isVacant: boolean }) {
  const t = useText(laddersText);
  if (people.length === 0) return <p className="gap">{t.gaps.nobody}</p>;
  return (
    <>
      {isVacant && <p className="gap">{t.gaps.post}</p>}
      <ul className="rung-people">
        {people.map((person, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a fixed order, and namesakes exist
          <Person key={at} person={person} standsIn={isVacant} />
        ))}
      </ul>
    </>
  );
}

function Person({ person, standsIn }: { person: RehearsalPerson; standsIn: boolean }) {
  const t = useText(laddersText);
  const c = useText(commonText);
  const pick = usePick();
  const ready = person.ways.filter((way) => way.state === 'ready').map((way) => t.channels[way.channel]);
  const missing = person.ways
    .filter((way) => way.state === 'no-address' && way.channel !== 'push')
    .map((way) => t.gaps.noAddress[way.channel]);
  const quiet = [
    ...person.ways
      .filter((way) => way.state === 'no-address' && way.channel === 'push')
      .map(() => t.gaps.noAddress.push),
    ...person.ways
      .filter((way) => way.state === 'not-set-up')
      .map((way) => t.gaps.notSetUp(t.channels[way.channel])),
  ];
  return (
    <li>
      <span className="person-name">{person.name ? pick(person.name) : t.nameless}</span>
      {person.duty && <span className="person-duty">{t.duty[person.duty]}</span>}
      {person.acting && <span className="muted">{t.acting}</span>}
      {standsIn && <span className="muted">{t.standsIn}</span>}
      <span className="person-ways">{c.list(ready)}</span>
      {missing.length > 0 && <span className="gap">{c.list(missing)}</span>}
      {quiet.length > 0 && <span className="muted small">{c.list(quiet)}</span>}
    </li>
  );
}
