/** Words of every refusal in English: what happened, why, and what to do now. */
import type { ErrorCode, FieldErrorCode } from '../../platform/errors.ts';
import { type Text, type TextParams, word } from '../../platform/i18n.ts';
import type { ProblemText } from '../zh-Hant/errors.ts';

const list = (value: unknown) => word(value, ', ');
const type = (p: TextParams) =>
  ({
    string: 'text',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a group of fields',
    date: 'a date',
  })[list(p['expected'])] ?? 'another type';

export const errors = {
  problems: {
    'malformed-json': {
      title: 'The data cannot be read',
      detail: 'What was sent is not proper JSON.',
      repair: 'Correct the place named and send it again.',
    },
    'malformed-request': {
      title: 'The request cannot be read',
      detail: 'The address or a header is not properly formed.',
      repair: 'Check the address and try again.',
    },
    'invalid-input': {
      title: 'Some fields need correcting',
      detail: 'Some fields break their rule. Nothing has been stored.',
      repair: 'Correct each field as it says beside it, then send again.',
    },
    'bad-cursor': {
      title: 'The page position is not valid',
      detail: 'This position was not handed out by this list, or the filters have changed.',
      repair: 'Start again from the first page.',
    },
    'payload-too-large': {
      title: 'Too large',
      detail: 'What was sent is larger than can be taken here.',
      repair: 'Send less, or send parts of it as attachments.',
    },
    'unsupported-media-type': {
      title: 'Content type not accepted',
      detail: 'Only application/json in UTF-8 is accepted here.',
      repair: 'Set Content-Type to application/json and send again.',
    },
    'headers-too-large': {
      title: 'Headers too long',
      detail: 'The headers of the request are longer than can be taken.',
      repair: "Clear this site's cookies and try again.",
    },
    'request-timeout': {
      title: 'The request took too long to arrive',
      detail: 'The request did not arrive whole within the time allowed.',
      repair: 'Check the connection and send again; what you filled in is kept.',
    },
    'cross-site': {
      title: 'Act of unknown origin',
      detail: 'The act did not come from a page of this system and was not carried out.',
      repair: 'Repeat it from a page of this system.',
    },
    'idempotency-key-missing': {
      title: 'Idempotency key missing',
      detail: 'This act must not happen twice and needs an Idempotency-Key header.',
      repair: 'Add a UUID and use the same one when you try again.',
    },
    'idempotency-key-reused': {
      title: 'Idempotency key already used',
      detail: 'The key was used before for something else; the earlier answer stands.',
      repair: 'Look at the earlier answer first; for another matter use a new key.',
    },
    'not-signed-in': {
      title: 'Not signed in',
      detail: 'You are not signed in, or your session has ended.',
      repair: 'Sign in again; drafts that were not sent are kept.',
    },
    'wrong-credentials': {
      title: 'Sign-in failed',
      detail: 'The name or the password is wrong.',
      repair: "Check both and try again; if you forgot the password, ask your body's administrator.",
    },
    'too-many-attempts': {
      title: 'Too many attempts',
      detail: (p) =>
        p['seconds']
          ? `Too many tries in a short time. Try again in ${list(p['seconds'])} seconds.`
          : 'Too many tries in a short time.',
      repair: 'Wait a little; report by telephone if it is urgent.',
    },
    'code-refused': {
      title: 'The code was not taken',
      detail: 'The code is wrong or was used already. After five wrong codes none is taken for 15 minutes.',
      repair: 'Wait for the next code and type it in; a passkey works at any time.',
    },
    'passkey-refused': {
      title: 'The passkey was not recognised',
      detail: 'This key could not be recognised here, or it took too long.',
      repair: 'Try again, or sign in another way. If the key is lost, ask your body’s administrator.',
    },
    'oidc-unavailable': {
      title: 'That sign-in does not answer',
      detail: 'The other organisation’s sign-in cannot be reached at the moment.',
      repair: 'Sign in another way, or try again in a few minutes; report by telephone if it is urgent.',
    },
    'second-factor-needed': {
      title: 'A second step is needed',
      detail:
        'You signed in with a password only. With it you can report; everything else needs a passkey or a code.',
      repair: 'Set up a passkey or codes, or confirm with the one you have.',
    },
    'step-up-needed': {
      title: 'Please confirm that it is you',
      detail: 'This act needs a confirmation from the last five minutes.',
      repair: 'Confirm with your passkey, code or password, then do it again.',
    },
    'account-enrolled': {
      title: 'The account is in use already',
      detail: 'This person has set up the account.',
      repair: 'If a key was lost, start a recovery instead.',
    },
    'last-factor': {
      title: 'This one has to stay',
      detail: 'Without it you could not sign in any more.',
      repair: 'Set up another way first, then remove this one.',
    },
    'recovery-settled': {
      title: 'Already settled',
      detail: 'This recovery was approved, refused or has run out.',
      repair: 'Reload the list; if it is still needed, ask for a new recovery.',
    },
    'setup-link-used': {
      title: 'Set-up link no longer valid',
      detail: 'This one-time set-up link was used or has expired.',
      repair: 'Ask the system administrator for a new one.',
    },
    'forbidden-act': {
      title: 'This act is not open to you',
      detail: 'Your post, or the present state of the case, does not allow this act.',
      repair: 'Reload the page and use the acts it offers; ask the duty desk of the centre if in doubt.',
    },
    'not-found': {
      title: 'Not found',
      detail: 'There is nothing here, or nothing you may see.',
      repair: 'Go back to the list and choose again; check the post you are signed in with.',
    },
    'case-changed': {
      title: 'The case has changed',
      detail: (p) =>
        p['who']
          ? `Meanwhile ${list(p['who'])} changed this case${p['what'] ? ` (${list(p['what'])})` : ''}. Your act was not carried out.`
          : 'Meanwhile this case was changed. Your act was not carried out.',
      repair: 'Your text is kept; read what is new, then decide whether to send it.',
    },
    'draft-changed': {
      title: 'The draft was changed elsewhere',
      detail: 'This draft was saved in another window or on another device. Nothing was overwritten.',
      repair: 'Compare the two and choose which to keep.',
    },
    conflict: {
      title: 'Contradicts what is stored',
      detail: 'The act contradicts what is already stored and was not carried out.',
      repair: 'Reload and look at the present content.',
    },
    'level-same': {
      title: 'The level is the same',
      detail: (p) =>
        p['level']
          ? `The case already has level ${list(p['level'])}.`
          : 'The level chosen is already in force.',
      repair: 'To keep the level, confirm it; to change it, choose another.',
    },
    'reason-required': {
      title: 'A reason is needed',
      detail: 'This act needs a stated reason.',
      repair: 'Give the reason in a sentence and send again.',
    },
    'release-needs-solution': {
      title: 'The solution is missing',
      detail: 'The recovery report states no solution, so the case cannot be released.',
      repair: 'Ask the reporting body to add the solution, or send the report back saying what is missing.',
    },
    'release-needs-resolved-time': {
      title: 'The time of resolution is missing',
      detail: 'The recovery report states no time of resolution, so the case cannot be released.',
      repair: 'Ask the reporting body to add the time, or send the report back saying what is missing.',
    },
    'level-unconfirmed': {
      title: 'The level is not confirmed',
      detail: 'Nobody has confirmed the impact level of this case, so it cannot be released.',
      repair: 'Confirm the impact level first.',
    },
    'not-recovered': {
      title: 'No recovery report yet',
      detail: 'The case has no accepted recovery report and cannot be released.',
      repair: 'Ask the reporting body for a recovery report once it has recovered.',
    },
    'already-final': {
      title: 'The case has ended',
      detail: 'The case is no longer under control; this act is not possible any more.',
      repair: 'If there is new evidence, reopen the case or file a new report.',
    },
    'second-person-needed': {
      title: 'Somebody else must decide',
      detail: 'You proposed this yourself; in whichever of your posts, another person must agree.',
      repair: 'Reach somebody who may approve it, or take your proposal back.',
    },
    'not-independent': {
      title: 'Two independent people must agree',
      detail:
        'Whoever asks and whoever agrees must be two people who do not depend on each other. A post younger than seven days or given by the asker does not count, nor two accounts of which one of them, or the same third person, made or reset the other within 30 days.',
      repair: 'Ask another administrator; if there is none, whoever runs the machine can reset the account.',
    },
    'not-your-proposal': {
      title: 'Not your proposal',
      detail: 'Only the person who proposed it can take it back.',
      repair: 'If you do not agree with it, decline it and say why.',
    },
    'already-proposed': {
      title: 'Already proposed',
      detail: 'An act of this kind already waits for a second person.',
      repair: 'Have that proposal decided, or take it back, first.',
    },
    'nothing-proposed': {
      title: 'The proposal no longer waits',
      detail: 'It has been decided, taken back, or the case has moved on.',
      repair: 'Look at the case again; propose it once more if it is still needed.',
    },
    'proposer-gone': {
      title: 'The proposer no longer may',
      detail: 'Whoever proposed this no longer holds the post, or the post no longer has the right.',
      repair: 'Decline it; somebody in office can propose it again.',
    },
    'already-held': {
      title: 'Already restricted',
      detail: 'An order of silence already stands on this case.',
      repair: 'If the order has changed, lift it first and record it anew.',
    },
    'stationing-stands': {
      title: 'The centre has been called out for this case',
      detail:
        'The case has reached level A, or stationing was ordered; until the centre is stood down by decision it can neither be left to the agency nor be ordered again.',
      repair: 'When things have calmed down, whoever may decides on the page of the centre to stand down.',
    },
    'centre-stood-down': {
      title: 'It has ended',
      detail: 'The centre was stood down, or the meeting has ended; nothing is added to its record.',
      repair: 'Look at the page again; to form up once more, a deputy convenor orders stationing.',
    },
    'not-held': {
      title: 'Not restricted',
      detail: 'No order of silence stands on this case.',
      repair: 'Look at the case again.',
    },
    'case-held': {
      title: 'Restricted: it cannot be merged or linked',
      detail: 'That would tell others of this case.',
      repair: 'Try again once the order has been lifted.',
    },
    'no-such-step': {
      title: 'No such step',
      detail: 'The response procedure of this case has no such step.',
      repair: 'Look at the case again.',
    },
    'not-your-part': {
      title: 'This step is somebody else’s',
      detail: 'The step belongs to another party; the desk may record it for him.',
      repair: 'Tell that party, or ring up the desk.',
    },
    'step-settled': {
      title: 'This step is on record already',
      detail: 'It was done, skipped or is asked no more; or it is open already.',
      repair: 'Look at the page again to see who recorded it and when.',
    },
    'preparedness-ended': {
      title: 'This call has ended',
      detail: 'Whoever called for preparedness has ended it; its record is closed.',
      repair: 'Look at the page again; where it is still needed, the crisis subgroup makes another call.',
    },
    'procedure-same': {
      title: 'The same as what is in force',
      detail: 'What is proposed says what the step says already.',
      repair: 'Change something and send it again; if somebody has just changed it, look at its history.',
    },
    'support-not-asked': {
      title: 'No answer is awaited',
      detail: 'The group was not asked for this, or has answered already.',
      repair: 'Look at the case again; the coordinators can ask once more.',
    },
    'already-asked': {
      title: 'Asked already',
      detail: 'This group has the request before it already.',
      repair: 'Wait for its answer, or take the request back first.',
    },
    'support-ended': {
      title: 'No longer needed',
      detail: 'This request for support was cancelled.',
      repair: 'Ask anew if it is needed after all.',
    },
    'referral-not-open': {
      title: 'No such referral',
      detail: 'There is no such referral, it is closed, or it has not been sent yet.',
      repair: 'Open it and record how it was sent first.',
    },
    'nothing-to-merge': {
      title: 'Nothing to merge',
      detail: 'None of the cases chosen can be merged.',
      repair: 'Choose at least one case that is still under control.',
    },
    'nothing-to-link': {
      title: 'These cases cannot be linked',
      detail:
        'Both must be real or both exercises, in the same compartment, and the other one must not have ended as no incident, withdrawn or merged; only a linked case can be unlinked.',
      repair: 'Choose another case.',
    },
    'merge-into-itself': {
      title: 'A case cannot be merged into itself',
      detail: 'Both sides of the merge are the same case.',
      repair: 'Choose another case.',
    },
    'swap-settled': {
      title: 'This swap is settled',
      detail: 'It was agreed to, refused or taken back, or one of its shifts has changed since.',
      repair: 'Read the roster again, and ask anew if need be.',
    },
    'not-on-duty': {
      title: 'You are not on duty',
      detail: 'A hand-over note is written by whoever is on duty or has just left.',
      repair: 'Let the person on duty write it, or correct the roster first.',
    },
    'no-holder': {
      title: 'Nobody holds the post',
      detail: (p) =>
        p['post']
          ? `Nobody holds or deputises for "${list(p['post'])}" at present.`
          : 'Nobody holds or deputises for the post that must act or be told.',
      repair: 'Name a holder or deputy in the directory first, and telephone.',
    },
    'attachments-full': {
      title: 'No more room for files',
      detail: (p) =>
        p['max']
          ? `Files that belong to no report yet may come to ${list(p['max'])} together.`
          : 'Files that belong to no report yet have reached their limit.',
      repair:
        'Remove files you do not need, or file the report now; it does not wait for them, and a follow-up can bring them.',
    },
    'too-many-drafts': {
      title: 'Too many drafts',
      detail: (p) =>
        p['max'] ? `One person can keep ${list(p['max'])} drafts.` : 'No more drafts can be kept.',
      repair:
        'What you typed stays on this device and can be filed as usual. Throw drafts away that you do not need.',
    },
    'too-many-requests': {
      title: 'Too many requests',
      detail: 'Your network sends too many requests without signing in, so they are slowed down for a while.',
      repair:
        'Try again in a moment. Reports of people who are signed in are never slowed. If it is urgent, telephone.',
    },
    'attachment-too-large': {
      title: 'Attachment too large',
      detail: (p) =>
        p['max'] ? `One attachment may have at most ${list(p['max'])}.` : 'The attachment is too large.',
      repair: 'Compress or split the file; the report itself need not wait for it.',
    },
    unavailable: {
      title: 'Not available just now',
      detail: 'The system cannot answer just now; whether the act was carried out is not known.',
      repair:
        'Send it again shortly: the same key is recognised and nothing is taken twice. If it is urgent, telephone.',
    },
    internal: {
      title: 'A fault in the system',
      detail: 'Something unexpected went wrong; it has been logged.',
      repair:
        'Try again later; if it persists, tell the administrator the request number. If it is urgent, telephone.',
    },
  },
  fields: {
    required: 'This field is needed.',
    'unknown-field': (p) => `There is no field "${list(p['key'])}".`,
    'wrong-type': (p) => `This must be ${type(p)}.`,
    'bad-choice': (p) =>
      p['choices'] ? `Choose one of: ${list(p['choices'])}.` : 'Choose one of those listed.',
    'too-long': (p) => `At most ${list(p['max'])} characters.`,
    'too-short': (p) => `At least ${list(p['min'])} characters.`,
    'too-many': (p) => `At most ${list(p['max'])} entries.`,
    'too-few': (p) => `At least ${list(p['min'])} entries.`,
    'too-large': (p) => `At most ${list(p['max'])}.`,
    'too-small': (p) => `At least ${list(p['min'])}.`,
    'not-whole-number': 'A whole number is needed.',
    'not-text': 'Contains control characters that are not text; delete them (or paste as plain text).',
    'bad-format': 'Not in the form needed here.',
    'bad-id': 'Not an identifier of this system.',
    'bad-date': 'Not an existing date or time, for example 2026-11-22 09:42.',
    'bad-ip': 'Not an IP address, for example 192.0.2.10 or 2001:db8::10.',
    'bad-domain': 'Not a domain name, for example www.agency.example.',
    'bad-url': 'The address must begin with http:// or https://.',
    'bad-email': 'Not an e-mail address, for example name@agency.example.',
    'bad-phone': 'Not a telephone number, for example 02-0000-1234 ext. 12.',
    'in-the-future': 'The time may not be later than now.',
    'in-the-past': 'The time has already passed.',
    'before-occurrence': 'The time may not be before the occurrence.',
    'before-awareness':
      'The time is before the agency was aware. Check the two, or mark the awareness as estimated or not yet known, and it can be sent.',
    'before-notice': 'The time may not be before the notice was made.',
    'no-authority':
      'Only prosecutors, investigators and police, as the mechanism lists them, can be given sight of the case; name any other in words.',
    'not-a-holder': 'This person does not hold the post through all of the shift.',
    'serves-already': 'This person has another shift at that time.',
    duplicate: 'Given more than once.',
    invalid: 'Not acceptable here.',
    'duplicate-key': (p) => `"${list(p['key'])}" is given twice.`,
    'forbidden-key': (p) => `The name "${list(p['key'])}" is not accepted.`,
    'lone-surrogate': 'Contains half a character.',
    'bad-utf8': 'Not encoded in UTF-8.',
    'bad-syntax': (p) => `Not JSON from line ${list(p['line'])}, character ${list(p['column'])}.`,
    'trailing-text': (p) => `Superfluous text from line ${list(p['line'])}, character ${list(p['column'])}.`,
    'bad-number': 'The number is beyond what can be represented.',
    'too-deep': (p) => `Nested deeper than ${list(p['max'])}.`,
    'too-many-keys': (p) => `More than ${list(p['max'])} keys and entries.`,
  },
} satisfies {
  problems: Record<ErrorCode, ProblemText>;
  fields: Record<FieldErrorCode, Text>;
};
