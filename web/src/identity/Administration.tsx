import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { OrganisationView } from '../../../src/directory/contract.ts';
import type { Bilingual } from '../../../src/locales/index.ts';
import { Problem } from '../api/problem.ts';
import { sessionQuery } from '../api/queries.ts';
import { usePageTitle } from '../app/title.ts';
import { LooksPanel } from '../cases/Looks.tsx';
import { Channels } from '../delivery/Channels.tsx';
import { organisationQuery } from '../directory/queries.ts';
import { TextField } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { EmptyState, NotForYou, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { PersonLine } from './PersonLine.tsx';
import { Recoveries } from './Recoveries.tsx';
import { securityText } from './texts.ts';
import './sign-in.css';

export interface Person {
  id: string;
  name: Bilingual;
  title: string;
  email: string | null;
  posts: Bilingual[];
}

/** Everybody a body's page names, once, with the posts he holds there. */
function peopleOf(view: OrganisationView): Person[] {
  const people = new Map<string, Person>();
  const meet = (one: { personId: string; name: Bilingual; title: string; email?: string | null }): Person => {
    const known = people.get(one.personId);
    const person = known ?? { id: one.personId, name: one.name, title: one.title, email: null, posts: [] };
    person.email ??= one.email ?? null;
    people.set(person.id, person);
    return person;
  };
  for (const post of view.posts) for (const holder of post.holders) meet(holder).posts.push(post.name);
  for (const contact of view.contacts) meet(contact);
  for (const member of view.team) meet(member);
  return [...people.values()];
}

/** An administrator's page: who of his body can sign in and how, and what he can do for them. */
export function Administration() {
  const t = useText(securityText).admin;
  const search: { body?: string } = useSearch({ strict: false });
  const { data: session } = useQuery(sessionQuery);
  const own = session?.posts.find((post) => post.role === 'administrator');
  usePageTitle(t.title);
  if (!session || !own) {
    return (
      <main className="page page-narrow" id="main" tabIndex={-1} data-density="visit">
        <NotForYou />
      </main>
    );
  }
  return (
    <main className="page administration" id="main" tabIndex={-1} data-density="desk">
      <div className="page-head">
        <h1>{t.title}</h1>
        <p>{t.lead}</p>
      </div>
      <Recoveries me={session.person.id} />
      <Body id={search.body ?? own.organisation.id} me={session.person.id} />
      <Channels />
      <LooksPanel />
    </main>
  );
}

function Body({ id, me }: { id: string; me: string }) {
  const t = useText(securityText).admin;
  const pick = usePick();
  const [text, setText] = useState('');
  const { data: view, error, refetch } = useQuery(organisationQuery(id));
  if (error && !view) {
    return error instanceof Problem && error.status === 404 ? (
      <NotForYou />
    ) : (
      <ProblemMessage error={error} onRetry={() => refetch()} />
    );
  }
  if (!view) return <Skeleton lines={8} />;
  const people = peopleOf(view);
  const wanted = text.trim().toLowerCase();
  const found = people.filter((one) =>
    [pick(one.name), one.title, one.email ?? '', ...one.posts.map(pick)].some((word) =>
      word.toLowerCase().includes(wanted),
    ),
  );
  return (
    <section>
      <h2>
        {pick(view.organisation.name)}
        {view.superior && (
          <span className="muted small">
            {' '}
            <Link to="/administration" search={{ body: view.superior.id }}>
              {pick(view.superior.name)}
            </Link>
          </span>
        )}
      </h2>
      {people.length > 8 && (
        <div className="directory-search">
          <TextField label={t.search} type="search" value={text} onValue={setText} maxLength={100} />
        </div>
      )}
      {found.length === 0 ? (
        <EmptyState title={people.length === 0 ? t.none : t.noneFound}>
          {people.length === 0 && t.noneHelp}
        </EmptyState>
      ) : (
        <ul className="security-list people-list">
          {found.map((person) => (
            <PersonLine key={person.id} person={person} isMe={person.id === me} />
          ))}
        </ul>
      )}
      {view.subordinates.length > 0 && (
        <>
          <h3>{t.bodies}</h3>
          <ul className="body-list">
            {view.subordinates.map((below) => (
              <li key={below.id}>
                <Link to="/administration" search={{ body: below.id }}>
                  {pick(below.name)}
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
