import { Link, useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import type { SessionView } from '../../../src/identity/contract.ts';
import { LANGS } from '../../../src/locales/index.ts';
import { api } from '../api/client.ts';
import { queryClient, sessionQuery } from '../api/queries.ts';
import { Button, KeyHint } from '../ui/Button.tsx';
import { useLang, usePick, useText } from '../ui/lang.tsx';
import { commonText } from '../ui/texts.ts';
import { NavBar } from './NavBar.tsx';
import { destinations } from './nav.ts';
import { THEMES, useMotion, useTheme } from './settings.ts';
import { shellText } from './texts.ts';

/** What strangers may read too, by the first word of its key. */
const FOR_ALL = new Set(['demo', 'providers']);

interface HeaderProps {
  session: SessionView;
  onSearch: () => void;
  onKeys: () => void;
}

/** Product, menu, search, and the person with the post he acts in. */
export function Header({ session, onSearch, onKeys }: HeaderProps) {
  const t = useText(commonText);
  const s = useText(shellText);
  const pick = usePick();
  const post = session.posts[0];
  return (
    <header className="shell-top">
      {session.demonstration && <p className="demo-band">{t.mode.demonstration}</p>}
      <div className="shell-head">
        <Link to="/" className="brand">
          <strong>{t.product}</strong>
          <span>{pick(session.desk.name)}</span>
        </Link>
        <NavBar session={session} place="head" />
        <button type="button" className="head-search" onClick={onSearch}>
          <span>{s.search}</span>
          <KeyHint>/</KeyHint>
        </button>
        <details className="person">
          <summary>
            <span className="person-name">{pick(session.person.name)}</span>
            {post && <span className="person-post">{pick(post.name)}</span>}
          </summary>
          <PersonMenu session={session} onKeys={onKeys} />
        </details>
      </div>
    </header>
  );
}

function PersonMenu({ session, onKeys }: { session: SessionView; onKeys: () => void }) {
  const t = useText(commonText);
  const s = useText(shellText);
  const pick = usePick();
  const navigate = useNavigate();
  const box = useRef<HTMLDivElement>(null);
  const close = (): void => box.current?.closest('details')?.removeAttribute('open');
  const signOut = async (): Promise<void> => {
    await api.delete('/session').catch(() => undefined);
    // First away from here: the frame takes a session that is gone for one that was ended elsewhere.
    await navigate({ to: '/sign-in', search: {} });
    // What the sign-in page asks meanwhile is everybody's; the rest was this person's.
    queryClient.removeQueries({ predicate: ({ queryKey }) => !FOR_ALL.has(String(queryKey[0])) });
    queryClient.setQueryData(sessionQuery.queryKey, null);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: closes the menu from anywhere inside it
    <div
      className="person-menu"
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        close();
        box.current?.closest('details')?.querySelector('summary')?.focus();
      }}
    >
      <p className="strong">{pick(session.person.name)}</p>
      <p className="muted small">{pick(session.organisation.name)}</p>
      <h2>{s.posts}</h2>
      <ul className="person-posts">
        {session.posts.map((post) => (
          <li key={post.id}>
            {pick(post.name)}
            {post.acting && <span className="muted">{t.aside('', s.acting)}</span>}
          </li>
        ))}
      </ul>
      <ul className="person-links">
        {destinations(session).map((to) => (
          <li key={to.path}>
            <Link to={to.path} search={to.path === '/' ? { stay: '1' } : {}} onClick={close}>
              {s.screens[to.screen]}
            </Link>
          </li>
        ))}
      </ul>
      <p>
        <Link to="/security" onClick={close}>
          {s.security}
        </Link>
      </p>
      <Settings />
      <div className="row">
        <Button kind="quiet" onClick={onKeys} hint="?">
          {t.keys.title}
        </Button>
        <Button kind="plain" onClick={signOut}>
          {s.signOut}
        </Button>
      </div>
      <p className="muted small">
        {s.callDesk}
        {t.colon}
        <a href={`tel:${session.desk.phone.replaceAll(/[^\d+]/g, '')}`}>{s.deskPhone(session.desk.phone)}</a>
      </p>
    </div>
  );
}

/** Language, colours, movement; also on the sign-in page. */
export function Settings() {
  const s = useText(shellText);
  const { lang, setLang } = useLang();
  const [theme, setTheme] = useTheme();
  const [moving, setMoving] = useMotion();
  return (
    <div className="settings">
      <fieldset>
        <legend>{s.language}</legend>
        {LANGS.map((one) => (
          <label key={one} lang={one}>
            <input type="radio" name="lang" checked={lang === one} onChange={() => setLang(one)} />
            {s.languages[one]}
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend>{s.theme}</legend>
        {THEMES.map((one) => (
          <label key={one}>
            <input type="radio" name="theme" checked={theme === one} onChange={() => setTheme(one)} />
            {s.themes[one]}
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend>{s.motion}</legend>
        <label>
          <input type="checkbox" checked={moving} onChange={(event) => setMoving(event.target.checked)} />
          {s.motionOn}
        </label>
      </fieldset>
    </div>
  );
}
