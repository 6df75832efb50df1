/** What the API speaks about sign-in and who one is. */
import { z } from 'zod';
import { ROLES } from '../mechanism/vocabulary.ts';
import { emailAddress } from '../platform/fields.ts';
import { id, line } from '../platform/http/contract.ts';

const bilingual = z.strictObject({ zh: z.string(), en: z.string() });

/** POST /session. An empty name or password is simply wrong, like any other (AUTH-2). */
export const signIn = z.strictObject({ login: z.string().max(200), password: z.string().max(500) });

/** A password somebody chooses: long rather than odd. */
const newPassword = z.string().min(12).max(500);

/** How somebody proved who he is. `link` is the one-time link of an invitation or recovery. */
export const METHODS = ['passkey', 'totp', 'password', 'oidc', 'link'] as const;
export type Method = (typeof METHODS)[number];

/** GET /session: the signed-in person with the posts he holds now. */
export const sessionView = z.strictObject({
  person: z.strictObject({
    id: z.uuid(),
    name: bilingual,
    title: z.string(),
    email: z.string(),
    phone: z.string(),
    fax: z.string(),
  }),
  organisation: z.strictObject({
    id: z.uuid(),
    name: bilingual,
    sectors: z.array(z.string()),
    phone: z.string(),
    fax: z.string(),
    email: z.string(),
  }),
  posts: z.array(
    z.strictObject({
      id: z.uuid(),
      name: bilingual,
      role: z.enum(ROLES),
      acting: z.boolean(),
      groupCode: z.string().nullable(),
      organisation: z.strictObject({ id: z.uuid(), name: bilingual }),
    }),
  ),
  /** Which screens make sense for these posts. */
  screens: z.array(
    z.enum([
      'home',
      'report',
      'desk',
      'situation',
      'centre',
      'cases',
      'support',
      'preparedness',
      'procedures',
      'analyses',
      'inbox',
      'roster',
      'directory',
      'mechanism',
      'administration',
    ]),
  ),
  /** The desk's numbers, for everybody at any time. */
  desk: z.strictObject({
    name: bilingual,
    phone: z.string(),
    fax: z.string(),
    email: z.string(),
    address: bilingual,
  }),
  waitingNotices: z.int(),
  demonstration: z.boolean(),
  expiresAt: z.iso.datetime(),
  /**
   * `limited`: signed in by a password alone where more is required. Such a session may file and draft reports, end, and
   * become full: by a first factor of one's own (`limitedBy` = enrol), or by confirming with the one there is (confirm).
   */
  access: z.enum(['full', 'limited']),
  limitedBy: z.enum(['enrol', 'confirm']).nullable(),
  /** How the session was opened. */
  how: z.enum(METHODS),
});
export type SessionView = z.infer<typeof sessionView>;

/** POST /setup — the one-time link of a new installation makes its first account; its name is the e-mail address. */
export const setUp = z.strictObject({
  token: z.string().min(20).max(200),
  organisationNameZh: line(200),
  name: line(100),
  email: emailAddress,
  password: newPassword,
});
export const setUpDone = z.strictObject({ login: z.string() });

/** POST /accounts — an administrator gives a person an account; the answer is a one-time link to enrol by. */
export const accountInput = z.strictObject({ personId: id, login: line(200, 3) });
export const accountLink = z.strictObject({ link: z.string(), expiresAt: z.iso.datetime() });

