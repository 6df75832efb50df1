/** Factors, confirmations and what a session may do before it has them. Pure. */
import type { SnapshotPost } from '../directory/index.ts';
import type { Method, StepUpMethod } from './contract.ts';

/** What an account can sign in by. */
export interface Factors {
  readonly password: boolean;
  readonly passkeys: number;
  /** One-time codes in force. */
  readonly totp: boolean;
  /** Links to providers that are set up here. */
  readonly oidc: number;
}

/** How a session stands. */
export interface Standing {
  readonly how: Method;
  readonly access: 'full' | 'limited';
  readonly steppedUpAt: Date | null;
  readonly steppedUpHow: Method | null;
}

/** A confirmation holds this long (AUTH-6). */
export const STEP_UP_MS = 5 * 60_000;

/** True when the account has more than a password. */
export function hasFactor(factors: Factors): boolean {
  return factors.passkeys > 0 || factors.totp || factors.oidc > 0;
}

/** Ways to confirm, best first. A password counts only where the account has nothing better. */
export function stepUpMethods(factors: Factors): StepUpMethod[] {
  const methods: StepUpMethod[] = [];
  if (factors.passkeys > 0) methods.push('passkey');
  if (factors.totp) methods.push('totp');
  if (factors.oidc > 0) methods.push('oidc');
  return methods.length === 0 && factors.password ? ['password'] : methods;
}

/**
 * Until when the session counts as confirmed, or null. What was proved must still be among the ways that count: a
 * password does not stand for a person who has a key, and the one-time link of an enrolment does for its moment.
 */
export function steppedUpUntil(standing: Standing, factors: Factors, now: Date): Date | null {
  const { steppedUpAt, steppedUpHow } = standing;
  if (steppedUpAt === null || steppedUpHow === null) return null;
  const until = new Date(steppedUpAt.getTime() + STEP_UP_MS);
  if (until <= now || steppedUpAt > now) return null;
  const counts = steppedUpHow === 'link' || stepUpMethods(factors).some((method) => method === steppedUpHow);
  return counts ? until : null;
}

/** What a session opened by `how` may do: with `required`, a password alone opens little. */
export function accessOf(how: Method, policy: 'required' | 'optional'): 'full' | 'limited' {
  return how === 'password' && policy === 'required' ? 'limited' : 'full';
}

/** What a session came about by, and what made it full. */
export interface Origin {
  readonly how: Method;
  readonly access: 'full' | 'limited';
  readonly steppedUpHow: Method | null;
  readonly issuer: string | null;
}

/**
 * What a session may do under the configuration of this moment, which may not be the one it was opened under: none at all
 * when its provider is gone, little when a password alone opened it and more is required since (AUTH-6, ISO-10).
 */
export function accessNow(
  origin: Origin,
  policy: 'required' | 'optional',
  issuers: readonly string[],
): 'full' | 'limited' | 'none' {
  const isKnown = origin.issuer === null ? issuers.length > 0 : issuers.includes(origin.issuer);
  if (origin.how === 'oidc' && !isKnown) return 'none';
  if (origin.access === 'limited' || origin.how !== 'password' || policy === 'optional') return origin.access;
  const { steppedUpHow } = origin;
  const isProved =
    steppedUpHow === 'passkey' || steppedUpHow === 'totp' || (steppedUpHow === 'oidc' && isKnown);
  return isProved ? 'full' : 'limited';
}

/** What would make a limited session full: a first factor, or confirming with the one there is. */
export function limitedBy(standing: Standing, factors: Factors): 'enrol' | 'confirm' | null {
  if (standing.access === 'full') return null;
  return hasFactor(factors) ? 'confirm' : 'enrol';
}

/** Posts whose holders' keys are reset by two administrators (AUTH-4): the centre's, the groups', and administrators. */
const FOUR_EYES_ROLES: ReadonlySet<string> = new Set([
  'duty-officer',
  'subgroup-officer',
  'deputy-convenor',
  'convenor',
  'administrator',
]);

/** True when a lost key of somebody in these posts is a matter for two administrators. */
export function needsFourEyes(posts: readonly Pick<SnapshotPost, 'role' | 'groupCode'>[]): boolean {
  return posts.some((post) => FOUR_EYES_ROLES.has(post.role) || post.groupCode !== null);
}

/** True when the account would still open with these factors, and fully where more than a password is required. */
export function isEnough(factors: Factors, policy: 'required' | 'optional'): boolean {
  if (factors.passkeys > 0 || factors.oidc > 0) return true;
  return factors.password && (factors.totp || policy === 'optional');
}

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\b(iPhone|iPad)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** Coarse words for the program a session was opened with: enough to know one's own, too little to follow anybody. */
export function agentWords(userAgent: string | undefined): string {
  const text = (userAgent ?? '').slice(0, 400);
  const find = (list: typeof BROWSERS) => list.find(([pattern]) => pattern.test(text))?.[1];
  return [find(BROWSERS), find(SYSTEMS)].filter((word) => word !== undefined).join(' · ');
}
