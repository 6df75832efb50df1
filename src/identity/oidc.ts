/**
 * A ministry's own sign-in (OpenID Connect, by openid-client): authorization code with PKCE, state and nonce, kept here and
 * bound to the browser that began. An identity is its issuer and subject. It is linked to a person only by himself while
 * signed in and confirmed, or by his one-time link; a mail address, which any provider may claim, matches nobody (AUTH-8).
 */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  type IDToken,
  randomNonce,
  randomPKCECodeVerifier,
} from 'openid-client';
import { v7 as uuid } from 'uuid';
import { SYSTEM } from '../platform/actor.ts';
import type { OidcProvider } from '../platform/config.ts';
import type { AppContext } from '../platform/context.ts';
import { createEgress, EgressFault } from '../platform/egress.ts';
import { isRefusal, refuse } from '../platform/errors.ts';
import { isText } from '../platform/http/contract.ts';
import { type Tx, write } from '../platform/transaction.ts';
import type { OIDC_OUTCOMES } from './contract.ts';
import { enrol } from './enrolment.ts';
import * as store from './factor-store.ts';
import { type Caller, type OpenedSession, openSession } from './opening.ts';
import { hashOf, newToken, type SignedInActor } from './sessions.ts';
import { type Confirmed, confirm } from './step-up.ts';
import { accountOf } from './store.ts';

/** Between leaving and coming back. */
const FLOW_MS = 10 * 60_000;
/** What a provider says of itself is believed this long. */
const KNOWN_MS = 3_600_000;
/** A confirmation must have happened at the provider this short a while ago, in seconds. */
const FRESH_S = 120;
/** Only what cannot be made with the client secret: a signature, never a keyed hash, never none. */
const ALGORITHMS: ReadonlySet<string> = new Set([
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]);

type Outcome = (typeof OIDC_OUTCOMES)[number];
type Purpose = store.OidcFlow['purpose'];

interface Known {
  readonly configuration: Promise<Configuration>;
  readonly until: number;
}
const known = new WeakMap<AppContext, Map<string, Known>>();

/** What the provider says of itself, asked once an hour. Throws `oidc-unavailable`. */
async function configurationOf(ctx: AppContext, provider: OidcProvider): Promise<Configuration> {
  const memory = known.get(ctx) ?? new Map<string, Known>();
  known.set(ctx, memory);
  const now = performance.now();
  const old = memory.get(provider.id);
  if (old && old.until > now) return old.configuration;
  const configuration = discover(provider).catch((error: unknown) => {
    memory.delete(provider.id);
    ctx.log.warn({ err: error, room: 'identity', name: provider.id }, 'a ministry’s sign-in does not answer');
    return refuse('oidc-unavailable', { cause: error, retryAfter: 30 });
  });
  memory.set(provider.id, { configuration, until: now + KNOWN_MS });
  return configuration;
}

async function discover(provider: OidcProvider): Promise<Configuration> {
  const issuer = new URL(provider.issuer);
  const egress = createEgress({ allow: [issuer.origin] });
  const options = {
    execute: [enableNonRepudiationChecks, ...(issuer.protocol === 'http:' ? [allowInsecureRequests] : [])],
    [customFetch]: egress as never,
    timeout: 5,
  };
  const found = await discovery(issuer, provider.clientId, provider.clientSecret, undefined, options);
  const offered = found.serverMetadata().id_token_signing_alg_values_supported;
  if (offered && !offered.some((alg) => ALGORITHMS.has(alg))) {
    throw new Error('the provider signs by no algorithm we take');
  }
  return found;
}

/** The provider set up under this id. Throws `not-found`. */
function providerOf(ctx: AppContext, id: string): OidcProvider {
  return ctx.config.oidc.find((one) => one.id === id) ?? refuse('not-found');
}

const redirectOf = (ctx: AppContext, provider: OidcProvider) =>
  `${ctx.config.publicUrl}/api/v1/session/oidc/${provider.id}/callback`;

/** The page to come back to, if it is one of ours. */
export function ownPage(ctx: AppContext, next: string): string {
  const { publicUrl } = ctx.config;
  if (!next.startsWith('/') || !isText(next) || /[\n\t\\]/.test(next) || !URL.canParse(next, publicUrl))
    return '/';
  const { origin, pathname, search, hash } = new URL(next, publicUrl);
  return origin === new URL(publicUrl).origin ? `${pathname}${search}${hash}` : '/';
}

/** What a browser sets out with. */
export interface Departure {
  readonly purpose: Purpose;
  readonly next: string;
  /** The person and session, or the one-time link, the journey is for. */
  readonly personId?: string;
  readonly boundTo?: Buffer;
  /** The secret of the browser's cookie. */
  readonly browser: string;
}

