import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { OrganisationView } from '../../../src/directory/contract.ts';
import { Problem } from '../api/problem.ts';
import { sessionQuery } from '../api/queries.ts';
import { usePageTitle } from '../app/title.ts';
import { useWords } from '../mechanism/words.ts';
import { usePick, useText } from '../ui/lang.tsx';
import { NotForYou, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { Gaps } from './Directory.tsx';
import { PostLine, Reach } from './PostLine.tsx';
import { organisationQuery } from './queries.ts';
import { directoryText } from './texts.ts';
import './directory.css';

/** One body: where its reports go, its posts and holders, its contacts, team and systems. */
export function OrganisationPage() {
  const t = useText(directoryText);
  const pick = usePick();
  const { organisationId } = useParams({ from: '/inside/directory/$organisationId' });
  const { data, error, refetch } = useQuery(organisationQuery(organisationId));
  usePageTitle(data ? pick(data.organisation.name) : t.title);
  if (error instanceof Problem && error.status === 404) {
    return (
      <main className="page page-narrow" id="main" tabIndex={-1} data-density="visit">
        <NotForYou />
      </main>
    );
  }
  return (
    <main className="page" id="main" tabIndex={-1} data-density="desk">
      <p className="no-print">
        <Link to="/directory">{t.organisation.back}</Link>
      </p>
      {error ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : data ? (
        <Organisation view={data} />
      ) : (
        <Skeleton lines={10} />
      )}
    </main>
  );
}

type Ref = { id: string; name: { zh: string; en: string } };

function BodyLink({ body }: { body: Ref }) {
  const pick = usePick();
  return (
    <Link to="/directory/$organisationId" params={{ organisationId: body.id }}>
      {pick(body.name)}
    </Link>
  );
}

function Organisation({ view }: { view: OrganisationView }) {
  const t = useText(directoryText);
  const c = useText(commonText);
  const pick = usePick();
  const words = useWords();
  const { data: session } = useQuery(sessionQuery);
  const o = t.organisation;
  const body = view.organisation;
  return (
    <>
      <div className="page-head">
        <h1>{pick(body.name)}</h1>
        <p>
          {[...view.chain].reverse().map((above) => (
            <span key={above.id}>
              <BodyLink body={above} />
              {' › '}
            </span>
          ))}
          {pick(body.name)}
        </p>
        <p>
          {t.kinds[body.kind as keyof typeof t.kinds] ?? body.kind}
          {c.separator}
          {c.list(body.sectors.map(words.sector))}
          {c.separator}
          {o.code} {body.code}
        </p>
        <Gaps gaps={body.gaps} />
      </div>
      <section className="route">
        <h2>{o.route}</h2>
        <ol>
          <li>
            <strong>{pick(view.route.desk)}</strong>
            <span className="muted">{o.desk}</span>
          </li>
          <li>
            {view.route.authority ? (
              <BodyLink body={view.route.authority} />
            ) : (
              <span className="late">{o.noAuthority}</span>
            )}
            <span className="muted">{o.authority}</span>
          </li>
          <li>
            <strong>{pick(view.route.subgroup.name)}</strong>
            {view.route.subgroup.convenedBy && (
              <span className="muted">
                {o.convenedBy} <BodyLink body={view.route.subgroup.convenedBy} />
              </span>
            )}
          </li>
        </ol>
      </section>
      <div className="organisation">
        <div>
          <Part title={o.posts} empty={view.posts.length === 0}>
            <ul className="post-list">
              {view.posts.map((post) => (
                <PostLine key={post.id} post={post} />
              ))}
            </ul>
          </Part>
          <Part title={o.contacts} empty={view.contacts.length === 0}>
            <ul className="post-list">
              {view.contacts.map((contact) => (
                <li key={contact.personId}>
                  <div>
                    <strong>{pick(contact.name)}</strong>
                    <span className="small muted">{contact.title}</span>
                  </div>
                  <Reach phone={contact.mobile ?? contact.phone} email={contact.email} />
                  <span className="small muted">
                    {contact.confirmedAt ? `${o.confirmedAt} ${contact.confirmedAt.slice(0, 10)}` : o.never}
                  </span>
                </li>
              ))}
            </ul>
          </Part>
          <Part title={o.team} empty={view.team.length === 0}>
            <ul className="post-list">
              {view.team.map((member) => (
                <li key={member.personId + member.function}>
                  <div>
                    <strong>{pick(member.name)}</strong>
                    <span className="small muted">
                      {o.functions[member.function]}　{member.title}
                    </span>
                  </div>
                  <Reach phone={member.phone} email={null} />
                </li>
              ))}
            </ul>
          </Part>
          <Part title={o.systems} empty={view.systems.length === 0}>
            <ul className="post-list">
              {view.systems.map((system) => (
                <li key={system.id}>
                  <div>
                    <strong>{pick(system.name)}</strong>
                    <span className="small muted">
                      {o.grade} {system.securityGrade || '—'}
                    </span>
                  </div>
                  <span className="small muted">
                    {[
                      system.makeModel,
                      `${system.osName} ${system.osVersion}`.trim(),
                      ...system.ips,
                      ...system.domains,
                    ]
                      .filter(Boolean)
                      .join(c.separator)}
                  </span>
                </li>
              ))}
            </ul>
          </Part>
        </div>
        <aside>
          <dl className="facts">
            <Fact label={o.phone}>{view.phone}</Fact>
            <Fact label={o.fax}>{view.fax}</Fact>
            <Fact label={o.email}>{view.email}</Fact>
            <Fact label={o.address}>{view.address}</Fact>
            <Fact label={o.valid}>
              {view.validFrom} – {view.validTo ?? ''}
            </Fact>
            {view.successor && (
              <Fact label={o.successor}>
                <BodyLink body={view.successor} />
              </Fact>
            )}
          </dl>
          <p>
            <Link to="/cases" search={{ organisationId: body.id }}>
              {o.cases}
            </Link>
          </p>
          {session?.screens.includes('administration') && (
            <p>
              <Link to="/administration" search={{ body: body.id }}>
                {o.accounts}
              </Link>
            </p>
          )}
          {view.subordinates.length > 0 && (
            <>
              <h2>{o.subordinates}</h2>
              <ul className="tree">
                {view.subordinates.map((below) => (
                  <li key={below.id}>
                    <BodyLink body={below} />
                  </li>
                ))}
              </ul>
            </>
          )}
        </aside>
      </div>
    </>
  );
}

function Part({ title, empty, children }: { title: string; empty: boolean; children: ReactNode }) {
  const t = useText(directoryText);
  return (
    <section>
      <h2>{title}</h2>
      {empty ? <p className="muted">{t.organisation.empty}</p> : children}
    </section>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  const t = useText(directoryText);
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children || <span className="muted">{t.organisation.empty}</span>}</dd>
    </div>
  );
}
