import { useState } from 'react';
import { api } from '../api/client.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { TextField } from '../ui/fields.tsx';
import { useText } from '../ui/lang.tsx';
import { PasswordField } from './AccountForm.tsx';
import { ConfirmDialog } from './ConfirmDialog.tsx';
import { MakePasskey, PasswordAndApp } from './Factors.tsx';
import { ownFactors } from './own-factors.ts';
import { securityText, signInText } from './texts.ts';

interface Ends {
  onClose: () => void;
  onDone: () => void;
}

/** A further passkey. */
export function AddKey({ onClose, onDone }: Ends) {
  const t = useText(securityText);
  return (
    <Dialog open onClose={onClose} title={t.page.addKey} dirty>
      <p className="muted">{t.first.passkeyHelp}</p>
      <MakePasskey server={ownFactors} onDone={onDone} />
    </Dialog>
  );
}

/** A first or another authenticator app. */
export function AddApp({ onClose, onDone }: Ends) {
  const t = useText(securityText).page;
  return (
    <Dialog open onClose={onClose} title={t.app} dirty>
      <p className="muted">{t.appHelp}</p>
      <PasswordAndApp server={ownFactors} withPassword={false} codeOptional={false} onDone={onDone} />
    </Dialog>
  );
}

/** Another name for a key. */
export function RenameKey({ id, name, onClose, onDone }: Ends & { id: string; name: string }) {
  const words = useText(securityText);
  const [text, setText] = useState(name);
  const given = text.trim();
  return (
    <ConfirmDialog
      title={words.page.renameTitle}
      button={words.page.rename}
      ready={given !== ''}
      act={() => api.patch(`/me/passkeys/${id}`, { name: given })}
      onClose={onClose}
      onDone={onDone}
    >
      <TextField
        label={words.first.keyName}
        help={words.first.keyNameHelp}
        value={text}
        onValue={setText}
        maxLength={60}
      />
    </ConfirmDialog>
  );
}

/** A first or another password; afterwards every other session has ended. */
export function ChangePassword({ hasPassword, onClose, onDone }: Ends & { hasPassword: boolean }) {
  const words = useText(securityText);
  const t = words.page;
  const s = useText(signInText);
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const short = password.length < 12;
  return (
    <ConfirmDialog
      title={hasPassword ? t.passwordChange : t.passwordAdd}
      button={hasPassword ? t.passwordChange : t.passwordAdd}
      ready={!short && (!hasPassword || current !== '')}
      dirty={password !== ''}
      act={() => api.put('/me/password', { ...(hasPassword ? { current } : {}), password })}
      onClose={onClose}
      onDone={onDone}
    >
      {hasPassword && (
        <PasswordField
          id="current-password"
          label={t.current}
          value={current}
          onValue={setCurrent}
          autoComplete="current-password"
        />
      )}
      <PasswordField
        id="new-password"
        label={t.newPassword}
        help={words.first.passwordRule}
        value={password}
        onValue={setPassword}
        error={password !== '' && short ? s.setup.short : undefined}
        autoComplete="new-password"
      />
    </ConfirmDialog>
  );
}
