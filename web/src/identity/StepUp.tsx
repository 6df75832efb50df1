import { useMutation, useQuery } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { useEffect, useId, useState } from 'react';
import type { z } from 'zod';
import type {
  oidcRedirect,
  passkeyRequest,
  StepUpMethod,
  steppedUp,
} from '../../../src/identity/contract.ts';
import { api } from '../api/client.ts';
import type { Problem } from '../api/problem.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { useText } from '../ui/lang.tsx';
import { PasswordField } from './AccountForm.tsx';
import { CodeField } from './CodeField.tsx';
import { askDevice, passkeysWork } from './passkey.ts';
import { providersQuery } from './queries.ts';
import { Refusal } from './Refusal.tsx';
import { securityText } from './texts.ts';
import './sign-in.css';

export interface StepUpProps {
  /** The refusal that asked for a proof; says by which ways this person can give it. */
  refusal: Problem;
  /** True when the proof was given, false when the person would rather not. */
  onEnd: (proved: boolean) => void;
}

/** Wrong proofs are answers here: they lead nowhere and ask for nothing further. */
const HERE = { anonymous: true };

function waysOf(refusal: Problem): StepUpMethod[] {
  const ways = String(refusal.params['methods'] ?? '').split(' ') as StepUpMethod[];
  return ways.filter((way) => way && (way !== 'passkey' || passkeysWork()));
}

/**
 * A grave act needs a proof of the last minutes: passkey, code, password, or the ministry's own sign-in. What was typed
 * stays below; on "cancel" its dialog is there as it was.
 */
export function StepUp({ refusal, onEnd }: StepUpProps) {
  const t = useText(securityText).stepUp;
  const ways = waysOf(refusal);
  const [way, setWay] = useState(ways[0]);
  const formId = useId();
  const [proof, setProof] = useState('');
  const [attempt, setAttempt] = useState(0);
  const providers = useQuery({ ...providersQuery, enabled: ways.includes('oidc') });
  const [away, setAway] = useState(false);
  const prove = useMutation({
    mutationFn: async () => {
      const send = (body: object) => api.post<z.infer<typeof steppedUp>>('/session/step-up', body, HERE);
      if (way === 'totp') return send({ method: 'totp', code: proof });
      if (way === 'password') return send({ method: 'password', password: proof });
      const asked = await api.post<z.infer<typeof passkeyRequest>>('/session/step-up/options', {}, HERE);
      return send({ method: 'passkey', response: await askDevice(asked) });
    },
    onSuccess: () => onEnd(true),
    onError: () => setProof(''),
  });
  const go = useMutation({
    mutationFn: async (provider: string) => {
      // Opened at once, because browsers block windows that open later by themselves.
      const other = window.open('about:blank', '_blank');
      const { location } = await api.post<z.infer<typeof oidcRedirect>>(
        `/session/oidc/${encodeURIComponent(provider)}`,
        { purpose: 'step-up', next: '/confirmed' },
        HERE,
      );
      if (other) other.location.href = location;
      else window.open(location, '_blank');
    },
    onSuccess: () => setAway(true),
  });
  // Enter confirms; the dialog would begin at "cancel".
  useEffect(() => {
    if (way === 'passkey') document.querySelector<HTMLElement>(`[form="${formId}"]`)?.focus();
  }, [way, formId]);
  const needs = way === 'totp' ? proof.length === 6 : way === 'password' ? proof !== '' : true;
  const fault = attempt > 0 && !needs && !prove.isError;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAttempt(attempt + 1);
    if (needs && !prove.isPending) prove.mutate();
  };
  const others = ways.filter((one) => one !== way);
  const words = useText(securityText);
  return (
    <Dialog
      open
      onClose={() => onEnd(false)}
      title={t.title}
      dirty
      actions={
        way === undefined ? undefined : way === 'oidc' ? (
          away && (
            <Button kind="primary" onClick={() => onEnd(true)}>
              {t.providerDone}
            </Button>
          )
        ) : (
          <Button kind="primary" type="submit" form={formId} busy={prove.isPending}>
            {way === 'passkey' ? t.passkey : t.submit}
          </Button>
        )
      }
    >
      <p>{t.lead}</p>
      <form id={formId} onSubmit={submit} noValidate className="step-up">
        {way === undefined && <p>{t.none}</p>}
        {way === 'totp' && (
          <CodeField
            id="step-up-code"
            label={t.code}
            value={proof}
            onValue={setProof}
            error={fault ? words.app.need : undefined}
          />
        )}
        {way === 'password' && (
          <PasswordField
            id="step-up-password"
            label={t.password}
            value={proof}
            onValue={setProof}
            error={fault ? t.needPassword : undefined}
            autoComplete="current-password"
          />
        )}
        {way === 'oidc' &&
          providers.data?.items.map((one) => (
            <Button key={one.id} wide busy={go.isPending} onClick={() => go.mutate(one.id)}>
              {t.provider(one.name)}
            </Button>
          ))}
      </form>
      <Refusal error={prove.error ?? go.error} />
      {others.length > 0 && (
        <p className="step-up-others">
          <span className="muted small">{t.other}</span>
          {others.map((one) => (
            <Button
              key={one}
              kind="quiet"
              onClick={() => {
                setWay(one);
                setProof('');
                setAttempt(0);
                prove.reset();
              }}
            >
              {t.ways[one]}
            </Button>
          ))}
        </p>
      )}
    </Dialog>
  );
}
