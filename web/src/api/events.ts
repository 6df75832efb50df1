import type { QueryClient } from '@tanstack/react-query';

/** What the stream says: which kind of thing changed, never what it holds; screens read again under their own rights. */
type Change = 'case' | 'centre' | 'inbox' | 'directory' | 'everything';

/** `joining` before the first connection, `lost` while reconnecting. */
export type LiveState = 'joining' | 'live' | 'lost';

/** Which queries a change makes stale, by the first word of their key. */
const STALE: Record<Exclude<Change, 'everything'>, readonly string[]> = {
  // A case that changes may be one the centre was called out for.
  case: ['centre', 'case', 'cases', 'queue', 'home', 'inbox', 'mailbox'],
  centre: ['centre'],
  inbox: ['inbox', 'session', 'home'],
  directory: ['directory', 'session'],
};

/** Screens that choose themselves when to read again, because they show everything at once. */
const changeWatchers = new Set<() => void>();

/** Calls back at every change the stream tells of, until the returned function is called. */
export function onChange(watcher: () => void): () => void {
  changeWatchers.add(watcher);
  return () => changeWatchers.delete(watcher);
}

let state: LiveState = 'joining';
const watchers = new Set<() => void>();

function become(next: LiveState): void {
  if (state === next) return;
  state = next;
  for (const watcher of watchers) watcher();
}

/** For `useSyncExternalStore`. */
export const live = {
  subscribe: (watcher: () => void): (() => void) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  },
  state: (): LiveState => state,
};

/**
 * Follows the server's events until the returned function is called. One stream per browser: the tab that
 * holds the lock listens and passes every change on, another takes over when it closes.
 * EventSource reconnects with `Last-Event-ID` by itself while the server answers; when it gives up, we start anew
 * and read everything again, since events may have been missed.
 */
export function followEvents(client: QueryClient): () => void {
  const channel = new BroadcastChannel('tocsin.events');
  const end = new AbortController();
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let stopLeading: (() => void) | undefined;

  const refresh = (change: Change): void => {
    for (const watcher of changeWatchers) watcher();
    if (change === 'everything') {
      client.invalidateQueries();
      return;
    }
    const keys = STALE[change];
    client.invalidateQueries({ predicate: (query) => keys.includes(String(query.queryKey[0])) });
  };
  const share = (next: LiveState): void => {
    const regained = state === 'lost' && next === 'live';
    become(next);
    channel.postMessage({ state: next });
    if (regained) client.invalidateQueries();
  };
  const open = (): void => {
    source = new EventSource('/api/v1/events', { withCredentials: true });
    source.onopen = () => share('live');
    for (const change of ['case', 'centre', 'inbox', 'directory', 'everything'] as const) {
      source.addEventListener(change, () => {
        refresh(change);
        channel.postMessage({ change });
      });
    }
    source.onerror = () => {
      share('lost');
      // A session that was ended elsewhere shows first by its stream: whoever lost the line asks at once who he is.
      client.invalidateQueries({ queryKey: ['session'] });
      if (source?.readyState !== EventSource.CLOSED) return;
      retry = setTimeout(open, 3000);
    };
  };
  channel.onmessage = (message: MessageEvent<{ state?: LiveState; change?: Change }>) => {
    if (message.data.change) refresh(message.data.change);
    if (message.data.state) {
      if (message.data.state === 'lost') client.invalidateQueries({ queryKey: ['session'] });
      const regained = state === 'lost' && message.data.state === 'live';
      become(message.data.state);
      if (regained) client.invalidateQueries();
    }
  };

  // Without TLS there are no locks; each tab then keeps a stream of its own.
  if (!navigator.locks) open();
  navigator.locks
    ?.request('tocsin.events', { signal: end.signal }, () => {
      open();
      return new Promise<void>((resolve) => {
        stopLeading = resolve;
      });
    })
    // Aborted while waiting for the lock: another tab leads, or this one has gone.
    .catch(() => undefined);
  // A tab that follows cannot know yet; the leader's next word corrects it.
  become('live');

  return () => {
    end.abort();
    stopLeading?.();
    clearTimeout(retry);
    source?.close();
    channel.close();
    become('joining');
  };
}
