/** A fault of ours in the log: enough to find it, nothing of what people wrote. */
import type { FastifyBaseLogger } from 'fastify';
import type { Refusal } from '../errors.ts';

interface DatabaseFault extends Error {
  severity?: string;
  code?: string;
  table?: string;
  constraint?: string;
  routine?: string;
}

/** The picked fields of anything thrown. PostgreSQL quotes values in its messages; they are left out. */
export function faultFields(thrown: unknown): Record<string, unknown> {
  if (!(thrown instanceof Error)) return { name: typeof thrown };
  const { name, code, table, constraint, routine, severity } = thrown as DatabaseFault;
  const isDatabase = severity !== undefined;
  const message = isDatabase ? thrown.message.replace(/"[^"]*"/g, '"…"') : thrown.message;
  return {
    name,
    message: message.slice(0, 500),
    ...(code ? { code } : {}),
    ...(isDatabase ? { table, constraint, routine } : {}),
    stack: thrown.stack?.split('\n').slice(1, 12).join('\n'),
    ...(thrown.cause ? { cause: faultFields(thrown.cause) } : {}),
  };
}

/** Logs the fault behind a refusal of 500 and above. */
export function logFault(log: FastifyBaseLogger, refusal: Refusal): void {
  const fault = faultFields(refusal.cause ?? refusal);
  if (refusal.code === 'unavailable') log.warn({ fault }, 'not available');
  else log.error({ fault }, 'fault');
}
