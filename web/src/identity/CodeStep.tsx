import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { useState } from 'react';
import type { SessionView } from '../../../src/identity/contract.ts';
import { api } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { Button } from '../ui/Button.tsx';
import { useText } from '../ui/lang.tsx';
import { CodeField } from './CodeField.tsx';
import { Refusal } from './Refusal.tsx';
import { signInText } from './texts.ts';

interface CodeStepProps {
  ticket: string;
  onDone: (session: SessionView) => void;
  onBack: () => void;
}

/** The second step of signing in with a password: what the authenticator app shows now. */
export function CodeStep({ ticket, onDone, onBack }: CodeStepProps) {
  const t = useText(signInText);
  const [code, setCode] = useState('');
  const [attempt, setAttempt] = useState(0);
  const send = useMutation({
    mutationFn: () => api.post<SessionView>('/session/code', { ticket, code }, { anonymous: true }),
    onSuccess: onDone,
    onError: (error) => {
      if (!(error instanceof Problem && error.offline)) setCode('');
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAttempt(attempt + 1);
    if (code.length === 6 && !send.isPending) send.mutate();
  };
  return (
    <>
      <div className="page-head">
        <h1>{t.second.title}</h1>
        <p>{t.second.lead}</p>
      </div>
      <form onSubmit={submit} noValidate className="account-form">
        <Refusal error={send.error} />
        <CodeField
          label={t.second.code}
          value={code}
          onValue={setCode}
          error={attempt > 0 && !send.isError && code.length !== 6 ? t.second.need : undefined}
        />
        <div className="row">
          <Button kind="primary" type="submit" busy={send.isPending}>
            {t.second.submit}
          </Button>
          <Button kind="quiet" onClick={onBack}>
            {t.second.back}
          </Button>
        </div>
      </form>
    </>
  );
}
