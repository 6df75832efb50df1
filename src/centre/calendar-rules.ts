/**
 * An invitation as an iCalendar file (RFC 5545): lines folded at 75 octets, text escaped, the mechanism's time zone spelled out,
 * an id that never changes and a number that grows with every change, so that a calendar replaces what it holds. Pure.
 */

/** What the invitation says. No case is named in it: it lies about in calendars. */
export interface Invitation {
  readonly uid: string;
  readonly sequence: number;
  readonly cancelled: boolean;
  readonly startsAt: Date;
  readonly minutes: number;
  readonly changedAt: Date;
  readonly timeZone: string;
  readonly summary: string;
  readonly location: string;
  readonly description: string;
  readonly url: string;
  readonly organizer: { readonly name: string; readonly email: string };
}

/** TEXT of RFC 5545, 3.3.11. */
export function escaped(text: string): string {
  return text
    .replace(/\\/g, '\\\\')
    .replace(/;/g, '\\;')
    .replace(/,/g, '\\,')
    .replace(/\r\n|\r|\n/g, '\\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}

/** A quoted parameter value: no quotation marks, no control characters (3.2). */
function quoted(text: string): string {
  return `"${text.replace(/["\u0000-\u001f\u007f]/g, '')}"`;
}

/** Folds one content line: at most 75 octets each, never within a character (3.1). */
export function folded(line: string): string {
  const octets = new TextEncoder();
  const lines: string[] = [];
  let current = '';
  let length = 0;
  for (const character of line) {
    const size = octets.encode(character).length;
    if (length + size > 75) {
      lines.push(current);
      // The blank that marks a continued line counts too.
      current = ' ';
      length = 1;
    }
    current += character;
    length += size;
  }
  return [...lines, current].join('\r\n');
}

function utc(at: Date): string {
  return at.toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** The moment as it is on the wall of the zone: `20260305T024700`. */
function local(at: Date, timeZone: string): string {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
      .formatToParts(at)
      .map((part) => [part.type, part.value]),
  );
  return `${parts['year']}${parts['month']}${parts['day']}T${parts['hour']}${parts['minute']}${parts['second']}`;
}

/** What the zone is ahead of UTC at that moment, as `+0800`. */
function offset(at: Date, timeZone: string): string {
  const wall = local(at, timeZone);
  const asUtc = Date.UTC(
    Number(wall.slice(0, 4)),
    Number(wall.slice(4, 6)) - 1,
    Number(wall.slice(6, 8)),
    Number(wall.slice(9, 11)),
    Number(wall.slice(11, 13)),
    Number(wall.slice(13, 15)),
  );
  const minutes = Math.round((asUtc - at.getTime()) / 60_000);
  const sign = minutes < 0 ? '-' : '+';
  const two = (n: number) => String(Math.floor(Math.abs(n))).padStart(2, '0');
  return `${sign}${two(minutes / 60)}${two(Math.abs(minutes) % 60)}`;
}

/** The whole file, lines ended as the standard wants them. */
export function invitationFile(one: Invitation): string {
  const ends = new Date(one.startsAt.getTime() + one.minutes * 60_000);
  const zone = one.timeZone;
  const ahead = offset(one.startsAt, zone);
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Tocsin//Centre//EN',
    'CALSCALE:GREGORIAN',
    `METHOD:${one.cancelled ? 'CANCEL' : 'PUBLISH'}`,
    'BEGIN:VTIMEZONE',
    `TZID:${zone}`,
    'BEGIN:STANDARD',
    'DTSTART:19700101T000000',
    `TZOFFSETFROM:${ahead}`,
    `TZOFFSETTO:${ahead}`,
    'END:STANDARD',
    'END:VTIMEZONE',
    'BEGIN:VEVENT',
    `UID:${one.uid}`,
    `SEQUENCE:${one.sequence}`,
    `DTSTAMP:${utc(one.changedAt)}`,
    `LAST-MODIFIED:${utc(one.changedAt)}`,
    `DTSTART;TZID=${zone}:${local(one.startsAt, zone)}`,
    `DTEND;TZID=${zone}:${local(ends, zone)}`,
    `STATUS:${one.cancelled ? 'CANCELLED' : 'CONFIRMED'}`,
    `SUMMARY:${escaped(one.summary)}`,
    `LOCATION:${escaped(one.location)}`,
    `DESCRIPTION:${escaped(one.description)}`,
    `URL:${one.url}`,
    `ORGANIZER;CN=${quoted(one.organizer.name)}:mailto:${one.organizer.email}`,
    'TRANSP:OPAQUE',
    ...(one.cancelled
      ? []
      : [
          'BEGIN:VALARM',
          'ACTION:DISPLAY',
          `DESCRIPTION:${escaped(one.summary)}`,
          'TRIGGER:-PT15M',
          'END:VALARM',
        ]),
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return `${lines.map(folded).join('\r\n')}\r\n`;
}
