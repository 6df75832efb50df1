import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useEffect, useState } from 'react';
import type { z } from 'zod';
import type {
  codeWanted,
  oidcRedirect,
  passkeyRequest,
  SessionView,
} from '../../../src/identity/contract.ts';
import { api } from '../api/client.ts';
import type { DemoView } from '../api/queries.ts';
import { demoQuery } from '../api/queries.ts';
import { Settings } from '../app/Header.tsx';
import { usePageTitle } from '../app/title.ts';
import { Button } from '../ui/Button.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { Note, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { AccountForm, type Credentials } from './AccountForm.tsx';
import { useArrive } from './arrive.ts';
import { CodeStep } from './CodeStep.tsx';
import { askDevice, offerInField, passkeysWork, stopAsking } from './passkey.ts';
import { providersQuery } from './queries.ts';
import { Refusal } from './Refusal.tsx';
import { securityText, signInText } from './texts.ts';
import './sign-in.css';

type CodeWanted = z.infer<typeof codeWanted>;

/** A stranger's question: being refused is an answer, not the end of a session. */
const STRANGER = { anonymous: true };
const passkeyOptions = () =>
  api.post<z.infer<typeof passkeyRequest>>('/session/passkey/options', {}, STRANGER);
const enterByPasskey = (response: Awaited<ReturnType<typeof askDevice>>) =>
  api.post<SessionView>('/session/passkey', { response }, STRANGER);

/** Signing in: with a passkey in two taps, or otherwise; in the demonstration nation as one of its people in one. */
export function SignIn() {
  const t = useText(signInText);
  const search: { next?: string; ended?: string; oidc?: string } = useSearch({ strict: false });
  const oidc = useText(securityText).oidc;
  const demo = useQuery(demoQuery);
  const arrive = useArrive();
  const [ticket, setTicket] = useState<string | null>(null);
  usePageTitle(t.title);
  const enter = useMutation({
    mutationFn: (given: Credentials) => api.post<SessionView | CodeWanted>('/session', given, STRANGER),
    onSuccess: (answer) => ('ticket' in answer ? setTicket(answer.ticket) : arrive(answer, search.next)),
  });
  if (ticket !== null) {
    return (
      <Frame>
        <CodeStep
          ticket={ticket}
          onDone={(session) => arrive(session, search.next)}
          onBack={() => setTicket(null)}
        />
      </Frame>
    );
  }
  const outcome = oidc[search.oidc as keyof typeof oidc];
  const ways = (
    <Ways
      enter={enter}
      next={search.next}
      offer={demo.data === null}
      onEnter={(session) => arrive(session, search.next)}
    />
  );
  return (
    <Frame>
      <div className="page-head">
        <h1>{t.title}</h1>
        <p>{t.lead}</p>
      </div>
      {search.ended && (
        <div role="alert">
          <Note kind="late">
            <p>{t.ended}</p>
          </Note>
        </div>
      )}
      {outcome && (
        <div role="alert">
          <Note kind="late">
            <p>{outcome}</p>
          </Note>
        </div>
      )}
      {demo.isPending ? (
        <Skeleton lines={6} tall />
      ) : demo.data ? (
        <>
          <Refusal error={enter.error} />
          <Personas demo={demo.data} busy={enter.isPending} onChoose={(one) => enter.mutate(one)} />
          <details className="own-account">
            <summary>{t.demo.own}</summary>
            {ways}
          </details>
        </>
      ) : (
        ways
      )}
    </Frame>
  );
}

/** The page around signing in: the product's name, language and colours, nothing else. */
export function Frame({ children }: { children: ReactNode }) {
  const t = useText(commonText);
  return (
    <main className="page sign-in" id="main" data-density="visit">
      <div className="sign-in-brand">
        <img src="/favicon.svg" alt="" width="36" height="36" />
        <strong>{t.product}</strong>
      </div>
      {children}
      <footer>
        <Settings />
      </footer>
    </main>
  );
}

interface WaysProps {
  enter: { mutate: (given: Credentials) => void; isPending: boolean; error: unknown };
  next: string | undefined;
  /** The browser may offer its passkeys in the account field. */
  offer: boolean;
  onEnter: (session: SessionView) => void;
}

function Ways({ enter, next, offer, onEnter }: WaysProps) {
  const t = useText(signInText);
  const providers = useQuery(providersQuery);
  const [works] = useState(passkeysWork);
  const passkey = useMutation({
    mutationFn: async () => enterByPasskey(await askDevice(await passkeyOptions())),
    onSuccess: onEnter,
  });
  const taken = useMutation({ mutationFn: enterByPasskey, onSuccess: onEnter });
  const { mutate: take } = taken;
  useEffect(() => {
    if (!offer) return;
    let here = true;
    void offerInField(passkeyOptions).then((response) => {
      if (here && response) take(response);
    });
    return () => {
      here = false;
      stopAsking();
    };
  }, [offer, take]);
  const go = useMutation({
    mutationFn: (provider: string) =>
      api.post<z.infer<typeof oidcRedirect>>(
        `/session/oidc/${encodeURIComponent(provider)}`,
        { purpose: 'sign-in', next: next ?? '/' },
        STRANGER,
      ),
    onSuccess: ({ location }) => window.location.assign(location),
  });
  return (
    <div className="sign-in-ways">
      {works && (
        <section aria-labelledby="by-passkey">
          <Button
            kind="primary"
            wide
            id="by-passkey"
            className="passkey-button"
            busy={passkey.isPending}
            onClick={() => passkey.mutate()}
            aria-describedby="by-passkey-help"
          >
            {passkey.isPending ? t.passkeyBusy : t.passkey}
          </Button>
          <p className="muted small" id="by-passkey-help">
            {t.passkeyHelp}
          </p>
          <Refusal error={passkey.error ?? taken.error} />
        </section>
      )}
      <section aria-labelledby="by-password">
        <h2 id="by-password">{t.withPassword}</h2>
        <Refusal error={enter.error} />
        <AccountForm busy={enter.isPending} leads={!works} onSubmit={(given) => enter.mutate(given)} />
      </section>
      {providers.data && providers.data.items.length > 0 && (
        <section aria-labelledby="by-provider">
          <h2 id="by-provider">{t.providers}</h2>
          <Refusal error={go.error} />
          <div className="stack">
            {providers.data.items.map((one) => (
              <Button key={one.id} wide busy={go.isPending} onClick={() => go.mutate(one.id)}>
                {t.withProvider(one.name)}
              </Button>
            ))}
          </div>
        </section>
      )}
      <p>
        <Link to="/lost-key">{t.lost}</Link>
      </p>
    </div>
  );
}

interface PersonasProps {
  demo: DemoView;
  busy: boolean;
  onChoose: (given: Credentials) => void;
}

function Personas({ demo, busy, onChoose }: PersonasProps) {
  const t = useText(signInText);
  const pick = usePick();
  return (
    <section className="personas">
      <h2>{t.demo.title}</h2>
      <p className="muted">{t.demo.lead}</p>
      <ul>
        {demo.personas.map((one) => (
          <li key={one.login}>
            <button
              type="button"
              aria-disabled={busy}
              onClick={() => !busy && onChoose({ login: one.login, password: one.password })}
            >
              <span className="persona-post">{pick(one.post)}</span>
              <span className="persona-name">
                {pick(one.name)}
                <small>{pick(one.organisation)}</small>
              </span>
              <span className="persona-sentence">{pick(one.sentence)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
