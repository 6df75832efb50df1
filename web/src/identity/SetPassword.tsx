import { useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { Button, ButtonLink } from '../ui/Button.tsx';
import { TextField } from '../ui/fields.tsx';
import { useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { Note, ProblemMessage } from '../ui/states.tsx';
import { Frame } from './SignIn.tsx';
import { signInText } from './texts.ts';

/** The one-time link of a new account: its holder chooses the password. */
export function SetPassword() {
  const t = useText(signInText);
  const navigate = useNavigate();
  const { say } = useAnnouncer();
  const { token }: { token?: string } = useSearch({ strict: false });
  const [password, setPassword] = useState('');
  const [attempt, setAttempt] = useState(0);
  const set = useMutation({
    mutationFn: () => api.post('/password', { token, password }, { anonymous: true }),
    onSuccess: () => {
      say(t.choose.done);
      navigate({ to: '/sign-in', search: {} });
    },
  });
  const short = password.length < 12;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAttempt(attempt + 1);
    if (!short && !set.isPending) set.mutate();
  };
  return (
    <Frame>
      <div className="page-head">
        <h1>{t.choose.title}</h1>
        <p>{t.choose.lead}</p>
      </div>
      {!token ? (
        <>
          <Note kind="late">{t.setup.missing}</Note>
          <ButtonLink to="/sign-in">{t.title}</ButtonLink>
        </>
      ) : (
        <form onSubmit={submit} noValidate className="account-form">
          {set.isError && <ProblemMessage error={set.error} />}
          <TextField
            label={t.password}
            help={t.setup.passwordHelp}
            type="password"
            autoComplete="new-password"
            value={password}
            onValue={setPassword}
            error={attempt > 0 && short ? t.setup.short : undefined}
          />
          <Button kind="primary" type="submit" busy={set.isPending}>
            {t.choose.submit}
          </Button>
        </form>
      )}
    </Frame>
  );
}
