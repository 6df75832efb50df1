/** What `tocsin pack check` says: what is wrong, where, and what to do. */
import type { packCheck as zh } from '../zh-Hant/pack-check.ts';

const kinds: Record<keyof (typeof zh)['kinds'], string> = {
  level: 'level',
  'security-grade': 'security grade',
  threshold: 'threshold',
  vital: 'vital system',
  service: 'essential service',
  topic: 'protection topic',
  sector: 'sector',
  body: 'body',
  group: 'group',
  post: 'post',
  compartment: 'compartment',
  state: 'state',
  'four-eyes': 'four-eyes rule',
  route: 'route',
  ladder: 'ladder',
  clock: 'clock',
  calendar: 'calendar',
  channel: 'channel',
  section: 'form section',
  field: 'form field',
  part: 'host line',
  header: 'header line',
  mechanism: 'security mechanism',
  support: 'support item',
  flag: 'referral flag',
  target: 'referral target',
  template: 'template',
  step: 'flow step',
  region: 'region',
  outcome: 'outcome',
  'step-of-procedure': 'step of a procedure',
  office: 'office',
};

export const packCheck = {
  kinds,
  cli: {
    usage: 'Usage: tocsin pack check [folder…]',
    fine: (p) => `✓ ${p.title} (${p.version}) has no problems. Content hash ${p.hash}`,
    bad: (p) => `✗ ${p.dir}: ${p.count} ${p.count === 1 ? 'problem' : 'problems'}.`,
  },
  problems: {
    'no-files': (p) => `The folder ${p.dir} holds no .yaml file.`,
    yaml: (p) => `The file is not proper YAML: ${p.detail}`,
    'not-a-mapping': () => 'The file must consist of "name: content" at the left edge.',
    'part-twice': (p) => `"${p.key}" is already in ${p.file}; one part belongs in one file.`,
    missing: (p) => `"${p.key}" is missing.`,
    'unknown-key': (p) => `"${p.key}" is not known here; check the spelling.`,
    'wrong-type': (p) => `This must be ${p.expected}.`,
    'not-one-of': (p) => `This must be one of: ${p.allowed}.`,
    'too-few': (p) => `At least ${p.minimum} needed.`,
    'too-many': (p) => `At most ${p.maximum} allowed.`,
    'bad-form': (p) => `This is not written as it should be: ${p.expected}.`,
    invalid: (p) => `This is not right: ${p.detail}`,
    'duplicate-id': (p) => `The ${kinds[p.kind]} "${p.id}" is there twice.`,
    'unknown-reference': (p) => `There is no ${kinds[p.kind]} "${p.id}".`,
    'rank-twice': (p) => `Rank ${p.rank} is that of "${p.other}" too; every level needs its own.`,
    'mark-twice': (p) => `The mark is that of "${p.other}" too; levels must differ in shape.`,
    loop: (p) => `Going upwards from the ${kinds[p.kind]} "${p.id}" leads back to itself.`,
    'no-convening-body': (p) => `The group "${p.id}" has no convening (lead) body.`,
    'not-a-subgroup': (p) => `"${p.id}" is not a subgroup (kind: subgroup).`,
    'start-is-final': (p) => `A case cannot begin in the final state "${p.id}".`,
    'unreachable-state': (p) => `No act leads to the state "${p.id}".`,
    'dead-end-state': (p) => `A case in the state "${p.id}" can never end.`,
    'transition-ambiguous': (p) => `"${p.act}" in the state "${p.state}" leads two ways.`,
    'previous-without-past': (p) =>
      `"${p.act}" goes back to the former state, but a case may begin in "${p.state}" and have none.`,
    'act-without-right': (p) => `Nobody has the right to "${p.act}" in the state "${p.state}".`,
    'right-without-transition': (p) =>
      `A right is given, but there is no transition "${p.act}" from the state "${p.state}".`,
    'second-person-for-what': (p) =>
      `"${p.act}" cannot wait for a second person; only decisions about a case can.`,
    'nobody-decides': (p) =>
      `"${p.act}" waits for a second person, but nobody may "${p.missing}" in the state "${p.state}".`,
    'nobody-files': () => 'No post has the right to file an initial report (file-initial).',
    'unknown-placeholder': (p) => `{${p.slot}} is not known; use one of: ${p.allowed}.`,
    'languages-differ': (p) => `Chinese and English use different slots: ${p.slots}.`,
    'closed-template-leaks': (p) => `A template for readers outside a compartment must not use {${p.slot}}.`,
    'closed-template-alone': (p) => `There is no template "${p.id}" for those inside.`,
    'template-unused': (p) => `No route uses the template "${p.id}".`,
    'clock-never-starts': (p) => `"${p.fact}" never happens in this mechanism, so this clock never starts.`,
    'clock-never-satisfied': (p) =>
      `"${p.facts}" never happens in this mechanism, so this clock can never be met.`,
    'capacity-without-acknowledgement': () =>
      'byCapacity means something only if satisfiedBy names acknowledged.',
    'reach-without-threshold': () =>
      'The clock is to reach a threshold when due, but there are no thresholds.',
    'route-never-taken': (p) => `"${p.fact}" never happens in this mechanism, so this route is never taken.`,
    'within-without-expectation': () =>
      'Only a notice that asks for an acknowledgement or a task can have a time (within).',
    'selector-without-post': (p) => `The route tells "${p.selector}", but there is no such post.`,
    'ladder-unused': (p) => `No route uses the ladder "${p.id}".`,
    'ladder-without-expectation': () =>
      'Only a notice that asks for an acknowledgement or a task can have a ladder.',
    'ladder-first-rung': () =>
      'The first rung is the notice itself: after.default is PT0M, it holds for every level, and to is [holder].',
    'ladder-not-rising': (p) => `At level "${p.level}" this rung is not later than the one before it.`,
    'ladder-without-mail': () => 'The channels of a rung must include mail: it is the one everybody has.',
    'ladder-without-words': (p) =>
      `This rung tells other posts, but there is no template "${p.id}" that says nobody answers.`,
    'ladder-without-post': (p) => `The ladder tells "${p.target}", but there is no such post.`,
    'ladder-wakes-early': (p) =>
      `Through the route "${p.route}" the convenor would be told of an unconfirmed "${p.level}" before the time for confirming it has run out.`,
    'group-without-post': (p) =>
      `The group "${p.id}" has no officer and no duty officer; nobody would get its notices.`,
    'press-twice': (p) => `"${p.other}" may already speak to the media; only one post may.`,
    'field-missing': (p) =>
      `The form lacks the ${kinds[p.kind]} "${p.id}"; what is not asked is set to hidden.`,
    'level-must-be-asked': () =>
      'The initial report must ask for the impact level (asks.initial: now, mayBeUnknown: false).',
    'guard-field-hidden': (p) =>
      `"${p.act}" needs "${p.field}", but the recovery report does not ask for it.`,
    'number-pattern': () => 'The number pattern needs exactly one {year} and one {seq}.',
    'bad-time-zone': (p) => `"${p.zone}" is not a time zone.`,
    'holiday-and-working-day': (p) => `${p.date} is both a holiday and a make-up working day.`,
  },
} satisfies typeof zh;
