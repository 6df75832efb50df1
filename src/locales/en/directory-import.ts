/** `tocsin import`: bodies, posts and contacts from CSV. */
import type { TextParams } from '../../platform/i18n.ts';
import type { DirectoryImportTexts } from '../zh-Hant/directory-import.ts';

const place = ({ file, line, column, header }: TextParams) =>
  `${file} line ${line}${column ? `, column ${column}` : ''}${header ? ` (${header})` : ''}`;

export const directoryImport = {
  usage: 'Usage: tocsin import [organisations|posts|contacts] FILE.csv… [--dry-run]',
  place,
  noFile: ({ file }: TextParams) => `Cannot read the file ${file}.`,
  fault: ({ where, why }: TextParams) => `${where}: ${why}`,
  more: ({ count }: TextParams) => `${count} more errors are not shown.`,
  refused: ({ count }: TextParams) => `${count} errors; nothing in the database was changed.`,
  created: ({ kind, label }: TextParams) => `new ${kind} ${label}`,
  changed: ({ kind, label, fields }: TextParams) => `changed ${kind} ${label}: ${fields}`,
  moreChanges: ({ count }: TextParams) => `${count} more changes are not shown.`,
  nothing: 'The files say what the directory says already; nothing to change.',
  dryRun: ({ created, changed }: TextParams) =>
    `Dry run: ${created} would be added, ${changed} changed; the database is as it was.`,
  done: ({ created, changed }: TextParams) => `Imported: ${created} added, ${changed} changed.`,
  kinds: {
    organisations: 'body',
    groups: 'group',
    posts: 'post',
    persons: 'person',
    holdings: 'holding',
    contacts: 'contact',
    team_members: 'team member',
    systems: 'system',
  },
  reasons: {
    encoding: 'Not a text file in UTF-8, UTF-16 or Big5.',
    csv: ({ detail }: TextParams) => `Not a complete CSV file: ${detail}`,
    empty: 'The file has no header line.',
    'unknown-kind':
      'The header does not show whether these are bodies, posts or contacts; say so before the file.',
    'unknown-column': ({ given }: TextParams) => `Unknown column “${given}”.`,
    'duplicate-column': ({ given }: TextParams) => `The column “${given}” is there twice.`,
    'missing-column': ({ given }: TextParams) => `The column “${given}” is missing.`,
    'too-many-cells': 'This line has more cells than the header.',
    loop: 'The line of superiors (or mergers) leads back to the body itself.',
    itself: 'A body cannot be its own competent authority.',
    unknown: ({ given }: TextParams) => `There is no “${given}”.`,
    'holder-email': 'Whoever holds a post needs an e-mail address for notices.',
  },
} satisfies DirectoryImportTexts;
