/** SMPP 3.4 on the wire, as much of it as one who sends short messages and takes answers needs. Pure. */

export const COMMANDS = {
  genericNack: 0x80000000,
  bindTransceiver: 0x00000009,
  submit: 0x00000004,
  deliver: 0x00000005,
  unbind: 0x00000006,
  enquireLink: 0x00000015,
} as const;
export const RESPONSE = 0x80000000;

/** Statuses with a meaning for us. */
export const STATUS = {
  ok: 0,
  systemError: 0x08,
  invalidCommand: 0x03,
  queueFull: 0x14,
  throttled: 0x58,
  tryLater: 0x64,
} as const;

export interface Pdu {
  readonly command: number;
  readonly status: number;
  readonly sequence: number;
  readonly body: Buffer;
}

/** Longer ones are no short messages; whoever sends them is no gateway. */
const MOST_BYTES = 65_536;

/** @throws when the bytes are no SMPP */
export function readPdus(bytes: Buffer): { pdus: Pdu[]; rest: Buffer } {
  const pdus: Pdu[] = [];
  let at = 0;
  while (bytes.length - at >= 16) {
    const length = bytes.readUInt32BE(at);
    if (length < 16 || length > MOST_BYTES) throw new Error('not SMPP');
    if (bytes.length - at < length) break;
    pdus.push({
      command: bytes.readUInt32BE(at + 4),
      status: bytes.readUInt32BE(at + 8),
      sequence: bytes.readUInt32BE(at + 12),
      body: bytes.subarray(at + 16, at + length),
    });
    at += length;
  }
  return { pdus, rest: bytes.subarray(at) };
}

export function writePdu({ command, status, sequence, body }: Pdu): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(16 + body.length, 0);
  head.writeUInt32BE(command >>> 0, 4);
  head.writeUInt32BE(status, 8);
  head.writeUInt32BE(sequence, 12);
  return Buffer.concat([head, body]);
}

const text = (value: string): Buffer => Buffer.from(`${value}\0`, 'latin1');
const byte = (...values: number[]): Buffer => Buffer.from(values);

/** A number is international (1, 1); a name is alphanumeric (5, 0). */
const kindOf = (address: string): Buffer => (/^\+?\d+$/.test(address) ? byte(1, 1) : byte(5, 0));
const bare = (address: string): string => address.replace(/^\+/, '');

export function bindBody(systemId: string, password: string): Buffer {
  return Buffer.concat([text(systemId), text(password), text(''), byte(0x34, 0, 0), text('')]);
}

/** One part of a message as it is submitted. */
export interface Part {
  /** 8: UCS-2; 0: the gateway's own alphabet. */
  readonly coding: 0 | 8;
  /** Begins with a user data header. */
  readonly joined: boolean;
  readonly content: Buffer;
}

export function submitBody(from: string, to: string, part: Part, wantsReceipt: boolean): Buffer {
  return Buffer.concat([
    text(''),
    kindOf(from),
    text(bare(from)),
    kindOf(to),
    text(bare(to)),
    // esm_class, protocol_id, priority_flag
    byte(part.joined ? 0x40 : 0, 0, 1),
    text(''),
    text(''),
    // registered_delivery, replace_if_present, data_coding, sm_default_msg_id, sm_length
    byte(wantsReceipt ? 1 : 0, 0, part.coding, 0, part.content.length),
    part.content,
  ]);
}

/** What of ASCII stands at the same place in the alphabet of every gateway. */
const PLAIN = /^[\n\r A-Za-z0-9!"#%&'()*+,\-./:;<=>?]*$/;

/**
 * A text as the parts it is submitted in: one of 70 characters of UCS-2 (160 of plain ASCII), or several of 67 (153)
 * that the telephone joins again. Never cuts a character in two.
 * @param reference joins the parts of one message, 0–255
 */
export function partsOf(message: string, reference: number): Part[] {
  const isPlain = PLAIN.test(message);
  const coding = isPlain ? 0 : 8;
  const encode = (run: string): Buffer =>
    isPlain ? Buffer.from(run, 'latin1') : Buffer.from(run, 'utf16le').swap16();
  const [whole, piece] = isPlain ? [160, 153] : [70, 67];
  if (message.length <= whole) return [{ coding, joined: false, content: encode(message) }];
  const runs: string[] = [];
  let run = '';
  for (const character of message) {
    if (run.length + character.length > piece) {
      runs.push(run);
      run = '';
    }
    run += character;
  }
  runs.push(run);
  return runs.map((one, index) => ({
    coding,
    joined: true,
    content: Buffer.concat([byte(5, 0, 3, reference & 255, runs.length, index + 1), encode(one)]),
  }));
}

/** A message or receipt that came in. */
export interface Delivered {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly receipt: { readonly messageId: string; readonly state: string } | null;
}

/** Reads a `deliver_sm`. @throws when it is cut short */
export function readDeliver(body: Buffer): Delivered {
  let at = 0;
  const cText = (): string => {
    const end = body.indexOf(0, at);
    if (end < 0) throw new Error('not SMPP');
    const value = body.toString('latin1', at, end);
    at = end + 1;
    return value;
  };
  const number = (): number => body.readUInt8(at++);
  cText();
  at += 2;
  const from = cText();
  at += 2;
  const to = cText();
  const esm = number();
  at += 2;
  cText();
  cText();
  at += 2;
  const coding = number();
  at += 1;
  const length = number();
  let content = body.subarray(at, at + length);
  at += length;
  const options = new Map<number, Buffer>();
  while (body.length - at >= 4) {
    const tag = body.readUInt16BE(at);
    const size = body.readUInt16BE(at + 2);
    options.set(tag, body.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  const payload = options.get(0x0424);
  if (content.length === 0 && payload) content = payload;
  if (esm & 0x40 && content.length > 0) content = content.subarray(1 + (content[0] ?? 0));
  const isWide = (coding & 0x0c) === 8;
  const said =
    isWide && content.length % 2 === 0
      ? Buffer.from(content).swap16().toString('utf16le')
      : content.toString('latin1');
  const cut = (value: Buffer | undefined) => value?.toString('latin1').replace(/\0.*$/s, '');
  const STATES = ['', 'ENROUTE', 'DELIVRD', 'EXPIRED', 'DELETED', 'UNDELIV', 'ACCEPTD', 'UNKNOWN', 'REJECTD'];
  const isReceipt = (esm & 0x3c) === 0x04;
  const messageId = cut(options.get(0x001e)) ?? /\bid:(\S+)/.exec(said)?.[1];
  const state = STATES[options.get(0x0427)?.[0] ?? 0] || /\bstat:(\w+)/.exec(said)?.[1];
  return {
    from,
    to,
    text: said,
    receipt: isReceipt && messageId ? { messageId, state: state ?? 'UNKNOWN' } : null,
  };
}
