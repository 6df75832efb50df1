import { useText } from '../ui/lang.tsx';
import { Note, ProblemMessage } from '../ui/states.tsx';
import { DeviceRefusal } from './passkey.ts';
import { signInText } from './texts.ts';

/** Why a proof did not go through: the device's side in plain words, the server's as it says itself. */
export function Refusal({ error }: { error: unknown }) {
  const t = useText(signInText);
  if (!error) return null;
  if (!(error instanceof DeviceRefusal)) return <ProblemMessage error={error} />;
  return (
    <div role="alert">
      <Note kind="late">
        <p>{t.device[error.fault]}</p>
      </Note>
    </div>
  );
}
