import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import type { FormEvent, ReactNode } from 'react';
import { useState } from 'react';
import type { SessionView } from '../../../src/identity/contract.ts';
import { api } from '../api/client.ts';
import type { DemoView } from '../api/queries.ts';
import { demoQuery, queryClient, sessionQuery } from '../api/queries.ts';
import { Settings } from '../app/Header.tsx';
import { Button } from '../ui/Button.tsx';
import type { FieldFault } from '../ui/fields.tsx';
import { ErrorSummary, TextField } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { Note, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { signInText } from './texts.ts';
import { wayBack } from './way-back.ts';
import './sign-in.css';

interface Credentials {
  login: string;
  password: string;
}

/** Signing in with an account, or, in the demonstration nation, as one of its people in one click. */
export function SignIn() {
  const t = useText(signInText);
  const router = useRouter();
  const search: { next?: string; ended?: string } = useSearch({ strict: false });
  const demo = useQuery(demoQuery);
  const signIn = useMutation({
    mutationFn: (given: Credentials) => api.post<SessionView>('/session', given, { anonymous: true }),
    onSuccess: async () => {
      queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== 'demo' });
      await queryClient.fetchQuery(sessionQuery);
      router.history.push(wayBack(search.next));
    },
  });
  return (
    <Frame>
      <div className="page-head">
        <h1>{t.title}</h1>
        <p>{t.lead}</p>
      </div>
      {search.ended && <Note>{t.ended}</Note>}
      {signIn.isError && <ProblemMessage error={signIn.error} />}
      {demo.isPending ? (
        <Skeleton lines={6} tall />
      ) : demo.data ? (
        <>
          <Personas demo={demo.data} busy={signIn.isPending} onChoose={(one) => signIn.mutate(one)} />
          <details className="own-account">
            <summary>{t.demo.own}</summary>
            <AccountForm busy={signIn.isPending} onSubmit={(given) => signIn.mutate(given)} />
          </details>
        </>
      ) : (
        <AccountForm busy={signIn.isPending} onSubmit={(given) => signIn.mutate(given)} />
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

function AccountForm({ busy, onSubmit }: { busy: boolean; onSubmit: (given: Credentials) => void }) {
  const t = useText(signInText);
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const faults: FieldFault[] = [
    ...(login.trim() === '' ? [{ id: 'login', message: t.needLogin }] : []),
    ...(password === '' ? [{ id: 'password', message: t.needPassword }] : []),
  ];
  const fault = (id: string): string | undefined =>
    attempt > 0 ? faults.find((one) => one.id === id)?.message : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (busy) return;
    setAttempt(attempt + 1);
    if (faults.length === 0) onSubmit({ login: login.trim(), password });
  };
  return (
    <form onSubmit={submit} noValidate className="account-form">
      {attempt > 0 && <ErrorSummary faults={faults} attempt={attempt} />}
      <TextField
        id="login"
        label={t.login}
        value={login}
        onValue={setLogin}
        error={fault('login')}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
      />
      <TextField
        id="password"
        label={t.password}
        value={password}
        onValue={setPassword}
        error={fault('password')}
        type={shown ? 'text' : 'password'}
        autoComplete="current-password"
        after={
          <Button kind="quiet" onClick={() => setShown(!shown)} aria-pressed={shown}>
            {shown ? t.hide : t.show}
          </Button>
        }
      />
      <Button kind="primary" type="submit" busy={busy}>
        {busy ? t.submitting : t.submit}
      </Button>
    </form>
  );
}
