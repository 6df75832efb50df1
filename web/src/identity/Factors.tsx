import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { useState } from 'react';
import type { z } from 'zod';
import type { oidcRedirect, passkeyCreation } from '../../../src/identity/contract.ts';
import { Button } from '../ui/Button.tsx';
import { ChoiceGroup, TextField } from '../ui/fields.tsx';
import { useText } from '../ui/lang.tsx';
import { Note } from '../ui/states.tsx';
import { PasswordField } from './AccountForm.tsx';
import { AppSecret, type Secret } from './AppSecret.tsx';
import { makeOnDevice, passkeysWork } from './passkey.ts';
import { Refusal } from './Refusal.tsx';
import { securityText, signInText } from './texts.ts';

export type MadeOnDevice = Awaited<ReturnType<typeof makeOnDevice>>;

/** What the server does with each choice; the link's holder and the signed-in person come by different addresses. */
export interface FactorServer {
  passkeyOptions: () => Promise<z.infer<typeof passkeyCreation>>;
  passkey: (name: string, response: MadeOnDevice) => Promise<unknown>;
  secret: () => Promise<Secret>;
  /** Takes the code of the new authenticator app, and the password where one is chosen here. */
  code: (code: string | undefined, password: string) => Promise<unknown>;
  provider?: (id: string) => Promise<z.infer<typeof oidcRedirect>>;
}

interface FactorsProps {
  server: FactorServer;
  /** A password is chosen along with the app (one-time links); without, there is one already. */
  withPassword: boolean;
  /** Whether a password may do without an app. */
  codeOptional: boolean;
  providers: readonly { id: string; name: string }[];
  onDone: () => void;
}

/** The first steps: a passkey, or a password with an authenticator app, or the account of one's own ministry. */
export function Factors({ server, withPassword, codeOptional, providers, onDone }: FactorsProps) {
  const t = useText(securityText).first;
  const [works] = useState(passkeysWork);
  const [way, setWay] = useState(works ? 'passkey' : 'password');
  const provider = providers.find((one) => way === `provider:${one.id}`);
  return (
    <>
      <ChoiceGroup
        label={t.choose}
        value={way}
        onValue={setWay}
        choices={[
          { value: 'passkey', label: t.passkey, help: t.passkeyHelp, disabled: !works },
          { value: 'password', label: t.password, help: t.passwordHelp },
          ...(server.provider
            ? providers.map((one) => ({
                value: `provider:${one.id}`,
                label: t.provider(one.name),
                help: t.providerHelp,
              }))
            : []),
        ]}
      />
      {!works && <DeviceCannot />}
      {way === 'passkey' ? (
        <MakePasskey server={server} onDone={onDone} />
      ) : provider ? (
        <GoToProvider id={provider.id} server={server} />
      ) : (
        <PasswordAndApp
          server={server}
          withPassword={withPassword}
          codeOptional={codeOptional}
          onDone={onDone}
        />
      )}
    </>
  );
}

function DeviceCannot() {
  const t = useText(signInText);
  return (
    <Note>
      <p>{t.device.unsupported}</p>
    </Note>
  );
}

/** Names a new passkey and has the device make it. */
export function MakePasskey({
  server,
  onDone,
}: {
  server: Pick<FactorServer, 'passkeyOptions' | 'passkey'>;
  onDone: () => void;
}) {
  const t = useText(securityText).first;
  const [name, setName] = useState(t.keyNameDefault);
  const make = useMutation({
    mutationFn: async () => {
      const response = await makeOnDevice(await server.passkeyOptions());
      return server.passkey(name.trim() || t.keyNameDefault, response);
    },
    onSuccess: onDone,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!make.isPending) make.mutate();
  };
  return (
    <form onSubmit={submit} noValidate className="account-form">
      <TextField
        id="key-name"
        label={t.keyName}
        help={t.keyNameHelp}
        value={name}
        onValue={setName}
        maxLength={60}
      />
      <Refusal error={make.error} />
      <Button kind="primary" type="submit" busy={make.isPending}>
        {t.makePasskey}
      </Button>
    </form>
  );
}

function GoToProvider({ id, server }: { id: string; server: FactorServer }) {
  const t = useText(securityText).first;
  const go = useMutation({
    mutationFn: async () => server.provider?.(id),
    onSuccess: (answer) => answer && window.location.assign(answer.location),
  });
  return (
    <div className="account-form">
      <Refusal error={go.error} />
      <Button kind="primary" busy={go.isPending} onClick={() => go.mutate()}>
        {t.continueProvider}
      </Button>
    </div>
  );
}

/** Sets up an authenticator app, after choosing a password where there is none yet. */
export function PasswordAndApp({
  server,
  withPassword,
  codeOptional,
  onDone,
}: Omit<FactorsProps, 'providers'>) {
  const words = useText(securityText);
  const t = words.first;
  const s = useText(signInText);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [attempt, setAttempt] = useState(0);
  const start = useMutation({ mutationFn: server.secret });
  const finish = useMutation({
    mutationFn: (given: string | undefined) => server.code(given, password),
    onSuccess: onDone,
    onError: () => setCode(''),
  });
  const short = withPassword && password.length < 12;
  const secret = start.data;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAttempt(attempt + 1);
    if (short || start.isPending || finish.isPending) return;
    if (!secret) {
      setAttempt(0);
      start.mutate();
    } else if (code.length === 6) finish.mutate(code);
  };
  return (
    <form onSubmit={submit} noValidate className="account-form">
      {withPassword && !secret && (
        <PasswordField
          id="new-password"
          label={t.newPassword}
          help={t.passwordRule}
          value={password}
          onValue={setPassword}
          error={attempt > 0 && short ? s.setup.short : undefined}
          autoComplete="new-password"
        />
      )}
      {secret && (
        <AppSecret
          secret={secret}
          code={code}
          onCode={setCode}
          error={attempt > 0 && code.length !== 6 && !finish.isError ? words.app.need : undefined}
        />
      )}
      <Refusal error={start.error ?? finish.error} />
      <div className="row">
        <Button kind="primary" type="submit" busy={start.isPending || finish.isPending}>
          {secret ? t.finish : t.toCode}
        </Button>
        {codeOptional && withPassword && !secret && (
          <Button
            kind="quiet"
            onClick={() => {
              setAttempt(attempt + 1);
              if (!short && !finish.isPending) finish.mutate(undefined);
            }}
          >
            {t.skipCode}
          </Button>
        )}
      </div>
    </form>
  );
}
