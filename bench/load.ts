/** Helper: agencies that file over real HTTP, kept-open lines, a session each. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { HttpLine } from '../test/faults/rig/http-line.ts';
import type { Reporter } from '../test/faults/rig/nation.ts';
import { reportContent, reportRequest } from '../test/faults/rig/report.ts';
import { type FilingOrder, type FilingResult, serveOrders } from './orders.ts';

const lines = new Map<string, HttpLine>();
let serial = Math.floor(Math.random() * 1_000_000_000);

function lineOf(port: number, client: number, reporter: Reporter): HttpLine {
  const name = `${port} ${client} ${reporter.cookie}`;
  const known = lines.get(name);
  if (known) return known;
  const line = new HttpLine(port, { cookie: reporter.cookie, origin: `http://localhost:${port}` }, 60_000);
  lines.set(name, line);
  return line;
}

serveOrders<FilingOrder, FilingResult>(async (order) => {
  const { port, reporters, clients, ms, count } = order;
  const refused: string[] = [];
  const latencies: number[] = [];
  const filings: { caseId: string; began: number }[] = [];
  const fileOne = async (line: HttpLine, reporter: Reporter, due: number): Promise<void> => {
    const began = Date.now();
    const content = reportContent(serial++, began);
    const isGrave = order.graveEvery !== undefined && serial % order.graveEvery === 0;
    const body = reportRequest(reporter.organisationId, isGrave ? { ...content, impactLevel: 'A' } : content);
    const answer = await line.ask('POST', '/api/v1/reports', body, `idempotency-key: ${randomUUID()}\r\n`);
    if (answer.status !== 201) {
      refused.push(`${answer.status} ${answer.body.slice(0, 200)}`);
      return;
    }
    latencies.push(performance.now() - due);
    filings.push({ caseId: (JSON.parse(answer.body) as { caseId: string }).caseId, began });
  };
  const start = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const reporter = reporters[client % reporters.length] as Reporter;
      const line = lineOf(port, client, reporter);
      if (count === undefined) {
        while (performance.now() - start < ms) await fileOne(line, reporter, performance.now());
        return;
      }
      // Each report has its moment; one that is sent late because all lines are busy has waited since then.
      for (let turn = next++; turn < count; turn = next++) {
        const due = start + (turn * ms) / count;
        const wait = due - performance.now();
        if (wait > 1) await pause(wait);
        await fileOne(line, reporter, due);
      }
    }),
  );
  return { done: latencies.length, seconds: (performance.now() - start) / 1000, refused, latencies, filings };
});
