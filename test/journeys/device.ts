/** A device that holds passkeys: Chromium's own virtual authenticator, with a finger always on it. */
import type { Page } from 'playwright-core';

export interface Device {
  /** How many passkeys it holds. */
  count(): Promise<number>;
  /** Lost or stolen: the page can no longer reach it. */
  lose(): Promise<void>;
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

/** Gives a page a device; it stays with the page from address to address. */
export async function giveDevice(page: Page): Promise<Device> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options: OPTIONS });
  const keys = async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  return {
    count: async () => (await keys()).length,
    lose: async () => {
      await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    },
    alsoIn: async (other) => {
      const session = await other.context().newCDPSession(other);
      await session.send('WebAuthn.enable');
      const added = await session.send('WebAuthn.addVirtualAuthenticator', { options: OPTIONS });
      for (const credential of await keys())
        await session.send('WebAuthn.addCredential', { authenticatorId: added.authenticatorId, credential });
      return {
        count: async () => (await keys()).length,
        lose: async () => {
          await session.send('WebAuthn.removeVirtualAuthenticator', {
            authenticatorId: added.authenticatorId,
          });
        },
        alsoIn: (third) => giveDevice(third),
      };
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
