import { useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { Button, ButtonLink } from '../ui/Button.tsx';
import type { FieldFault } from '../ui/fields.tsx';
import { ErrorSummary, TextField } from '../ui/fields.tsx';
import { useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { Note, ProblemMessage } from '../ui/states.tsx';
import { Frame } from './SignIn.tsx';
import { signInText } from './texts.ts';

const EMPTY = { organisationNameZh: '', name: '', email: '', password: '' };

/** The one-time link of a new installation: makes its first account. */
export function SetUp() {
  const t = useText(signInText);
  const navigate = useNavigate();
  const { say } = useAnnouncer();
  const { token }: { token?: string } = useSearch({ strict: false });
  const [form, setForm] = useState(EMPTY);
  const [attempt, setAttempt] = useState(0);
  const make = useMutation({
    mutationFn: () => api.post('/setup', { token, ...form }, { anonymous: true }),
    onSuccess: () => {
      say(t.setup.done);
      navigate({ to: '/sign-in', search: {} });
    },
  });
  const refused = make.error instanceof Problem ? make.error : null;
  const wrong: Record<keyof typeof EMPTY, string | undefined> = {
    organisationNameZh: form.organisationNameZh.trim() ? undefined : t.setup.needOrganisation,
    name: form.name.trim() ? undefined : t.setup.needName,
    email: form.email.includes('@') ? undefined : t.setup.needEmail,
    password: form.password.length >= 12 ? undefined : t.setup.short,
  };
  const faults: FieldFault[] = Object.entries(wrong).flatMap(([id, message]) =>
    message ? [{ id, message }] : [],
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAttempt(attempt + 1);
    if (faults.length === 0 && !make.isPending) make.mutate();
  };
  const field = (id: keyof typeof EMPTY) => ({
    id,
    value: form[id],
    onValue: (value: string) => setForm({ ...form, [id]: value }),
    error: (attempt > 0 ? wrong[id] : undefined) ?? refused?.field(id),
  });
  return (
    <Frame>
      <div className="page-head">
        <h1>{t.setup.title}</h1>
        <p>{t.setup.lead}</p>
      </div>
      {!token ? (
        <>
          <Note kind="late">{t.setup.missing}</Note>
          <ButtonLink to="/sign-in">{t.title}</ButtonLink>
        </>
      ) : (
        <form onSubmit={submit} noValidate className="account-form">
          {attempt > 0 && <ErrorSummary faults={faults} attempt={attempt} />}
          {make.isError && <ProblemMessage error={make.error} />}
          <TextField
            label={t.setup.organisation}
            autoComplete="organization"
            {...field('organisationNameZh')}
          />
          <TextField label={t.setup.name} autoComplete="name" {...field('name')} />
          <TextField label={t.setup.email} type="email" autoComplete="email" {...field('email')} />
          <TextField
            label={t.setup.password}
            help={t.setup.passwordHelp}
            type="password"
            autoComplete="new-password"
            {...field('password')}
          />
          <Button kind="primary" type="submit" busy={make.isPending}>
            {t.setup.submit}
          </Button>
        </form>
      )}
    </Frame>
  );
}
