import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import type { z } from 'zod';
import type { oidcRedirect, passkeyCreation, SessionView } from '../../../src/identity/contract.ts';
import { api } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { usePageTitle } from '../app/title.ts';
import { ButtonLink } from '../ui/Button.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { Note, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { DateTime } from '../ui/time.tsx';
import type { Secret } from './AppSecret.tsx';
import { useArrive } from './arrive.ts';
import { type FactorServer, Factors } from './Factors.tsx';
import type { Enrolment } from './queries.ts';
import { Frame } from './SignIn.tsx';
import { securityText } from './texts.ts';

const HOLDER = { anonymous: true };

/** First steps by a one-time link, of an invitation or a recovery. Its token stands behind the #, so no log has it. */
export function Enrol() {
  const words = useText(securityText);
  const t = words.first;
  const pick = usePick();
  const arrive = useArrive();
  const { say } = useAnnouncer();
  const [token] = useState(() => new URLSearchParams(window.location.hash.slice(1)).get('token') ?? '');
  const search: { oidc?: string } = useSearch({ strict: false });
  const outcome = words.oidc[search.oidc as keyof typeof words.oidc];
  const { data, error, refetch } = useQuery({
    queryKey: ['enrolment', token],
    queryFn: () => api.post<Enrolment>('/enrolment', { token }, HOLDER),
    enabled: token.length >= 20,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const session = useRef<SessionView | null>(null);
  const server = useMemo((): FactorServer => {
    const post = <T,>(path: string, body: object = {}) =>
      api.post<T>(`/enrolment${path}`, { token, ...body }, HOLDER);
    const enter = async (answer: Promise<SessionView>): Promise<void> => {
      session.current = await answer;
    };
    return {
      passkeyOptions: () => post<z.infer<typeof passkeyCreation>>('/passkey/options'),
      passkey: (name, response) => enter(post<SessionView>('/passkey', { name, response })),
      secret: () => post<Secret>('/totp'),
      code: (code, password) =>
        enter(post<SessionView>('/password', { password, ...(code ? { code } : {}) })),
      provider: (id) => post<z.infer<typeof oidcRedirect>>(`/oidc/${encodeURIComponent(id)}`),
    };
  }, [token]);
  usePageTitle(data?.kind === 'recovery' ? t.recoveryTitle : t.title);
  const spent = token.length < 20 || (error instanceof Problem && error.status < 500 && !error.offline);
  return (
    <Frame>
      <div className="page-head">
        <h1>{data?.kind === 'recovery' ? t.recoveryTitle : t.title}</h1>
        {data && <p>{t.lead(pick(data.name))}</p>}
      </div>
      {outcome && (
        <div role="alert">
          <Note kind="late">
            <p>{outcome}</p>
          </Note>
        </div>
      )}
      {spent ? (
        <>
          <Note kind="late">
            <p>{t.missing}</p>
            <p>{t.missingHelp}</p>
          </Note>
          <ButtonLink to="/lost-key">{words.lost.title}</ButtonLink>
        </>
      ) : error ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : !data ? (
        <Skeleton lines={6} />
      ) : (
        <>
          <dl className="facts enrol-facts">
            <div>
              <dt>{words.page.login}</dt>
              <dd>{data.login}</dd>
            </div>
            <div>
              <dt>{t.expires}</dt>
              <dd>
                <DateTime at={data.expiresAt} />
              </dd>
            </div>
          </dl>
          {data.kind === 'recovery' && (
            <Note>
              <p>{t.recoveryLead}</p>
            </Note>
          )}
          <Factors
            server={server}
            withPassword
            codeOptional={data.secondFactor === 'optional'}
            providers={data.providers}
            onDone={() => {
              say(t.done);
              if (session.current) arrive(session.current);
            }}
          />
        </>
      )}
    </Frame>
  );
}
