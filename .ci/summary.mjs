/** The closing line of a run, from Vitest's report: "tests: N passed, N failed". Fails when anything did. */
import { existsSync, readFileSync } from 'node:fs';

const file = process.argv[2];
if (!file || !existsSync(file)) {
  console.log('tests: 0 passed, 1 failed');
  process.exit(1);
}
const report = JSON.parse(readFileSync(file, 'utf8'));
// A file that could not even be loaded, or left something running, counts as one failure.
const broken = report.testResults.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((one) => one.status === 'failed'),
).length;
// Nothing may be skipped: a test that does not run shows nothing.
const skipped = report.numPendingTests + report.numTodoTests;
const failures = report.numFailedTests + broken + skipped;
console.log(`tests: ${report.numPassedTests} passed, ${failures} failed`);
process.exit(report.success && failures === 0 && report.numPassedTests > 0 ? 0 : 1);
