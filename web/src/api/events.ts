import type { QueryClient } from '@tanstack/react-query';

/** What the stream says: which thing changed, never what it holds; screens read again under their own rights. */
export interface ChangeEvent {
  kind: string;
  id?: string;
}

/** `joining` before the first connection, `lost` while reconnecting. */
export type LiveState = 'joining' | 'live' | 'lost';

/** Which queries a change makes stale; a case's change touches every list it may stand in. */
const STALE: Record<string, readonly string[]> = {
  case: ['case', 'cases', 'queue', 'home', 'inbox', 'session'],
  notice: ['inbox', 'case', 'queue', 'session'],
  inbox: ['inbox', 'case', 'queue', 'session'],
  queue: ['queue'],
  draft: ['drafts', 'home'],
  directory: ['directory', 'coverage', 'session'],
  mail: ['mailbox'],
};

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

  const refresh = (event: ChangeEvent): void => {
    const keys = STALE[event.kind] ?? [event.kind];
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
    source.onmessage = (message) => {
      const event = JSON.parse(String(message.data)) as ChangeEvent;
      refresh(event);
      channel.postMessage({ event });
    };
    source.onerror = () => {
      share('lost');
      if (source?.readyState === EventSource.CLOSED) retry = setTimeout(open, 3000);
    };
  };
  channel.onmessage = (message: MessageEvent<{ state?: LiveState; event?: ChangeEvent }>) => {
    if (message.data.event) refresh(message.data.event);
    if (message.data.state) {
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
