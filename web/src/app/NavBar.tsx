import { Link } from '@tanstack/react-router';
import type { SessionView } from '../../../src/identity/contract.ts';
import { useText } from '../ui/lang.tsx';
import { destinations } from './nav.ts';
import { shellText } from './texts.ts';

/** The menu: a row in the header on wide screens, a bar at the bottom within reach of a thumb on a phone. */
export function NavBar({ session, place }: { session: SessionView; place: 'head' | 'bottom' }) {
  const t = useText(shellText);
  const all = destinations(session);
  // A thumb's bar holds five; the rest stands in the person's menu.
  const shown =
    place === 'bottom'
      ? all.filter((to) => !['mechanism', 'administration', 'mailbox'].includes(to.screen)).slice(0, 5)
      : all;
  return (
    <nav className={`shell-nav shell-nav-${place}`} aria-label={t.nav}>
      <ul>
        {shown.map((to) => (
          <li key={to.path}>
            <Link
              to={to.path}
              search={to.path === '/' ? { stay: '1' } : {}}
              activeOptions={{ exact: to.path === '/', includeSearch: false }}
            >
              {t.screens[to.screen]}
              {to.screen === 'inbox' && session.waitingNotices > 0 && (
                <span className="nav-count">
                  <span aria-hidden="true">{session.waitingNotices}</span>
                  <span className="visually-hidden">{t.waiting(session.waitingNotices)}</span>
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
