import type { z } from 'zod';
import type { totpSecret } from '../../../src/identity/contract.ts';
import { useText } from '../ui/lang.tsx';
import { CodeField } from './CodeField.tsx';
import { QrCode } from './QrCode.tsx';
import { securityText } from './texts.ts';

export type Secret = z.infer<typeof totpSecret>;

interface AppSecretProps {
  secret: Secret;
  code: string;
  onCode: (code: string) => void;
  error?: string | undefined;
}

/** An authenticator app is set up in two steps: scan (or type) the secret, then enter what the app shows. */
export function AppSecret({ secret, code, onCode, error }: AppSecretProps) {
  const t = useText(securityText).app;
  return (
    <div className="app-secret">
      <p className="strong">{t.scan}</p>
      <p className="muted">{t.scanHelp}</p>
      <div className="app-secret-scan">
        <QrCode text={secret.uri} label={t.qr} />
        <div>
          <p>{t.byHand}</p>
          <p>
            <code className="secret-text">{secret.secret}</code>
          </p>
        </div>
      </div>
      <CodeField label={t.code} value={code} onValue={onCode} error={error} />
    </div>
  );
}
