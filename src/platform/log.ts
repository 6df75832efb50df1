/**
 * The log: one event, one line of JSON, and never anything of a person's. What may be logged is picked
 * field by field; an object nobody picked from does not get in, whatever it holds.
 */
import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from './config.ts';
import { faultFields } from './http/log-fault.ts';

/** The logger every room is given. */
export type Log = Logger;

/** Keys whose values are ours: ids, codes, counts, names of our own parts. Everything else is dropped. */
const ALLOWED = new Set([
  'act',
  'area',
  'attempt',
  'bytes',
  'caseId',
  'caseNumber',
  'cases',
  'clock',
  'channel',
  'check',
  'clockId',
  'code',
  'count',
  'database',
  'deliveryId',
  'detail',
  'done',
  'err',
  'error',
  'event',
  'fault',
  'host',
  'key',
  'kind',
  'level',
  'method',
  'migration',
  'mode',
  'ms',
  'name',
  'noticeId',
  'of',
  'packId',
  'pid',
  'port',
  'refusal',
  'relay',
  'reqId',
  'result',
  'room',
  'route',
  'server',
  'setting',
  'signal',
  'state',
  'status',
  'steps',
  'topic',
  'url',
  'version',
  'worker',
]);

const FAULT_KEYS = new Set(['err', 'error', 'fault']);

/** True for something that was thrown, or `faultFields` made of it. */
const isFault = (value: unknown): boolean => value instanceof Error;

/** A short plain value as it may stand in a log; objects and arrays do not. */
function plain(value: unknown): unknown {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string') return value.length > 500 ? `${value.slice(0, 500)}…` : value;
  if (value instanceof Date) return value.toISOString();
  return undefined;
}

/** A fault already reduced to its fields; only those are kept, two causes deep. */
function fault(value: unknown, depth = 0): unknown {
  if (isFault(value)) return fault(faultFields(value), depth);
  if (typeof value !== 'object' || value === null) return plain(value);
  const picked: Record<string, unknown> = {};
  for (const key of ['name', 'message', 'code', 'table', 'constraint', 'routine']) {
    const one = plain((value as Record<string, unknown>)[key]);
    if (one !== undefined) picked[key] = one;
  }
  const { stack, cause } = value as { stack?: unknown; cause?: unknown };
  if (typeof stack === 'string') picked['stack'] = stack.slice(0, 2_000);
  if (cause !== undefined && depth < 2) picked['cause'] = fault(cause, depth + 1);
  return picked;
}

/** A URL without who signs in and without what was asked for. */
function bareUrl(value: unknown): unknown {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
  const { protocol, host, pathname } = new URL(value);
  return `${protocol}//${host}${pathname}`;
}

/** The fields of an event that may be written. Exported for its test. */
export function pickFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (!ALLOWED.has(key)) continue;
    const one =
      FAULT_KEYS.has(key) || isFault(value) ? fault(value) : key === 'url' ? bareUrl(value) : plain(value);
    if (one !== undefined) picked[key] = one;
  }
  return picked;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Where to write; standard output when not said. */
  readonly destination?: DestinationStream;
}

/** Makes the logger. Control characters (line ends, terminal escapes) are escaped, as JSON has them. */
export function createLog({ level, destination }: LogOptions): Log {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label: string) => ({ level: label }),
      bindings: pickFields,
      log: pickFields,
    },
    // pino would write a thrown object's every property; ours are picked above.
    serializers: { err: (value: unknown) => value, req: () => undefined, res: () => undefined },
    hooks: {
      logMethod(this: Logger, args: Parameters<Logger['info']>, method: Logger['info']) {
        const [first, ...rest] = args as unknown[];
        if (first instanceof Error) method.apply(this, [{ err: first }, String(rest[0] ?? 'error')]);
        else method.apply(this, args);
      },
    },
  };
  // A report does not wait for its line to be written. At an end of the process, and at a fatal fault, what is still
  // waiting is written first.
  const log = pino(options, destination ?? pino.destination({ dest: 1, sync: false }));
  // pino does not hand the bindings' formatter down to children; what they add is picked as well.
  const child = log.child;
  log.child = function pickedChild(this: Log, bindings: object, childOptions?: object) {
    return child.call(this, pickFields({ ...bindings }), childOptions as never);
  } as Log['child'];
  return log;
}
