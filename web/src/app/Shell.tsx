import { useQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useRouter, useRouterState } from '@tanstack/react-router';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { z } from 'zod';
import type { caseList } from '../../../src/cases/contract.ts';
import type { organisationList } from '../../../src/directory/contract.ts';
import type { SessionView } from '../../../src/identity/contract.ts';
import { api } from '../api/client.ts';
import { followEvents, live } from '../api/events.ts';
import { packQuery, queryClient, sessionQuery } from '../api/queries.ts';
import type { Command } from '../ui/CommandPalette.tsx';
import { CommandPalette } from '../ui/CommandPalette.tsx';
import { KeyMap, useKeys } from '../ui/keys.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { commonText } from '../ui/texts.ts';
import { ZoneProvider } from '../ui/time.tsx';
import { Header } from './Header.tsx';
import { NavBar } from './NavBar.tsx';
import { destinations } from './nav.ts';
import { StepUpHost } from './StepUpHost.tsx';
import { shellText } from './texts.ts';
import './shell.css';

/** Everything around a screen: who you are, where you can go, whether what you see is live. */
export function Shell() {
  const { data: session } = useQuery(sessionQuery);
  const { data: pack } = useQuery(packQuery);
  const t = useText(commonText);
  const s = useText(shellText);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [palette, setPalette] = useState(false);
  const [map, setMap] = useState(false);

  // A session that is not whole yet may only report: nothing is streamed to it.
  const streams = session?.access === 'full';
  useEffect(() => (streams ? followEvents(queryClient) : undefined), [streams]);
  const router = useRouter();
  const isGone = session === null;
  useEffect(() => {
    // Ended elsewhere while this page was open: say so, and lead back here after signing in.
    const here = router.state.location;
    if (isGone && here.pathname !== '/sign-in')
      void router.navigate({ to: '/sign-in', search: { next: here.href, ended: 'yes' } });
  }, [isGone, router]);
  useArrival(path);
  useKeys([
    { key: '?', label: t.keys.help, run: () => setMap(true), global: true },
    { key: 'mod+k', label: t.keys.palette, run: () => setPalette(true), global: true },
    { key: '/', label: t.keys.search, run: () => setPalette(true), global: true },
  ]);
  if (!session) return null;
  return (
    // Times are shown in the mechanism's zone, wherever the reader's machine stands.
    <ZoneProvider value={pack?.timeZone ?? 'Asia/Taipei'}>
      <a className="skip" href="#main">
        {s.skip}
      </a>
      <Header session={session} onSearch={() => setPalette(true)} onKeys={() => setMap(true)} />
      <ConnectionBand />
      <Outlet />
      <NavBar session={session} place="bottom" />
      <Palette session={session} open={palette} onClose={() => setPalette(false)} />
      <KeyMap open={map} onClose={() => setMap(false)} />
      <StepUpHost />
    </ZoneProvider>
  );
}

/** After a change of page the focus starts at the new page's heading, as it would on a page load. */
function useArrival(path: string): void {
  const [first] = useState(path);
  useEffect(() => {
    if (path === first) return;
    const frame = requestAnimationFrame(() => {
      const main = document.getElementById('main');
      if (main && !main.contains(document.activeElement)) main.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [path, first]);
}

const onLine = {
  subscribe: (watcher: () => void): (() => void) => {
    window.addEventListener('online', watcher);
    window.addEventListener('offline', watcher);
    return () => {
      window.removeEventListener('online', watcher);
      window.removeEventListener('offline', watcher);
    };
  },
};

/** Says at once when what is shown may be out of date, and that written text is safe. */
function ConnectionBand() {
  const t = useText(commonText);
  const state = useSyncExternalStore(live.subscribe, live.state);
  const online = useSyncExternalStore(onLine.subscribe, () => navigator.onLine);
  const text = !online ? t.live.offline : state === 'lost' ? t.live.lost : '';
  return (
    <div role="status" aria-live="polite" className="no-print">
      {text && <p className="lost-band">{text}</p>}
    </div>
  );
}

interface PaletteProps {
  session: SessionView;
  open: boolean;
  onClose: () => void;
}

function Palette({ session, open, onClose }: PaletteProps) {
  const t = useText(commonText);
  const s = useText(shellText);
  const pick = usePick();
  const navigate = useNavigate();
  const commands = useMemo(
    (): Command[] =>
      destinations(session).map((to) => ({
        id: to.path,
        group: t.palette.go,
        label: s.screens[to.screen],
        run: () => navigate({ to: to.path }),
      })),
    [session, t, s, navigate],
  );
  const find = async (query: string): Promise<Command[]> => {
    // One half failing must not hide what the other found.
    const none = { items: [] };
    const [cases, bodies] = await Promise.all([
      session.screens.includes('cases')
        ? api.get<z.infer<typeof caseList>>('/cases', { q: query, limit: 6 }).catch(() => none)
        : none,
      session.screens.includes('directory')
        ? api
            .get<z.infer<typeof organisationList>>('/organisations', { q: query, limit: 5 })
            .catch(() => none)
        : none,
    ]);
    return [
      ...cases.items.map((row) => ({
        id: row.id,
        group: t.palette.cases,
        label: `${row.number}　${pick(row.organisation.name)}`,
        detail: row.summary,
        run: () => navigate({ to: '/cases/$caseId', params: { caseId: row.id } }),
      })),
      ...bodies.items.map((row) => ({
        id: row.id,
        group: s.screens.directory,
        label: pick(row.name),
        run: () => navigate({ to: '/directory/$organisationId', params: { organisationId: row.id } }),
      })),
    ];
  };
  return <CommandPalette open={open} onClose={onClose} commands={commands} find={find} />;
}
