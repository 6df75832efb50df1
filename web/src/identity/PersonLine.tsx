import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { z } from 'zod';
import type { accountLink } from '../../../src/identity/contract.ts';
import { api } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { queryClient } from '../api/queries.ts';
import { shellText } from '../app/texts.ts';
import { Button } from '../ui/Button.tsx';
import { TextField } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { Note } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import type { Person } from './Administration.tsx';
import { ConfirmDialog } from './ConfirmDialog.tsx';
import { OneTimeLink } from './OneTimeLink.tsx';
import { type Account, accountQuery, type Recovery, recoveriesQuery } from './queries.ts';
import { securityText } from './texts.ts';

type LinkMade = z.infer<typeof accountLink>;
type Act = 'invite' | 'recover' | 'end-sessions' | 'disable';

/** What can be done for somebody, by what his account is now. */
function actsFor(account: Account): Act[] {
  if (account.state === 'none' || account.state === 'disabled') return ['invite'];
  if (account.state === 'invited') return ['invite', 'disable'];
  const ends: Act[] = account.sessions > 0 ? ['end-sessions', 'disable'] : ['disable'];
  return account.waiting ? ends : ['recover', ...ends];
}

/** One person: post, account, ways of signing in, and what the administrator can do. */
export function PersonLine({ person, isMe }: { person: Person; isMe: boolean }) {
  const t = useText(securityText).admin;
  const c = useText(commonText);
  const s = useText(shellText);
  const pick = usePick();
  const { data: account, error } = useQuery(accountQuery(person.id));
  const [act, setAct] = useState<Act | null>(null);
  const [made, setMade] = useState<LinkMade | null>(null);
  const name = pick(person.name);
  const words: Record<Act, string> = {
    invite: account?.state === 'invited' ? t.inviteAgain : t.invite,
    recover: t.recover,
    'end-sessions': t.endSessions,
    disable: t.disable,
  };
  const factors = account
    ? [
        ...(account.passkeys > 0 ? [t.keysCount(account.passkeys)] : []),
        ...(account.hasPassword ? [t.password] : []),
        ...(account.totp ? [t.app] : []),
        ...(account.oidc > 0 ? [t.oidcCount(account.oidc)] : []),
      ]
    : [];
  return (
    <li>
      <div>
        <strong>{name}</strong> <span className="small">{person.title}</span>
        <p className="muted small">
          <span>{person.posts.length > 0 ? c.list(person.posts.map(pick)) : t.noPost}</span>
        </p>
      </div>
      <div className="person-account">
        {account && (
          <>
            <span className={`badge${account.state === 'active' ? ' badge-open' : ''}`}>
              {t.state[account.state]}
            </span>
            {account.waiting && <span className="badge badge-late">{t.recoverPending}</span>}
            <p className="muted small">
              {account.login && <span>{account.login}</span>}
              {factors.length > 0 && <span>{c.list(factors)}</span>}
              {account.sessions > 0 && <span>{t.sessions(account.sessions)}</span>}
            </p>
          </>
        )}
        {error instanceof Problem && error.status === 404 && <p className="muted small">{t.notYours}</p>}
      </div>
      {account && !isMe && (
        // biome-ignore lint/a11y/useSemanticElements: a row of buttons is no form's fieldset
        <div className="row" role="group" aria-label={t.actions(name)}>
          {actsFor(account).map((one) => (
            <Button key={one} className="btn-small" onClick={() => setAct(one)}>
              {words[one]}
            </Button>
          ))}
        </div>
      )}
      {isMe && (
        <Link className="small" to="/security">
          {s.security}
        </Link>
      )}
      {act && account && (
        <AccountAct
          act={act}
          button={words[act]}
          person={person}
          account={account}
          onLink={setMade}
          onClose={() => setAct(null)}
        />
      )}
      {made && <OneTimeLink made={made} onClose={() => setMade(null)} />}
    </li>
  );
}

interface AccountActProps {
  act: Act;
  button: string;
  person: Person;
  account: Account;
  onLink: (made: LinkMade) => void;
  onClose: () => void;
}

function AccountAct({ act, button, person, account, onLink, onClose }: AccountActProps) {
  const t = useText(securityText).admin;
  const pick = usePick();
  const { say } = useAnnouncer();
  const [login, setLogin] = useState(account.login ?? person.email ?? '');
  const [reason, setReason] = useState('');
  const name = pick(person.name);
  const done = (said: string, next?: string): void => {
    onClose();
    say(said, next ? { next } : {});
    void queryClient.invalidateQueries({ queryKey: accountQuery(person.id).queryKey });
    void queryClient.invalidateQueries({ queryKey: recoveriesQuery.queryKey });
  };
  const linked = (made: LinkMade): void => {
    done(t.link);
    onLink(made);
  };
  const frame = { button, onClose };
  if (act === 'invite') {
    return (
      <ConfirmDialog
        {...frame}
        title={t.inviteTitle(name)}
        ready={login.trim().length >= 3}
        act={() => api.post<LinkMade>('/accounts', { personId: person.id, login: login.trim() })}
        onDone={linked}
      >
        <p>{t.inviteHelp}</p>
        <TextField
          label={t.login}
          help={t.loginHelp}
          value={login}
          onValue={setLogin}
          error={login.trim().length < 3 ? t.needLogin : undefined}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
      </ConfirmDialog>
    );
  }
  if (act === 'recover') {
    return (
      <ConfirmDialog
        {...frame}
        title={t.recoverTitle(name)}
        ready={reason.trim() !== ''}
        dirty={reason !== ''}
        act={() =>
          api.post<LinkMade | Recovery>(`/accounts/${person.id}/recovery`, { reason: reason.trim() })
        }
        onDone={(answer) => ('link' in answer ? linked(answer) : done(t.requested, t.requestedNext))}
      >
        <p>{t.recoverHelp}</p>
        {account.fourEyes && (
          <Note>
            <p>{t.recoverFourEyes}</p>
          </Note>
        )}
        <TextField label={t.recoverReason} value={reason} onValue={setReason} maxLength={300} />
      </ConfirmDialog>
    );
  }
  return (
    <ConfirmDialog
      {...frame}
      title={act === 'disable' ? t.disableTitle(name) : t.endSessionsTitle(name)}
      act={() => api.delete(`/accounts/${person.id}${act === 'disable' ? '' : '/sessions'}`)}
      onDone={() => done(act === 'disable' ? t.disabled(name) : t.sessionsEnded(name))}
    >
      <p>{act === 'disable' ? t.disableHelp : t.endSessionsHelp}</p>
    </ConfirmDialog>
  );
}
