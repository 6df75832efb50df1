import type { form as zh } from '../zh-Hant/form.ts';

/** The reporting form, its review, and what the reporter sees afterwards. */
export const form = {
  title: {
    initial: 'Report a security incident',
    'follow-up': 'Follow-up report',
    recovery: 'Recovery report',
    for: (number: string): string => `Case ${number}`,
  },
  lead: {
    initial: (n: string): string =>
      `Send what you know. The ${n} items marked "now" are enough; the rest can follow in a follow-up report.`,
    'follow-up': 'This starts from the last report. Change what has changed; the rest stands.',
    recovery:
      'File this when the system works again. Solution, time resolved and cause come first; the rest stands as last reported.',
  },
  numbers: ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'],
  laterTitle: { initial: 'May follow later', 'follow-up': 'As last reported', recovery: 'As last reported' },
  laterHelp: {
    initial: 'Fill in what you know; you can send without it.',
    'follow-up': 'Open only what has changed.',
    recovery: 'Open only what has changed.',
  },
  groups: {
    times: 'Times',
    narrative: 'Particulars of the incident',
    hosts: 'Hosts and security grade',
    measures: 'Log of measures',
    affected: 'Services and sectors affected',
    support: 'Support expected',
    flags: 'Crime or disaster',
    cause: 'Cause and solution',
    contact: 'Contact data',
    attachments: 'Attachments',
  },
  filled: (done: number, of: number): string => `${done} of ${of} filled in`,
  empty: 'Not filled in',
  unknown: 'Not yet known',
  nowTitle: { initial: 'The incident', 'follow-up': 'The incident', recovery: 'The recovery' },
  callBack: 'Call-back number',
  levelLead: 'You propose, the crisis subgroup confirms. Choose the gravest that applies.',

  suspected: 'Suspected or anomalous event',
  suspectedHelp: 'Not sure it is an incident, but something looks wrong? Report it all the same.',

  told: {
    asking: 'Finding out who will be told…',
    sends: (names: string): string => `Sending this tells at once: ${names}.`,
    later: (names: string): string => `Once the level is confirmed: ${names}.`,
    name: (name: string, capacity: string): string => `${name} (${capacity})`,
    posts: (n: number, capacity: string): string => `${n} × ${capacity}`,
    bodies: (n: number, capacity: string): string => `${n} × ${capacity}`,
    informed: (n: number): string => `${n} more for information`,
    wakesNow: (names: string): string => `This wakes ${names} at once, day or night.`,
    wakesLater: (names: string): string => `As soon as the level is confirmed it also wakes ${names}.`,
    vacant: (names: string): string =>
      `${names}: nobody holds the post now; the duty desk will telephone instead.`,
    failed: 'Who will be told cannot be shown at the moment; you can still send.',
    choose: 'Choose a level to see who will be told.',
  },

  awareSince: 'Since awareness',
  isLate: (clock: string): string =>
    `"${clock}" has passed. Send it now all the same; late reports are never refused.`,
  lateReason: 'Reason for lateness',
  lateReasonHelp: 'A few words are enough; you can send without.',
  toldBefore: 'If the centre was told another way before: when',
  toldBeforeHelp:
    'By telephone while the site was down, for example. Both times are kept; otherwise leave it empty.',
  claimReasonHelp: 'An earlier time needs a word on how the centre was told, and why it is entered only now.',
  offlineWays: 'Without the web',
  ways: (phone: string, fax: string, email: string): string =>
    `telephone ${phone}, fax ${fax}, e-mail ${email}, `,
  deliver: (address: string): string => `or deliver to ${address}.`,

  progress: 'Progress',
  progressDone: 'filled in',
  progressOpen: 'open',
  progressNow: (done: number, of: number): string => `Now: ${done} of ${of}`,
  proposed: (level: string): string => `proposed ${level}`,

  review: 'Review and send',
  blank: 'Print blank form',
  save: {
    untouched: 'Saved by itself once you start',
    saving: 'Saving the draft…',
    saved: (time: string): string => `Draft saved by itself at ${time}`,
    offline: (time: string): string =>
      `Draft kept on this device at ${time}; it will be uploaded when the connection returns`,
    refused: (time: string): string => `Draft kept on this device at ${time}; the server could not save it`,
  },
  takenOver: (fields: string): string => `Another device changed: ${fields}. Merged here.`,

  conflict: {
    title: 'This draft was changed elsewhere too',
    help: 'These fields were changed on both sides. Choose which to keep; neither is lost until you have chosen.',
    mine: 'On this device',
    theirs: 'Saved elsewhere',
    apply: 'Merge as chosen',
    nothing: '(empty)',
  },
  gone: {
    title: 'This draft was sent or thrown away',
    help: 'Perhaps in another window or on another device. What is on this device is still here.',
    keep: 'Go on in a new draft',
    cases: 'See the cases',
    noneTitle: 'No such draft',
    noneHelp: 'It may have been sent already, or belong to another account.',
    start: 'Start a new report',
  },

  hosts: {
    add: 'Add a host',
    addFirst: 'Fill in host data',
    remove: (n: string): string => `Remove host ${n}`,
    nth: (n: number): string => `Host ${n}`,
    system: 'From the register of systems',
    systemEmpty: 'Not registered; fill in by hand',
    systemHelp: 'Fills in the registered data and the security grade; you can still change them.',
    name: 'Name or purpose',
    addresses: 'IP addresses, domain names, web addresses',
    addressesHelp:
      'Paste many at once, one per line or separated by commas; 192.0.2[.]1 and hxxp:// are understood.',
    read: 'Read as',
    kinds: { ip: 'IP', domain: 'domain', url: 'URL' },
    osName: 'Operating system',
    osVersion: 'Version',
    osSerial: 'Serial number',
    mechanismsText: 'Other security mechanisms',
  },
  grade: (id: string): string => `Grade ${id}`,
  noGrade: 'Not stated',

  address: {
    port: (raw: string): string =>
      `"${raw}" has a port. Leave out the colon and number, or write a full address (http://…).`,
    range: (raw: string): string =>
      `"${raw}" is a range. Write it as a network (192.0.2.0/28) or list the addresses.`,
    email: (raw: string): string =>
      `"${raw}" is an e-mail address. Put it in the description; only IP, domain or URL here.`,
    'no-scheme': (raw: string): string =>
      `"${raw}" looks like a web address; put http:// or https:// before it.`,
    octet: (raw: string): string => `"${raw}" is not an IPv4 address: each part is 0 to 255.`,
    prefix: (raw: string): string => `"${raw}": the prefix length is /0 to /32.`,
    unreadable: (raw: string): string =>
      `"${raw}" is not understood. Give an IP address, a domain name or a URL.`,
  },

  log: {
    add: 'Add a measure',
    when: 'Time',
    what: 'What was done',
    nth: (n: number): string => `Measure ${n}`,
    remove: (n: number): string => `Remove measure ${n}`,
  },
  flags: {
    whom: 'Whom was told',
    when: 'When',
    help: 'Tick it even if nobody has been told yet, and tell them soon.',
  },
  support: { text: 'In words' },
  files: {
    choose: 'Choose files',
    help: 'At most 10 MiB each: screenshots, logs, copies of letters.',
    sourceHelp: 'Please attach a copy of the fax, mail or letter.',
    uploading: (name: string, percent: number): string => `${name}: uploading, ${percent}%`,
    uploaded: (name: string): string => `${name} attached`,
    tooLarge: (name: string): string =>
      `${name} is larger than 10 MiB; compress or split it. You can report without it.`,
    failed: (name: string): string => `${name} could not be uploaded; try again. You can report without it.`,
    remove: (name: string): string => `Remove ${name}`,
    retry: 'Try again',
    size: (bytes: number): string =>
      bytes < 1048576
        ? `${Math.max(1, Math.round(bytes / 1024))} KiB`
        : `${(bytes / 1048576).toFixed(1)} MiB`,
    waiting: 'Files are being uploaded; you can send when they are done.',
    list: 'Attached files',
  },

  behalf: {
    title: 'On behalf of another body',
    lead: 'For reports that came by telephone, fax, e-mail or delivery: the duty desk keys them in.',
    for: 'Key in for another body',
    own: 'Report for my own body',
    organisation: 'Body concerned',
    organisationHelp: 'Type a part of its name.',
    channel: 'Channel',
    channels: { web: 'Web', telephone: 'Telephone', fax: 'Fax', email: 'E-mail', post: 'Delivered' },
    toldAt: 'When they reported it',
    toldAtHelp: 'When they rang, sent or delivered it; kept apart from the time it is keyed in.',
    keyed: 'The time of keying in is now, recorded by the system.',
  },

  step: {
    title: 'Review the report',
    lead: 'Once sent it is a record and cannot be changed; changes go into a follow-up report.',
    back: 'Go back and edit',
    send: 'Send the report',
    sendA: (level: string): string => `Send as level ${level}`,
    sending: 'Sending…',
    told: 'Told at once',
    toldLater: 'Told when the level is confirmed',
    changedOnly: 'Different from the last report',
    changed: 'changed',
    sameAll: 'The same as the last report.',
    unread: (fields: string): string => `Not filled in, may follow in a follow-up report: ${fields}.`,
    offline:
      'Offline. You can press send now: everything is kept on this device, and it goes by itself as soon as the connection is back.',
  },
  unsure: {
    title: 'Not certain that it arrived',
    help: 'The connection broke, or the system could not take it just now. Everything you wrote is kept on this device. It is sent again by itself until it is answered, and can never become two cases. Please keep this page open.',
    retry: 'Send again now',
    waiting: 'Sending again…',
    urgent: (phone: string): string => `If it is urgent, also ring ${phone}.`,
  },
  reused:
    'This draft was sent before with other content; what was sent first stands. Look at the case and correct it with a follow-up report.',

  faults: {
    required: (field: string): string => `Fill in "${field}".`,
    requiredOrUnknown: (field: string, unknown: string): string =>
      `Fill in "${field}", or tick "${unknown}".`,
    'no-level': 'Choose an impact level.',
    'no-organisation': 'Choose the body concerned.',
    'unread-time': (field: string): string =>
      `"${field}" is not understood; write 115/11/22 09:42 or 2026-11-22 09:42, or clear it.`,
    'in-the-future': (field: string): string => `"${field}" has not come yet; check date and time.`,
    'before-occurrence': (field: string): string =>
      `"${field}" lies before the occurrence; check one of the two.`,
    'before-awareness': (field: string): string =>
      `"${field}" lies before the time of awareness; check one of the two, or mark the awareness as approximate or not yet known.`,
    other: (field: string): string => `Check "${field}".`,
    parts: {
      form: 'form',
      channel: 'Channel',
      toldAt: 'When it was reported',
      lateReason: 'Reason for lateness',
      organisationId: 'Body concerned',
    },
  },

  start: {
    title: 'Report a security incident',
    newReport: 'Start a report',
    lead: 'Done within five minutes. Say what happened; the rest may follow.',
    drafts: 'Drafts not sent',
    draftsHelp: 'Go on with one, or throw it away.',
    resume: 'Go on',
    remove: 'Throw away',
    removeTitle: 'Throw this draft away?',
    removeHelp: 'It cannot be brought back. What was not sent is reported to nobody.',
    untitled: '(no description yet)',
    savedAt: 'Last saved',
    onlyHere: 'on this device only',
    noReport: 'No report to start from',
    noReportHelp: 'The case may have ended, or your post may not file for it.',
  },

  read: {
    title: (number: string, kind: string, ordinal: number): string =>
      `${number}  ${kind} (report no. ${ordinal})`,
    kinds: { initial: 'Initial report', 'follow-up': 'Follow-up report', recovery: 'Recovery report' },
    pdf: 'PDF (official layout)',
    print: 'Print',
    back: 'Back to the case',
    header: 'Record',
    filedBy: 'Filed by',
    onBehalf: 'on behalf',
    toldAt: 'Reported at',
    receivedAt: 'Received at',
    channel: 'Channel',
    hash: 'Content hash (SHA-256)',
    late: 'Reason for lateness',
    suspected: 'Suspected or anomalous event, not yet established as an incident',
    blankTitle: 'Blank form',
    blankHelp: 'Print it and send it by fax, e-mail or delivery.',
    blankOpen: 'Open the blank form (PDF)',
    blankEn: 'In English (PDF)',
  },
} satisfies typeof zh;
