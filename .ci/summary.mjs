// Says what did not pass in a jest report, and ends with a line "passed failed". A suite that could not run at all is
// one failure, as is a report that was never written.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [, , file] = process.argv;
let report;
try {
  report = JSON.parse(readFileSync(file, 'utf8'));
} catch {
  console.log('FAILED: jest wrote no report');
  console.log('0 1');
  process.exit(1);
}
let broken = 0;
for (const suite of report.testResults) {
  const name = relative(process.cwd(), suite.name);
  for (const test of suite.assertionResults) {
    if (test.status === 'failed')
      console.log(`FAILED: ${name}: ${test.fullName}\n${test.failureMessages.join('\n')}`);
    if (test.status === 'pending') console.log(`SKIPPED: ${name}: ${test.fullName}`);
  }
  if (suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed')) {
    broken += 1;
    console.log(`FAILED: ${name}\n${suite.message}`);
  }
}
const none = report.numTotalTests === 0 ? 1 : 0;
if (none) console.log('FAILED: no test was run');
console.log(
  `${report.numPassedTests} passed, ${report.numPendingTests} skipped in ${report.numTotalTestSuites} suites`,
);
console.log(`${report.numPassedTests} ${report.numFailedTests + broken + none}`);
