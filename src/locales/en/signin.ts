/** Signing in, and the first account of a new installation. */
import type { signin as source } from '../zh-Hant/signin.ts';

export const signin = {
  title: 'Sign in',
  lead: 'Cyber-security incident notification and response',
  login: 'Account',
  password: 'Password',
  show: 'Show password',
  hide: 'Hide password',
  submit: 'Sign in',
  submitting: 'Signing in',
  needLogin: 'Enter your account.',
  needPassword: 'Enter your password.',
  ended:
    'This session has ended (by time, or it was ended elsewhere). After signing in you return to where you were; your drafts are kept.',
  passkey: 'Sign in with a passkey',
  passkeyHelp:
    'Confirm with your fingerprint, face, device PIN or security key; there is no account to type.',
  passkeyBusy: 'Please confirm on your device',
  withPassword: 'Sign in with account and password',
  withProvider: (name: string): string => `Sign in with ${name}`,
  providers: 'Sign in with an account of your organisation',
  lost: 'Lost your key, or cannot sign in?',
  second: {
    title: 'Enter the code',
    lead: 'Open your authenticator app and enter the six digits it shows now for this account.',
    code: 'Code (six digits)',
    need: 'Enter six digits.',
    submit: 'Confirm and sign in',
    back: 'Use another way',
  },
  device: {
    stopped:
      'Not completed: it was cancelled on the device, or took too long. Try again, or use another way.',
    unsupported: 'Passkeys cannot be used with this browser or address. Please use another way.',
    already: 'This device is registered already; once is enough.',
    failed: 'The device did not answer. Try again, or use another way.',
  },
  demo: {
    title: 'Sign in as one of the demonstration’s people',
    lead: 'This is an invented nation: its mechanism is the plan of 2002, its bodies and people are made up. Choose a person to act in that person’s post.',
    own: 'Use an account of your own',
  },
  setup: {
    title: 'Make the first account',
    lead: 'This link works once. Afterwards use this account to import bodies, posts and contacts.',
    organisation: 'Name of your body (in Chinese)',
    name: 'Your name',
    email: 'E-mail (this is your account)',
    password: 'Password',
    passwordHelp: 'At least 12 characters. A sentence you remember is safer than a row of symbols.',
    submit: 'Make the account',
    missing: 'This link is incomplete. Use the whole link shown at installation.',
    done: 'The account is made; please sign in.',
    short: 'The password needs at least 12 characters.',
    needOrganisation: 'Enter the name of your body.',
    needName: 'Enter your name.',
    needEmail: 'Enter your e-mail address.',
  },
} satisfies typeof source;
