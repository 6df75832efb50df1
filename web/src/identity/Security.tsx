import { useMutation, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useState } from 'react';
import type { SecurityView } from '../../../src/identity/contract.ts';
import { api } from '../api/client.ts';
import { queryClient, sessionQuery } from '../api/queries.ts';
import { usePageTitle } from '../app/title.ts';
import { Devices } from '../delivery/Devices.tsx';
import { Button } from '../ui/Button.tsx';
import { useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { EmptyState, Note, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { DateTime } from '../ui/time.tsx';
import { ConfirmDialog } from './ConfirmDialog.tsx';
import { securityQuery } from './queries.ts';
import { AddApp, AddKey, ChangePassword, RenameKey } from './SecurityDialogs.tsx';
import { securityText } from './texts.ts';
import './sign-in.css';

type Key = SecurityView['passkeys'][number];
type OwnSession = SecurityView['sessions'][number];

/** Everything by which one can sign in, and everywhere one is signed in: one's own, nobody else's. */
export function Security() {
  const words = useText(securityText);
  const t = words.page;
  const search: { oidc?: string } = useSearch({ strict: false });
  const { data, error, refetch } = useQuery(securityQuery);
  const outcome = words.oidc[search.oidc as keyof typeof words.oidc];
  usePageTitle(t.title);
  return (
    <main className="page page-narrow security" id="main" tabIndex={-1} data-density="visit">
      <div className="page-head">
        <h1>{t.title}</h1>
        <p>{t.lead}</p>
      </div>
      {outcome && (
        <div role="status">
          <Note kind={search.oidc === 'linked' ? 'plain' : 'late'}>
            <p>{outcome}</p>
          </Note>
        </div>
      )}
      {error && !data ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : !data ? (
        <Skeleton lines={10} />
      ) : (
        <>
          <p className="security-login">
            <span className="muted">{t.login}</span> {data.login}
          </p>
          <Keys view={data} />
          <AppAndPassword view={data} />
          {data.providers.length > 0 && <Links view={data} />}
          <Devices />
          <Sessions sessions={data.sessions} />
          <Events view={data} />
        </>
      )}
    </main>
  );
}

/** After a change: said in words, and everything about the account read again. */
function useChanged(): (said: string, next?: string) => void {
  const { say } = useAnnouncer();
  return (said, next) => {
    say(said, next ? { next } : {});
    void queryClient.invalidateQueries({ queryKey: securityQuery.queryKey });
    void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };
}

/** In how many ways the person can sign in; the last one stays. */
function waysIn(view: SecurityView): number {
  const byPassword = view.hasPassword && (view.totp.on || view.secondFactor === 'optional') ? 1 : 0;
  return view.passkeys.length + byPassword + view.providers.flatMap((one) => one.links).length;
}

function Part({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section className="security-part">
      <div className="security-part-head">
        <h2>{title}</h2>
        {action}
      </div>
      {children}
    </section>
  );
}

/** 「上次使用 …」, or that it never was. */
function Used({ at, before, never }: { at: string | null; before: string; never?: string }) {
  return (
    <span>
      {at ? (
        <>
          {before} <DateTime at={at} />
        </>
      ) : (
        (never ?? before)
      )}
    </span>
  );
}

function Keys({ view }: { view: SecurityView }) {
  const t = useText(securityText).page;
  const changed = useChanged();
  const [open, setOpen] = useState<{ what: 'add' } | { what: 'rename' | 'remove'; key: Key } | null>(null);
  const close = (): void => setOpen(null);
  const isLast = waysIn(view) <= 1;
  const add = (
    <Button kind={view.passkeys.length === 0 ? 'primary' : 'plain'} onClick={() => setOpen({ what: 'add' })}>
      {t.addKey}
    </Button>
  );
  return (
    <Part title={t.keys} action={view.passkeys.length > 0 && add}>
      {view.passkeys.length === 0 ? (
        <EmptyState title={t.keysEmpty} action={add}>
          {t.keysEmptyHelp}
        </EmptyState>
      ) : (
        <ul className="security-list">
          {view.passkeys.map((key) => (
            <li key={key.id}>
              <div>
                <strong>{key.name}</strong>
                <p className="muted small">
                  <Used at={key.createdAt} before={t.added} />
                  <Used at={key.usedAt} before={t.used} never={t.never} />
                  <span>{key.synced ? t.synced : t.bound}</span>
                </p>
                {isLast && <p className="muted small">{t.lastFactor}</p>}
              </div>
              <div className="row">
                <Button className="btn-small" onClick={() => setOpen({ what: 'rename', key })}>
                  {t.rename}
                </Button>
                {!isLast && (
                  <Button className="btn-small" onClick={() => setOpen({ what: 'remove', key })}>
                    {t.remove}
                  </Button>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
      {open?.what === 'add' && (
        <AddKey
          onClose={close}
          onDone={() => {
            close();
            changed(t.doneAdd, t.nextUse);
          }}
        />
      )}
      {open?.what === 'rename' && (
        <RenameKey
          id={open.key.id}
          name={open.key.name}
          onClose={close}
          onDone={() => {
            close();
            changed(t.doneRename);
          }}
        />
      )}
      {open?.what === 'remove' && (
        <ConfirmDialog
          title={t.removeTitle}
          button={t.remove}
          act={() => api.delete(`/me/passkeys/${open.key.id}`)}
          onClose={close}
          onDone={() => {
            close();
            changed(t.doneRemove);
          }}
        >
          <p>{t.removeHelp(open.key.name)}</p>
        </ConfirmDialog>
      )}
    </Part>
  );
}

function AppAndPassword({ view }: { view: SecurityView }) {
  const t = useText(securityText).page;
  const c = useText(commonText);
  const changed = useChanged();
  const [open, setOpen] = useState<'app' | 'app-off' | 'password' | null>(null);
  const done = (said: string, next?: string) => (): void => {
    setOpen(null);
    changed(said, next);
  };
  return (
    <Part title={c.list([t.password, t.app])}>
      <ul className="security-list">
        <li>
          <div>
            <strong>{t.password}</strong>
            <p className="muted small">{view.hasPassword ? t.passwordOn : t.passwordOff}</p>
          </div>
          <Button className="btn-small" onClick={() => setOpen('password')}>
            {view.hasPassword ? t.passwordChange : t.passwordAdd}
          </Button>
        </li>
        <li>
          <div>
            <strong>{t.app}</strong>
            <p className="muted small">
              {view.totp.on ? <Used at={view.totp.since} before={t.appOn} /> : <span>{t.appOff}</span>}
              <span>{t.appHelp}</span>
            </p>
          </div>
          <div className="row">
            <Button className="btn-small" onClick={() => setOpen('app')}>
              {view.totp.on ? t.appReplace : t.appAdd}
            </Button>
            {view.totp.on && (
              <Button className="btn-small" onClick={() => setOpen('app-off')}>
                {t.remove}
              </Button>
            )}
          </div>
        </li>
      </ul>
      {open === 'app' && <AddApp onClose={() => setOpen(null)} onDone={done(t.doneApp, t.nextUse)} />}
      {open === 'app-off' && (
        <ConfirmDialog
          title={t.appRemoveTitle}
          button={t.remove}
          act={() => api.delete('/me/totp')}
          onClose={() => setOpen(null)}
          onDone={done(t.doneRemove)}
        >
          <p>{t.appRemoveHelp}</p>
        </ConfirmDialog>
      )}
      {open === 'password' && (
        <ChangePassword
          hasPassword={view.hasPassword}
          onClose={() => setOpen(null)}
          onDone={done(t.donePassword)}
        />
      )}
    </Part>
  );
}

function Links({ view }: { view: SecurityView }) {
  const t = useText(securityText).page;
  const changed = useChanged();
  const [leaving, setLeaving] = useState<{ id: string; name: string } | null>(null);
  const go = useMutation({
    mutationFn: (provider: string) =>
      api.post<{ location: string }>(`/me/oidc/${encodeURIComponent(provider)}`, { next: '/security' }),
    onSuccess: ({ location }) => window.location.assign(location),
  });
  return (
    <Part title={t.links}>
      {go.isError && <ProblemMessage error={go.error} />}
      <ul className="security-list">
        {view.providers.flatMap((provider) => [
          ...provider.links.map((link) => (
            <li key={link.id}>
              <div>
                <strong>{provider.name}</strong>
                <p className="muted small">
                  <span>{link.label}</span>
                  <Used at={link.linkedAt} before={t.added} />
                  <Used at={link.usedAt} before={t.used} never={t.never} />
                </p>
              </div>
              <Button className="btn-small" onClick={() => setLeaving({ id: link.id, name: provider.name })}>
                {t.remove}
              </Button>
            </li>
          )),
          ...(provider.links.length === 0
            ? [
                <li key={provider.id}>
                  <div>
                    <strong>{provider.name}</strong>
                    <p className="muted small">{t.linksHelp}</p>
                  </div>
                  <Button className="btn-small" busy={go.isPending} onClick={() => go.mutate(provider.id)}>
                    {t.link(provider.name)}
                  </Button>
                </li>,
              ]
            : []),
        ])}
      </ul>
      {leaving && (
        <ConfirmDialog
          title={t.unlinkTitle}
          button={t.remove}
          act={() => api.delete(`/me/oidc/${leaving.id}`)}
          onClose={() => setLeaving(null)}
          onDone={() => {
            setLeaving(null);
            changed(t.doneRemove);
          }}
        >
          <p>{t.unlinkHelp(leaving.name)}</p>
        </ConfirmDialog>
      )}
    </Part>
  );
}

function Sessions({ sessions }: { sessions: readonly OwnSession[] }) {
  const words = useText(securityText);
  const t = words.page;
  const changed = useChanged();
  const [asking, setAsking] = useState(false);
  const end = useMutation({
    mutationFn: (one: OwnSession) => api.delete(`/me/sessions/${one.id}`),
    onSuccess: () => changed(t.endedOne),
  });
  const others = sessions.filter((one) => !one.current);
  return (
    <Part
      title={t.sessions}
      action={others.length > 0 && <Button onClick={() => setAsking(true)}>{t.endOthers}</Button>}
    >
      {end.isError && <ProblemMessage error={end.error} />}
      <ul className="security-list">
        {[...sessions]
          .sort((a, b) => Number(b.current) - Number(a.current))
          .map((one) => (
            <li key={one.id}>
              <div>
                <strong>{one.agent}</strong>
                {one.current && <span className="badge badge-open">{t.thisOne}</span>}
                <p className="muted small">
                  <span>{words.methods[one.how]}</span>
                  {one.access === 'limited' && <span>{t.limited}</span>}
                  <Used at={one.createdAt} before={t.since} />
                  <Used at={one.seenAt} before={t.lastSeen} />
                </p>
              </div>
              {!one.current && (
                <Button className="btn-small" busy={end.isPending} onClick={() => end.mutate(one)}>
                  {t.endOne}
                </Button>
              )}
            </li>
          ))}
      </ul>
      {others.length === 0 && <p className="muted">{t.onlyThis}</p>}
      {asking && (
        <ConfirmDialog
          title={t.endOthersTitle}
          button={t.endOthers}
          act={() => api.delete<{ ended: number }>('/me/sessions')}
          onClose={() => setAsking(false)}
          onDone={({ ended }) => {
            setAsking(false);
            changed(t.endedOthers(ended));
          }}
        >
          <p>{t.endOthersHelp}</p>
        </ConfirmDialog>
      )}
    </Part>
  );
}

function Events({ view }: { view: SecurityView }) {
  const words = useText(securityText);
  const t = words.page;
  return (
    <Part title={t.recent}>
      {view.events.length === 0 ? (
        <p className="muted">{t.recentEmpty}</p>
      ) : (
        <ol className="security-events">
          {view.events.map((event) => (
            <li key={`${event.at}${event.kind}`}>
              <DateTime at={event.at} />
              <span>
                {words.events[event.kind]}
                <span className="muted small">
                  {event.how && <span>{words.methods[event.how]}</span>}
                  {event.agent && <span>{event.agent}</span>}
                  {event.byOther && <span>{t.byOther}</span>}
                </span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </Part>
  );
}