// ── sign-in ──────────────────────────────────────────────────────────────────────────────────────────────────
//
// Paths below /api/v1. "anyone": without a session. "limited": also open to a limited session (see `access`).
//
// | method and path                          | who           | body → answer                                          |
// |------------------------------------------|---------------|--------------------------------------------------------|
// | POST   /session                          | anyone        | signIn → 200 sessionView, or 202 codeWanted            |
// | POST   /session/code                     | anyone        | signInCode → 200 sessionView                           |
// | POST   /session/passkey/options          | anyone        | {} → 200 passkeyRequest                                |
// | POST   /session/passkey                  | anyone        | passkeyAnswer → 200 sessionView                        |
// | GET    /session/providers                | anyone        | → 200 providers                                        |
// | POST   /session/oidc/:provider           | anyone        | oidcStart → 200 oidcRedirect (go to `location`)        |
// | GET    /session/oidc/:provider/callback  | anyone        | → 303 to a page, see OIDC_OUTCOMES                     |
// | GET    /session                          | limited       | → 200 sessionView                                      |
// | DELETE /session                          | anyone        | → 204                                                  |
// | POST   /session/step-up/options          | limited       | {} → 200 passkeyRequest (own keys only)                |
// | POST   /session/step-up                  | limited       | stepUp → 200 steppedUp                                 |
// | GET    /me/security                      | limited       | → 200 securityView                                     |
// | POST   /me/passkeys/options              | limited, (s)  | {} → 200 passkeyCreation                               |
// | POST   /me/passkeys                      | limited, (s)  | newPasskey → 201 passkeyView                           |
// | PATCH  /me/passkeys/:id                  | full          | passkeyName → 200 passkeyView                          |
// | DELETE /me/passkeys/:id                  | full, s       | → 204                                                  |
// | POST   /me/totp                          | limited, (s)  | {} → 200 totpSecret (not yet in force)                 |
// | POST   /me/totp/confirm                  | limited, (s)  | totpCode → 204 (in force from now)                     |
// | DELETE /me/totp                          | full, s       | → 204                                                  |
// | PUT    /me/password                      | full, s       | ownPassword → 204 (the other sessions end)             |
// | POST   /me/oidc/:provider                | full, s       | oidcStart → 200 oidcRedirect                           |
// | DELETE /me/oidc/:id                      | full, s       | → 204                                                  |
// | DELETE /me/sessions/:id                  | full          | → 204 (also the present one)                           |
// | DELETE /me/sessions                      | full          | → 200 sessionsEnded (all but the present one)          |
// | POST   /enrolment                        | link's holder | linkToken → 200 enrolmentView                          |
// | POST   /enrolment/passkey/options        | link's holder | linkToken → 200 passkeyCreation                        |
// | POST   /enrolment/passkey                | link's holder | enrolPasskey → 200 sessionView (signed in)             |
// | POST   /enrolment/totp                   | link's holder | linkToken → 200 totpSecret                             |
// | POST   /enrolment/password               | link's holder | enrolPassword → 200 sessionView (signed in)            |
// | POST   /enrolment/oidc/:provider         | link's holder | linkToken → 200 oidcRedirect                           |
// | POST   /accounts                         | admin, s      | accountInput → 201 accountLink (24 h, /enrol#token=…)  |
// | GET    /accounts/:personId               | admin         | → 200 accountView                                      |
// | DELETE /accounts/:personId               | admin, s      | → 204 (shut, sessions ended)                           |
// | DELETE /accounts/:personId/sessions      | admin, s      | → 200 sessionsEnded                                    |
// | POST   /accounts/:personId/recovery      | admin, s      | recoveryInput → 201 accountLink, or 202 recoveryView   |
// | GET    /recoveries                       | admin         | → 200 recoveries (waiting for a second administrator)  |
// | POST   /recoveries/:id/approve           | admin, s      | {} → 201 accountLink (15 min)                          |
// | POST   /recoveries/:id/refuse            | admin, s      | {} → 204                                               |
//
// s: the session must have been confirmed in the last 5 minutes, else 403 `step-up-needed`, whose problem carries
// `params.methods`: the ways this person can confirm, best first, separated by blanks ("passkey totp"). After
// POST /session/step-up the same request succeeds. (s): signing in
// counts, so whoever comes straight from the door is not asked. In the same way any other route may answer `step-up-needed`.
//
// Pages the service sends people to: /enrol#token=… (invitation and recovery; the token stands in the fragment so that
// it reaches no log and no Referer), /security (one's own keys), /sign-in.
//
// Codes worth words of their own: wrong-credentials, code-refused (a wrong, used or locked one-time code: never says
// which), passkey-refused, step-up-needed, second-factor-needed (a limited session asked for more), setup-link-used,
// too-many-attempts, second-person-needed (the one who asked cannot approve), not-independent (nor one who stands in for
// him), account-enrolled (use recovery), last-factor (the last way to sign in cannot be removed), recovery-settled, oidc-unavailable.

/** Ways to confirm a session (step-up), best first. */
export const STEP_UP_METHODS = ['passkey', 'totp', 'oidc', 'password'] as const;
export type StepUpMethod = (typeof STEP_UP_METHODS)[number];

/** POST /session answered 202: the password is right, now the code. The ticket is good once, for five minutes. */
export const codeWanted = z.strictObject({ ticket: z.string(), expiresAt: z.iso.datetime() });

