import { expect, test } from '@jest/globals';
import type { JobRun } from './jobRuns.ts';
import { isRetryDue } from './retry.ts';

const NOW = Date.UTC(2026, 0, 2);
const MINUTE = 60_000;

/** A run whose row was last written so many minutes ago. */
const run = (state: JobRun['state'], minutesAgo: number, cancelRequested = false): JobRun => ({
  ...{ kind: 'train', run: 1, startedBy: 'schedule', progress: 0, message: '', finishedAt: null },
  ...{ state, cancelRequested },
  startedAt: new Date(NOW - minutesAgo * MINUTE).toISOString(),
  updatedAt: new Date(NOW - minutesAgo * MINUTE).toISOString(),
});

test.each([
  ['nothing has run', [], false],
  ['the last one went well', [run('done', 600), run('failed', 700)], false],
  ['one failed a moment ago', [run('failed', 4.9)], false],
  ['one failed five minutes ago', [run('failed', 5)], true],
  ['three failed in a row', [run('failed', 19), run('lost', 40), run('failed', 50), run('done', 90)], false],
  ['three failed, twenty minutes ago', [run('failed', 20), run('lost', 40), run('failed', 50)], true],
  ['ten failed, six hours ago', Array.from({ length: 10 }, () => run('failed', 360)), true],
  ['its process died', [run('running', 5)], true],
  ['it is under way', [run('running', 0.5)], false],
  ['Tickwave was stopped', [run('cancelled', 5)], true],
  ['somebody called it off', [run('cancelled', 500, true)], false],
] as const)('when %s', (_, runs, due) => {
  expect(isRetryDue(runs, NOW)).toBe(due);
});
