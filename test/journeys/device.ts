/** A device that holds passkeys: Chromium's own virtual authenticator, with a finger always on it. */
import type { Page } from 'playwright-core';

/** A key as Chromium's protocol carries it. */
interface Credential {
  credentialId: string;
  isResidentCredential: boolean;
  privateKey: string;
  signCount: number;
}

export interface Device {
  /** How many passkeys it holds. */
  count(): Promise<number>;
  /** Lost or stolen: the page can no longer reach it. */
  lose(): Promise<void>;
  /** A key it did not make itself. */
  take(credential: Credential): Promise<void>;
  /** The same keys for another window of their holder. */
  alsoIn(page: Page): Promise<Device>;
}

const OPTIONS = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const;

/**
 * Gives a page a device; it stays with the page from address to address. A browser that offers its keys in the account's
 * field waits for its holder to take one; this one has no such menu and would take it by itself: it says it cannot.
 */
export async function giveDevice(page: Page): Promise<Device> {
  await page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = async () => false;');
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options: OPTIONS });
  const keys = async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  return {
    count: async () => (await keys()).length,
    lose: async () => {
      await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    },
    take: async (credential) => {
      await cdp.send('WebAuthn.addCredential', { authenticatorId, credential });
    },
    alsoIn: async (other) => {
      const second = await giveDevice(other);
      for (const credential of await keys()) await second.take(credential);
      return second;
    },
  };
}

/** Counts what a person presses on a page from now on; the confirmation on the device itself is not among it. */
export async function countPresses(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(`window.presses = 0;
    addEventListener('click', (event) => { if (event.isTrusted) window.presses += 1; }, true);
    addEventListener('keydown', () => { window.presses += 1; }, true);`);
  return () => page.evaluate('window.presses') as Promise<number>;
}