/** A one-time code as people type it: six digits, blanks allowed. */
const code = z.string().max(20);
/** POST /session/code */
export const signInCode = z.strictObject({ ticket: z.string().max(200), code });

/** What the browser is handed for WebAuthn, as @simplewebauthn/browser takes it (`optionsJSON`). */
const webauthn = z.record(z.string(), z.unknown());
/** Options to sign in or confirm with a passkey: `startAuthentication({ optionsJSON: answer.options })`. */
export const passkeyRequest = z.strictObject({ options: webauthn });
/** Options to make a passkey: `startRegistration({ optionsJSON: answer.options })`. */
export const passkeyCreation = z.strictObject({ options: webauthn });

const bytes = (max: number) =>
  z
    .string()
    .regex(/^[\w-]*$/)
    .max(max);
const transports = z.array(z.string().max(30)).max(10);
const credential = {
  id: bytes(1400),
  rawId: bytes(1400),
  type: z.literal('public-key'),
  authenticatorAttachment: z.string().max(30).nullish(),
  clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
};
/** What `startAuthentication` answered, as it is. */
export const assertion = z.strictObject({
  ...credential,
  response: z.strictObject({
    clientDataJSON: bytes(4000),
    authenticatorData: bytes(4000),
    signature: bytes(4000),
    userHandle: bytes(200).nullish(),
  }),
});
/** What `startRegistration` answered, as it is. */
export const attestation = z.strictObject({
  ...credential,
  response: z.strictObject({
    clientDataJSON: bytes(4000),
    attestationObject: bytes(20_000),
    authenticatorData: bytes(4000).nullish(),
    transports: transports.nullish(),
    publicKeyAlgorithm: z.int().nullish(),
    publicKey: bytes(4000).nullish(),
  }),
});
/** POST /session/passkey */
export const passkeyAnswer = z.strictObject({ response: assertion });

/**
 * GET /session/providers: ministries' own sign-ins, empty when none is set up; and whom a stranger may ring who cannot get
 * in: the pack's desk.
 */
export const providers = z.strictObject({
  items: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  desk: z.strictObject({ name: bilingual, phone: z.string() }),
});
/**
 * POST /session/oidc/:provider (purpose sign-in or step-up) and /me/oidc/:provider (to link). `next` is the page of ours
 * to come back to; anything but a path of ours is `/`.
 */
export const oidcStart = z.strictObject({
  purpose: z.enum(['sign-in', 'step-up']).default('sign-in'),
  next: z.string().max(2000).default('/'),
});
/** Where the browser goes now (`location.assign`). */
export const oidcRedirect = z.strictObject({ location: z.string() });
/**
 * What the callback says in `?oidc=` of the page it leads to: nothing after a good sign-in or confirmation (the page is
 * `next`); else on /sign-in, or on /security when it was about the signed-in person's own account, or /enrol.
 */
export const OIDC_OUTCOMES = ['linked', 'refused', 'unlinked', 'taken', 'unavailable', 'expired'] as const;

/** POST /session/step-up */
export const stepUp = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('passkey'), response: assertion }),
  z.strictObject({ method: z.literal('totp'), code }),
  z.strictObject({ method: z.literal('password'), password: z.string().max(500) }),
]);
export const steppedUp = z.strictObject({ until: z.iso.datetime() });

// ── one's own keys and sessions ──────────────────────────────────────────────────────────────────────────────

/** A name for a key, chosen by its holder: 「辦公室筆電」. */
const keyName = line(60);
export const passkeyView = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  usedAt: z.iso.datetime().nullable(),
  /** True when the key is copied between its holder's devices by his platform; false when it never leaves one device. */
  synced: z.boolean(),
});
/** POST /me/passkeys */
export const newPasskey = z.strictObject({ name: keyName, response: attestation });
/** PATCH /me/passkeys/:id */
export const passkeyName = z.strictObject({ name: keyName });

/** A secret for an authenticator app: to scan (`uri`, show as QR) or to type (`secret`, base32 in groups of four). */
export const totpSecret = z.strictObject({ secret: z.string(), uri: z.string() });
/** POST /me/totp/confirm */
export const totpCode = z.strictObject({ code });

/** PUT /me/password. `current` may be left out when the account has none. */
export const ownPassword = z.strictObject({ current: z.string().max(500).optional(), password: newPassword });