/**
 * Where the browser goes to sign in at the provider. What comes back is taken only from the same browser, once, within ten
 * minutes. Throws `not-found` for a provider that is none, `oidc-unavailable` for one that does not answer.
 */
export async function depart(ctx: AppContext, providerId: string, departure: Departure): Promise<string> {
  const provider = providerOf(ctx, providerId);
  const configuration = await configurationOf(ctx, provider);
  const [state, nonce, verifier] = [newToken(), randomNonce(), randomPKCECodeVerifier()];
  await write(ctx.database, SYSTEM, ctx.clock, (tx) =>
    store.insertFlow(
      tx,
      hashOf(state),
      {
        browserHash: hashOf(departure.browser),
        provider: provider.id,
        purpose: departure.purpose,
        nonce,
        verifier,
        personId: departure.personId ?? null,
        boundTo: departure.boundTo ?? null,
        next: ownPage(ctx, departure.next),
      },
      new Date(tx.now.getTime() + FLOW_MS),
    ),
  );
  const isFresh = departure.purpose === 'step-up';
  return buildAuthorizationUrl(configuration, {
    redirect_uri: redirectOf(ctx, provider),
    scope: 'openid',
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(isFresh ? { prompt: 'login', max_age: '0' } : {}),
  }).href;
}

/** What a journey came to. */
export interface Arrival {
  /** The page of ours to go to. */
  readonly page: string;
  readonly session?: OpenedSession;
  readonly confirmed?: Confirmed;
}

/** Who comes back: the browser, and whoever is signed in there. */
export interface Arriving {
  readonly search: string;
  readonly browser: string | undefined;
  readonly actor: SignedInActor | null;
  readonly token: string | undefined;
  readonly caller: Caller;
}

/** The page that tells of a journey that did not end well. */
function pageOf(purpose: Purpose, outcome: Outcome): string {
  const page = purpose === 'sign-in' ? '/sign-in' : purpose === 'enrol' ? '/enrol' : '/security';
  return `${page}?oidc=${outcome}`;
}

/** What came back, if this browser set out with it; used up whatever comes of it. */
async function takeFlow(ctx: AppContext, arriving: Arriving): Promise<store.OidcFlow | undefined> {
  const { browser } = arriving;
  const state = new URLSearchParams(arriving.search).get('state');
  if (state === null || browser === undefined) return undefined;
  return write(ctx.database, SYSTEM, ctx.clock, (tx) => store.takeFlow(tx, hashOf(state), hashOf(browser)));
}

/** Ends a journey: checks what the provider says and does what the browser set out for. Never throws a refusal. */
export async function arrive(ctx: AppContext, providerId: string, arriving: Arriving): Promise<Arrival> {
  const flow = await takeFlow(ctx, arriving);
  if (flow?.provider !== providerId) return { page: pageOf('sign-in', 'expired') };
  let claims: IDToken;
  try {
    claims = await claimsOf(ctx, flow, arriving.search);
  } catch (error) {
    const fault = error instanceof EgressFault || (error as Error).cause instanceof EgressFault;
    const outcome = fault || isRefusal(error) ? 'unavailable' : 'refused';
    // Name and code only: what the provider sent may hold tokens and personal data.
    const { code } = error as { code?: unknown };
    ctx.log.warn(
      { room: 'identity', name: flow.provider, result: outcome, code },
      'a sign-in from outside failed',
    );
    return { page: pageOf(flow.purpose, outcome) };
  }
  try {
    return await finish(ctx, flow, claims, arriving);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { page: pageOf(flow.purpose, 'refused') };
  }
}

/** The identity the provider vouches for: signature, issuer, audience, nonce, times, and the party it was made for. */
async function claimsOf(ctx: AppContext, flow: store.OidcFlow, search: string): Promise<IDToken> {
  const provider = providerOf(ctx, flow.provider);
  const configuration = await configurationOf(ctx, provider);
  const state = new URLSearchParams(search).get('state') ?? '';
  // Our own address as configured, whatever host the request named.
  const here = new URL(`${redirectOf(ctx, provider)}${search}`);
  const tokens = await authorizationCodeGrant(configuration, here, {
    pkceCodeVerifier: flow.verifier,
    expectedState: state,
    expectedNonce: flow.nonce,
    idTokenExpected: true,
    ...(flow.purpose === 'step-up' ? { maxAge: FRESH_S } : {}),
  });
  const claims = tokens.claims();
  if (!claims) throw new Error('no identity');
  const [head = ''] = (tokens.id_token ?? '').split('.');
  const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString('utf8')) as { alg?: unknown };
  if (typeof alg !== 'string' || !ALGORITHMS.has(alg)) throw new Error('not a signature we take');
  if (claims.azp !== undefined && claims.azp !== provider.clientId) throw new Error('made for another party');
  if (claims.iss !== provider.issuer) throw new Error('another issuer');
  if (claims.sub.length > 255) throw new Error('a subject longer than any');
  return claims;
}

