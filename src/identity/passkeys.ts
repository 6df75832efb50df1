/**
 * Passkeys (WebAuthn), by @simplewebauthn/server: discoverable, with the holder's own confirmation at every use, bound to
 * this address. A challenge is good once, for five minutes, for one purpose, and for the session that asked (AUTH-4).
 */
import { createHash } from 'node:crypto';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { parse as parseUuid, v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { type Tx, write } from '../platform/transaction.ts';
import type { assertion, attestation } from './contract.ts';
import * as store from './factor-store.ts';

const CHALLENGE_MS = 5 * 60_000;
/** Challenges one address may have open; an agency may share one address. */
const PER_ADDRESS = 300;
/** Keys one person may have. */
export const MOST_KEYS = 20;
/** Ed25519, ES256, RS256. */
const ALGORITHMS = [-8, -7, -257];

type Assertion = z.output<typeof assertion>;
type Attestation = z.output<typeof attestation>;

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * For which name keys are made, and on which pages they may be used: those of PUBLIC_URL, whatever a request says. On this
 * machine alone the name is `localhost`, because browsers make no keys for bare addresses.
 */
export function relyingParty(publicUrl: string): { readonly id: string; readonly origins: string[] } {
  const { hostname, origin, protocol, port } = new URL(publicUrl);
  if (!LOOPBACK.has(hostname)) return { id: hostname, origins: [origin] };
  return {
    id: 'localhost',
    origins: [...LOOPBACK].map((host) => `${protocol}//${host}${port ? `:${port}` : ''}`),
  };
}

/** What authenticators know a person by: his id, which says nothing to anybody else. */
function handleOf(personId: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parseUuid(personId));
}

const hashOfChallenge = (challenge: string) => createHash('sha256').update(challenge).digest();

/** To whom a challenge belongs. */
export interface Asking {
  readonly purpose: store.ChallengePurpose;
  /** The hash of the session's or link's secret; none for a stranger who wants to sign in. */
  readonly boundTo: Buffer | null;
}

async function keepChallenge(
  tx: Tx,
  challenge: string,
  { purpose, boundTo }: Asking,
  subject: string | null,
): Promise<void> {
  // The oldest makes room: who asks without end keeps nobody else at his address from signing in.
  if (subject !== null) await store.forgetChallenges(tx, subject, PER_ADDRESS - 1);
  await store.insertChallenge(tx, {
    hash: hashOfChallenge(challenge),
    purpose,
    boundTo,
    subject,
    expiresAt: new Date(tx.now.getTime() + CHALLENGE_MS),
  });
}

/**
 * Options to prove oneself by a passkey. With a person only his keys are asked for; without one any key of this address,
 * so that nobody types a name.
 */
export async function requestOptions(
  ctx: AppContext,
  tx: Tx,
  asking: Asking,
  of: { readonly personId?: string; readonly subject?: string },
) {
  const keys = of.personId === undefined ? [] : await store.passkeysOf(tx, of.personId);
  const options = await generateAuthenticationOptions({
    rpID: relyingParty(ctx.config.publicUrl).id,
    userVerification: 'required',
    timeout: CHALLENGE_MS,
    ...(keys.length > 0 ? { allowCredentials: keys.map(describe) } : {}),
  });
  await keepChallenge(tx, options.challenge, asking, of.subject ?? null);
  return options;
}

/** Options to make a passkey for a person; those he has are left out. */
export async function creationOptions(
  ctx: AppContext,
  tx: Tx,
  asking: Asking,
  person: { readonly personId: string; readonly login: string; readonly name: string },
) {
  const keys = await store.passkeysOf(tx, person.personId);
  const options = await generateRegistrationOptions({
    rpName: '警鐘 Tocsin',
    rpID: relyingParty(ctx.config.publicUrl).id,
    userName: person.login,
    userDisplayName: person.name,
    userID: handleOf(person.personId),
    attestationType: 'none',
    timeout: CHALLENGE_MS,
    excludeCredentials: keys.map(describe),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: ALGORITHMS,
  });
  await keepChallenge(tx, options.challenge, asking, null);
  return options;
}

const describe = (key: store.PasskeyRow) => ({
  id: key.credentialId.toString('base64url'),
  transports: key.transports,
});

/** The challenge an answer claims to answer; what it is worth, the database says. */
function challengeIn(clientDataJSON: string): string {
  try {
    const data: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8'));
    const { challenge } = data as { challenge?: unknown };
    if (typeof challenge === 'string' && challenge.length <= 200) return challenge;
  } catch {
    // Said below, as for any other answer that is none.
  }
  return refuse('passkey-refused');
}