/** An open session. The address is not kept; `agent` is coarse words such as "Firefox · Windows". */
export const ownSession = z.strictObject({
  id: z.uuid(),
  current: z.boolean(),
  how: z.enum(METHODS),
  agent: z.string(),
  access: z.enum(['full', 'limited']),
  createdAt: z.iso.datetime(),
  seenAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});

/** What happened to an account, newest first on its holder's page. */
export const SIGN_IN_EVENTS = [
  'signed-in',
  'sign-in-refused',
  'code-refused',
  'totp-locked',
  'signed-out',
  'stepped-up',
  'step-up-refused',
  'passkey-added',
  'passkey-removed',
  'passkey-suspect',
  'totp-on',
  'totp-off',
  'password-set',
  'oidc-linked',
  'oidc-unlinked',
  'session-ended',
  'sessions-ended',
  'invited',
  'recovery-asked',
  'recovery-approved',
  'recovery-refused',
  'recovered',
  'disabled',
] as const;
export const signInEvent = z.strictObject({
  at: z.iso.datetime(),
  kind: z.enum(SIGN_IN_EVENTS),
  how: z.enum(METHODS).nullable(),
  agent: z.string(),
  /** True when an administrator did it, not the holder. */
  byOther: z.boolean(),
});

/** GET /me/security */
export const securityView = z.strictObject({
  login: z.string(),
  hasPassword: z.boolean(),
  /** Whether this installation asks everybody for more than a password. */
  secondFactor: z.enum(['required', 'optional']),
  passkeys: z.array(passkeyView),
  totp: z.strictObject({ on: z.boolean(), since: z.iso.datetime().nullable() }),
  providers: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      links: z.array(
        z.strictObject({
          id: z.uuid(),
          label: z.string(),
          linkedAt: z.iso.datetime(),
          usedAt: z.iso.datetime().nullable(),
        }),
      ),
    }),
  ),
  sessions: z.array(ownSession),
  events: z.array(signInEvent),
  stepUp: z.strictObject({ until: z.iso.datetime().nullable(), methods: z.array(z.enum(STEP_UP_METHODS)) }),
});
export type SecurityView = z.infer<typeof securityView>;

export const sessionsEnded = z.strictObject({ ended: z.int() });

// ── invitation and recovery ──────────────────────────────────────────────────────────────────────────────────

const oneTime = z.string().min(20).max(200);
/** What the holder of a one-time link brings: the fragment of its address. */
export const linkToken = z.strictObject({ token: oneTime });
/** POST /enrolment: for whom the link is. Looking at it does not use it up. */
export const enrolmentView = z.strictObject({
  kind: z.enum(['invitation', 'recovery']),
  name: bilingual,
  login: z.string(),
  expiresAt: z.iso.datetime(),
  /** With `required`, a password needs a one-time code beside it. */
  secondFactor: z.enum(['required', 'optional']),
  providers: z.array(z.strictObject({ id: z.string(), name: z.string() })),
});
/** POST /enrolment/passkey */
export const enrolPasskey = z.strictObject({ token: oneTime, name: keyName, response: attestation });
/** POST /enrolment/password: `code` proves the secret of POST /enrolment/totp; may be left out where it is optional. */
export const enrolPassword = z.strictObject({ token: oneTime, password: newPassword, code: code.optional() });

/** GET /accounts/:personId */
export const accountView = z.strictObject({
  personId: z.uuid(),
  /** `invited`: nobody has set it up yet. */
  state: z.enum(['none', 'invited', 'active', 'disabled']),
  login: z.string().nullable(),
  hasPassword: z.boolean(),
  passkeys: z.int(),
  totp: z.boolean(),
  oidc: z.int(),
  sessions: z.int(),
  /** Recovery needs a second administrator. */
  fourEyes: z.boolean(),
  /** A recovery that waits for a second administrator. */
  waiting: z.boolean(),
});
/** POST /accounts/:personId/recovery */
export const recoveryInput = z.strictObject({ reason: line(300) });
export const recoveryView = z.strictObject({
  id: z.uuid(),
  person: z.strictObject({ id: z.uuid(), name: bilingual }),
  askedBy: z.strictObject({ id: z.uuid(), name: bilingual }),
  reason: z.string(),
  askedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** False for the one who asked, and for whoever is not independent of him: somebody else must approve. */
  mayApprove: z.boolean(),
});
/** GET /recoveries */
export const recoveries = z.strictObject({ items: z.array(recoveryView) });
