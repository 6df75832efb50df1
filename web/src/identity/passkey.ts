/** Passkeys of this device: what the browser does, and its refusals in five kinds a person understands. */
import {
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
  WebAuthnAbortService,
  WebAuthnError,
} from '@simplewebauthn/browser';
import type { z } from 'zod';
import type { passkeyCreation, passkeyRequest } from '../../../src/identity/contract.ts';
import type { signin } from '../../../src/locales/zh-Hant/signin.ts';

type Request = z.infer<typeof passkeyRequest>;
type Creation = z.infer<typeof passkeyCreation>;
/** Which sentence of the catalogue fits. */
type DeviceFault = keyof (typeof signin)['device'];

/** The device, its browser or its holder did not go along. */
export class DeviceRefusal extends Error {
  readonly fault: DeviceFault;
  constructor(fault: DeviceFault) {
    super(fault);
    this.name = 'DeviceRefusal';
    this.fault = fault;
  }
}

/** Passkeys belong to a name: browsers refuse them for an address of numbers and on pages without TLS. */
export function passkeysWork(): boolean {
  return (
    window.isSecureContext && browserSupportsWebAuthn() && !/^[\d.]+$|^\[/.test(window.location.hostname)
  );
}

function refusal(error: unknown): Error {
  const name = error instanceof Error ? error.name : '';
  const code = error instanceof WebAuthnError ? error.code : '';
  if (code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED' || name === 'InvalidStateError')
    return new DeviceRefusal('already');
  if (name === 'NotAllowedError' || name === 'AbortError' || code === 'ERROR_CEREMONY_ABORTED')
    return new DeviceRefusal('stopped');
  if (name === 'SecurityError' || name === 'NotSupportedError') return new DeviceRefusal('unsupported');
  return new DeviceRefusal('failed');
}

/** Asks the device for a proof by one of its passkeys; throws {@link DeviceRefusal}. */
export async function askDevice({ options }: Request) {
  try {
    return await startAuthentication({
      optionsJSON: options as unknown as PublicKeyCredentialRequestOptionsJSON,
    });
  } catch (error) {
    throw refusal(error);
  }
}

/** Has the device make a passkey; throws {@link DeviceRefusal}. */
export async function makeOnDevice({ options }: Creation) {
  try {
    return await startRegistration({
      optionsJSON: options as unknown as PublicKeyCredentialCreationOptionsJSON,
    });
  } catch (error) {
    throw refusal(error);
  }
}

/**
 * Lets the browser offer its passkeys in the account field, where it can; settles with a proof when somebody takes one,
 * and with null when it cannot, or when anything else has begun meanwhile. Never throws: it is an offer.
 */
export async function offerInField(ask: () => Promise<Request>) {
  try {
    if (!passkeysWork() || !(await browserSupportsWebAuthnAutofill())) return null;
    const { options } = await ask();
    return await startAuthentication({
      optionsJSON: options as unknown as PublicKeyCredentialRequestOptionsJSON,
      useBrowserAutofill: true,
      verifyBrowserAutofillInput: false,
    });
  } catch {
    return null;
  }
}

/** Takes back what the device was asked, e.g. when the page is left. */
export function stopAsking(): void {
  WebAuthnAbortService.cancelCeremony();
}
