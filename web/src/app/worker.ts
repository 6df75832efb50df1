/** The service worker, for push. Its address is the only one our Trusted Types policy lets through. */

interface TypesFactory {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): {
    createScriptURL(url: string): string;
  };
}

const WORKER = '/sw.js';
const types = (globalThis as { trustedTypes?: TypesFactory }).trustedTypes;
const policy = types?.createPolicy('tocsin', {
  createScriptURL: (url) => {
    if (url !== WORKER) throw new TypeError('not an address of ours');
    return url;
  },
});

/** True where this browser can be pushed to at all. */
export const canPush = (): boolean =>
  'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

/** The registration, made when there is none yet. */
export async function workerReady(): Promise<ServiceWorkerRegistration> {
  await navigator.serviceWorker.register(policy ? policy.createScriptURL(WORKER) : WORKER, { scope: '/' });
  return navigator.serviceWorker.ready;
}