/** A word by which the holder knows the identity again in his own list. */
function labelOf(claims: IDToken): string {
  const given = [claims['preferred_username'], claims['email'], claims['name'], claims.sub];
  const word = given.find((one): one is string => typeof one === 'string' && one.trim() !== '') ?? '';
  return isText(word) ? word.replace(/\s+/g, ' ').trim().slice(0, 100) : '—';
}

function finish(
  ctx: AppContext,
  flow: store.OidcFlow,
  claims: IDToken,
  arriving: Arriving,
): Promise<Arrival> {
  switch (flow.purpose) {
    case 'sign-in':
      return signIn(ctx, flow, claims, arriving);
    case 'step-up':
      return stepUp(ctx, flow, claims, arriving);
    case 'link':
      return link(ctx, flow, claims, arriving);
    case 'enrol':
      return enrolBy(ctx, flow, claims, arriving);
  }
}

async function signIn(
  ctx: AppContext,
  flow: store.OidcFlow,
  claims: IDToken,
  { caller }: Arriving,
): Promise<Arrival> {
  return write(ctx.database, SYSTEM, ctx.clock, async (tx): Promise<Arrival> => {
    const identity = await store.oidcLinkOf(tx, claims.iss, claims.sub);
    const account = identity && (await accountOf(tx, identity.personId));
    // Nobody's identity, and that of a shut account, are told alike.
    if (!identity || !account || account.disabled) return { page: pageOf('sign-in', 'unlinked') };
    await store.noteOidcUse(tx, identity.id);
    const by = { ...caller, issuer: claims.iss };
    return { page: flow.next, session: await openSession(ctx, tx, identity.personId, 'oidc', by) };
  });
}

/** The session the browser set out with, if it is still the one it has. */
function ownSession(
  flow: store.OidcFlow,
  { actor, token }: Arriving,
): { actor: SignedInActor; token: string } | null {
  if (!actor || token === undefined || actor.personId !== flow.personId) return null;
  return flow.boundTo?.equals(hashOf(token)) ? { actor, token } : null;
}

async function stepUp(
  ctx: AppContext,
  flow: store.OidcFlow,
  claims: IDToken,
  arriving: Arriving,
): Promise<Arrival> {
  const own = ownSession(flow, arriving);
  if (!own) return { page: pageOf('step-up', 'expired') };
  return write(ctx.database, SYSTEM, ctx.clock, async (tx): Promise<Arrival> => {
    const identity = await store.oidcLinkOf(tx, claims.iss, claims.sub);
    if (identity?.personId !== own.actor.personId) return { page: pageOf('step-up', 'unlinked') };
    await store.noteOidcUse(tx, identity.id);
    return { page: flow.next, confirmed: await confirm(ctx, tx, own.actor, own.token, 'oidc', claims.iss) };
  });
}

async function link(
  ctx: AppContext,
  flow: store.OidcFlow,
  claims: IDToken,
  arriving: Arriving,
): Promise<Arrival> {
  const own = ownSession(flow, arriving);
  if (!own) return { page: pageOf('link', 'expired') };
  return write(ctx.database, SYSTEM, ctx.clock, async (tx): Promise<Arrival> => {
    const outcome = (await keepLink(tx, own.actor.personId, claims)) ? 'linked' : 'taken';
    return { page: pageOf('link', outcome) };
  });
}

async function keepLink(tx: Tx, personId: string, claims: IDToken): Promise<boolean> {
  const { iss: issuer, sub: subject } = claims;
  const made = await store.insertOidcLink(tx, {
    id: uuid(),
    personId,
    issuer,
    subject,
    label: labelOf(claims),
  });
  if (made) await store.note(tx, personId, 'oidc-linked', { how: 'oidc' });
  return made;
}

async function enrolBy(
  ctx: AppContext,
  flow: store.OidcFlow,
  claims: IDToken,
  { caller }: Arriving,
): Promise<Arrival> {
  if (flow.boundTo === null) return { page: pageOf('enrol', 'expired') };
  const by = { ...caller, issuer: claims.iss };
  const session = await enrol(ctx, flow.boundTo, 'oidc', by, async (tx, { personId }) => {
    if (!(await keepLink(tx, personId, claims))) refuse('conflict');
  });
  return { page: '/', session };
}
