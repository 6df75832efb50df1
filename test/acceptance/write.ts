/** Writes docs/acceptance.md; says which claimed rows have no test and fails then. */
import { writeFileSync } from 'node:fs';
import { acceptanceDocument, DOCUMENT, uncovered } from './matrix.ts';

writeFileSync(DOCUMENT, acceptanceDocument());
const missing = uncovered();
if (missing.length > 0) {
  process.stderr.write(`no test names: ${missing.join(' ')}\n`);
  process.exit(1);
}
