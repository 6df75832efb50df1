import type { paper as zh } from '../zh-Hant/paper.ts';

/** Words of the printed form that the mechanism itself does not bring. */
export const paper = {
  colon: ': ',
  comma: ', ',
  formFor: (agency: string, title: string): string => `${agency} – ${title}`,
  incidentData: 'Data of the incident',
  numbered: (n: number, text: string): string => `${n}. ${text}`,
  level: (id: string): string => `Level ${id}`,
  defined: (level: string, definition: string): string => `${level}: ${definition}`,
  notKnown: 'Not yet known',
  estimated: 'about',
  blankTime: 'ROC year ______  month _____  day _____  hour _____  minute _____',
  time: (year: number, month: number, day: number, hour: string, minute: string): string =>
    `ROC ${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')} ${hour}:${minute}`,
  timeToHour: (year: number, month: number, day: number, hour: string): string =>
    `ROC ${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}, hour ${hour}`,
  day: (year: number, month: number, day: number): string =>
    `ROC ${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`,
  beside: (iso: string): string => ` (${iso})`,
  host: (n: number, of: number, name: string): string => `Host ${n} of ${of}${name ? `: ${name}` : ''}`,
  serial: (serial: string): string => `serial ${serial}`,
  appendix: 'Appendix (not on the original form)',
  kind: {
    label: 'Kind of report',
    initial: 'Initial report',
    'follow-up': 'Follow-up report',
    recovery: 'Recovery report',
    nth: (kind: string, ordinal: number): string => `${kind} (report no. ${ordinal})`,
  },
  suspected: 'Suspected or anomalous event, not yet established as an incident',
  channel: 'Channel',
  toldAt: 'Reported at',
  receivedAt: 'Received at',
  filedBy: 'Filed by',
  onBehalf: (who: string): string => `${who} (on behalf)`,
  lateReason: 'Reason for lateness',
  outcome: 'Outcome',
  outcomeIs: (outcome, when) => `${outcome}; control ended ${when}`,
  confirmedLevel: 'Confirmed level',
  confirmedBy: (level: string, when: string, reason: string): string =>
    `${level}, ${when}${reason ? `, ${reason}` : ''}`,
  flagTold: (whom: string, at: string): string =>
    ` – told: ${whom || '(not recorded)'}${at ? `, ${at}` : ''}`,
  flagBlank: ' – told: ____________________, when: ______________',
  logEntry: (at: string, text: string): string => `${at}  ${text}`,
  attachment: (name: string, size: string): string => `${name} (${size})`,
  exercise: 'EXERCISE',
  exerciseBand: 'EXERCISE – this form belongs to a drill, not to a real incident',
  page: (n: number, of: number): string => `Page ${n} of ${of}`,
  noNumber: '(blank form)',
  numberIs: (number: string): string => `No. ${number}`,
  hash: (hash: string): string => `Content hash (SHA-256) ${hash}`,
  printedAt: (at: string): string => `Printed ${at}`,
  mechanism: (title: string, version: string): string => `${title}, version ${version}`,
  missing: (codes: string): string => `□: characters the font does not hold, by code: ${codes}`,
  blankHelp:
    'This form may be told by telephone, faxed, mailed or delivered; the response centre fills in the number on receipt.',
} satisfies typeof zh;
