// Shows what is pushed and opens it when tapped. It keeps nothing, answers no requests and confirms nothing: a notice is
// confirmed by a signed-in person on its page.

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

/** What was pushed; something is always shown, or browsers take the permission away. */
function read(event) {
  try {
    return event.data?.json() ?? {};
  } catch {
    return {};
  }
}

self.addEventListener('push', (event) => {
  const {
    title = '警鐘',
    body = '',
    lang = 'zh-Hant',
    notice,
    path = '/inbox',
    urgent = false,
  } = read(event);
  event.waitUntil(
    self.registration.showNotification(String(title), {
      body: String(body),
      lang,
      // Sent again it takes the place of the first.
      tag: notice ?? 'tocsin',
      renotify: true,
      requireInteraction: urgent === true,
      icon: '/icon-192.png',
      badge: '/icon-192.png',
      data: { path },
    }),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const wanted = String(event.notification.data?.path ?? '/inbox');
  // Nothing that was pushed leads out of here.
  const path = /^\/(?![/\\])/.test(wanted) ? wanted : '/inbox';
  event.waitUntil(
    (async () => {
      const open = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
      for (const client of open) {
        if (!('navigate' in client)) continue;
        const shown = await client.navigate(path).catch(() => null);
        if (shown) return shown.focus();
      }
      return self.clients.openWindow(path);
    })(),
  );
});