/** Uses the challenge up before anything is looked at: an answer that fails cannot be shown again either. */
async function spendChallenge(ctx: AppContext, clientDataJSON: string, asking: Asking): Promise<string> {
  const challenge = challengeIn(clientDataJSON);
  const isOurs = await write(ctx.database, SYSTEM, ctx.clock, (tx) =>
    store.takeChallenge(tx, hashOfChallenge(challenge), asking.purpose, asking.boundTo),
  );
  return isOurs ? challenge : refuse('passkey-refused');
}

/**
 * Whose key answered. Throws `passkey-refused` for anything but a fresh answer, to a challenge of ours for this purpose,
 * from this address, with the holder's own confirmation, by a known key of `personId` (if given) whose counter moved on.
 * A key whose counter stands still or runs back may have been copied; its holder finds that in his log.
 */
export async function verifyPasskey(
  ctx: AppContext,
  response: Assertion,
  asking: Asking,
  personId?: string,
): Promise<string> {
  const expectedChallenge = await spendChallenge(ctx, response.response.clientDataJSON, asking);
  const { id: expectedRPID, origins } = relyingParty(ctx.config.publicUrl);
  const holder = await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const key = await store.passkeyByCredential(tx, Buffer.from(response.id, 'base64url'));
    if (!key || (personId !== undefined && key.personId !== personId)) return null;
    const { userHandle } = response.response;
    // A key that signs in without a name says whose it is; it must be the one we know it by.
    if (userHandle == null ? personId === undefined : !isHandle(userHandle, key.personId)) return null;
    const verified = await verifyAuthenticationResponse({
      response: response as AuthenticationResponseJSON,
      expectedChallenge,
      expectedOrigin: origins,
      expectedRPID,
      requireUserVerification: true,
      // The counter is compared when it is stored, in one step, so that two answers at once cannot both pass.
      credential: {
        id: response.id,
        publicKey: new Uint8Array(key.publicKey),
        counter: 0,
        transports: key.transports as never,
      },
    }).catch(() => null);
    if (!verified?.verified) return null;
    const { newCounter, credentialDeviceType } = verified.authenticationInfo;
    if (await store.notePasskeyUse(tx, key.id, newCounter, credentialDeviceType === 'multiDevice')) {
      return key.personId;
    }
    await store.note(tx, key.personId, 'passkey-suspect', { how: 'passkey' });
    return null;
  });
  return holder ?? refuse('passkey-refused');
}

function isHandle(userHandle: string, personId: string): boolean {
  return Buffer.from(userHandle, 'base64url').equals(handleOf(personId));
}

/** A key somebody made, checked and not yet stored. */
export interface NewKey {
  readonly credentialId: Buffer;
  readonly publicKey: Buffer;
  readonly counter: number;
  readonly transports: string[];
  readonly synced: boolean;
}

/** Checks a key just made. Throws `passkey-refused` as {@link verifyPasskey} does. */
export async function verifyCreation(
  ctx: AppContext,
  response: Attestation,
  asking: Asking,
): Promise<NewKey> {
  const expectedChallenge = await spendChallenge(ctx, response.response.clientDataJSON, asking);
  const { id: expectedRPID, origins } = relyingParty(ctx.config.publicUrl);
  const verified = await verifyRegistrationResponse({
    response: response as RegistrationResponseJSON,
    expectedChallenge,
    expectedOrigin: origins,
    expectedRPID,
    requireUserVerification: true,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch(() => null);
  if (!verified?.verified) refuse('passkey-refused');
  const { credential, credentialDeviceType } = verified.registrationInfo;
  return {
    credentialId: Buffer.from(credential.id, 'base64url'),
    publicKey: Buffer.from(credential.publicKey),
    counter: credential.counter,
    transports: response.response.transports ?? [],
    synced: credentialDeviceType === 'multiDevice',
  };
}

/** Stores a checked key under the name its holder gave it. Throws `passkey-refused` when somebody has it already. */
export async function keepKey(tx: Tx, personId: string, name: string, key: NewKey): Promise<string> {
  if ((await store.passkeysOf(tx, personId)).length >= MOST_KEYS) refuse('conflict');
  const id = uuid();
  if (!(await store.insertPasskey(tx, { ...key, id, personId, name }))) refuse('passkey-refused');
  await store.note(tx, personId, 'passkey-added', { how: 'passkey' });
  return id;
}
