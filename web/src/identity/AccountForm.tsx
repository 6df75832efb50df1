import type { FormEvent } from 'react';
import { useState } from 'react';
import { Button } from '../ui/Button.tsx';
import type { FieldFault } from '../ui/fields.tsx';
import { ErrorSummary, TextField } from '../ui/fields.tsx';
import { useText } from '../ui/lang.tsx';
import { signInText } from './texts.ts';

export interface Credentials {
  login: string;
  password: string;
}

interface AccountFormProps {
  busy: boolean;
  /** No passkey can be used here: this is then the first way in. */
  leads: boolean;
  onSubmit: (given: Credentials) => void;
}

/** Account and password; the browser may offer its passkeys in the account's field. */
export function AccountForm({ busy, leads, onSubmit }: AccountFormProps) {
  const t = useText(signInText);
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
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
        autoComplete="username webauthn"
        autoCapitalize="none"
        spellCheck={false}
      />
      <PasswordField
        id="password"
        label={t.password}
        value={password}
        onValue={setPassword}
        error={fault('password')}
        autoComplete="current-password"
      />
      <Button kind={leads ? 'primary' : 'plain'} type="submit" busy={busy}>
        {busy ? t.submitting : t.submit}
      </Button>
    </form>
  );
}

interface PasswordFieldProps {
  id: string;
  label: string;
  help?: string;
  value: string;
  onValue: (value: string) => void;
  error?: string | undefined;
  autoComplete: 'current-password' | 'new-password';
}

/** A password, hidden until its holder wants to see what he typed. */
export function PasswordField({ value, onValue, ...rest }: PasswordFieldProps) {
  const t = useText(signInText);
  const [shown, setShown] = useState(false);
  return (
    <TextField
      {...rest}
      value={value}
      onValue={onValue}
      type={shown ? 'text' : 'password'}
      after={
        <Button kind="quiet" onClick={() => setShown(!shown)} aria-pressed={shown}>
          {shown ? t.hide : t.show}
        </Button>
      }
    />
  );
}
