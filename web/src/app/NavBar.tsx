import { Link, useLocation } from '@tanstack/react-router';
import { useRef } from 'react';
import type { SessionView } from '../../../src/identity/contract.ts';
import { useText } from '../ui/lang.tsx';
import { type Destination, destinations } from './nav.ts';
import { shellText } from './texts.ts';

/** What is looked up now and then; a thumb's bar leaves it to the person's menu, a full row folds it. */
const SELDOM: readonly Destination['screen'][] = [
  'preparedness',
  'procedures',
  'analyses',
  'mechanism',
  'administration',
  'mailbox',
];
/** A thumb's bar holds so many, a row beside product, search and person so many. */
const BAR = 5;
const ROW = 9;

/** The menu: a row in the header on wide screens, a bar at the bottom within reach of a thumb on a phone. */
export function NavBar({ session, place }: { session: SessionView; place: 'head' | 'bottom' }) {
  const t = useText(shellText);
  const all = destinations(session);
  const often = all.filter((to) => !SELDOM.includes(to.screen));
  const isFolded = place === 'head' && all.length > ROW;
  const shown = place === 'bottom' ? often.slice(0, BAR) : isFolded ? often : all;
  return (
    <nav className={`shell-nav shell-nav-${place}`} aria-label={t.nav}>
      <ul>
        {shown.map((to) => (
          <li key={to.path}>
            <NavLink to={to} waiting={session.waitingNotices} />
          </li>
        ))}
        {isFolded && (
          <li>
            <More rest={all.filter((to) => SELDOM.includes(to.screen))} />
          </li>
        )}
      </ul>
    </nav>
  );
}

function NavLink({ to, waiting = 0, onClick }: { to: Destination; waiting?: number; onClick?: () => void }) {
  const t = useText(shellText);
  return (
    <Link
      to={to.path}
      search={to.path === '/' ? { stay: '1' } : {}}
      activeOptions={{ exact: to.path === '/', includeSearch: false }}
      {...(onClick ? { onClick } : {})}
    >
      {t.screens[to.screen]}
      {to.screen === 'inbox' && waiting > 0 && (
        <span className="nav-count">
          <span aria-hidden="true">{waiting}</span>
          <span className="visually-hidden">{t.waiting(waiting)}</span>
        </span>
      )}
    </Link>
  );
}

/** The end of a full row, folded; says where one is when one is there. */
function More({ rest }: { rest: readonly Destination[] }) {
  const t = useText(shellText);
  const { pathname } = useLocation();
  const box = useRef<HTMLDetailsElement>(null);
  const close = (): void => box.current?.removeAttribute('open');
  const here = rest.find((to) => pathname === to.path || pathname.startsWith(`${to.path}/`));
  return (
    <details
      className="nav-more"
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        close();
        box.current?.querySelector('summary')?.focus();
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) close();
      }}
    >
      <summary className={here ? 'active' : undefined}>{here ? t.screens[here.screen] : t.more}</summary>
      <ul>
        {rest.map((to) => (
          <li key={to.path}>
            <NavLink to={to} onClick={close} />
          </li>
        ))}
      </ul>
    </details>
  );
}
