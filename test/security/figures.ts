/** Figures a security test prints beside their ceilings; `npm run test:security -- --json FILE` gathers them. */
import { appendFileSync } from 'node:fs';

/** Prints one line, and keeps it for the report when one is wanted. */
export function figure(id: string, what: string, values: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${id} ${what}: ${JSON.stringify(values)}\n`);
  const file = process.env['TOCSIN_SECURITY_FIGURES'];
  if (file) appendFileSync(file, `${JSON.stringify({ id, what, ...values })}\n`);
}
