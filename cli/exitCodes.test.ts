import { expect, test } from '@jest/globals';
import { ConfigError } from '../config/errors.ts';
import { BadOption, LandingFailed } from '../connectors/errors.ts';
import { EngineBusyError } from '../engine/postgres/engineLock.ts';
import { DataFolderInUse, DataVersionMismatch } from '../engine/postgres/server/errors.ts';
import { AlreadyRunning, DatabaseLost, explainError, NotRunning } from './errors.ts';
import { exitCodeOf } from './exitCodes.ts';

test.each([
  [new Error('x'), 1],
  [new DatabaseLost('x'), 1],
  [new DataVersionMismatch('x', 'y'), 1],
  [new LandingFailed('x', 'y', { cause: null, transient: true }), 1],
  [new ConfigError([]), 2],
  [new BadOption('x', 'y'), 2],
  [new DataFolderInUse('/data', 1, 'another Tickwave'), 3],
  [new EngineBusyError('x'), 3],
  [new AlreadyRunning('start', 1, '/data', 'x'), 3],
  [new NotRunning('/data'), 4],
])('%s ends with %d', (error, code) => expect(exitCodeOf(error)).toBe(code));

test('an error is told with its causes, each once', () => {
  const cause = new Error('connection refused');
  expect(explainError(new Error('the database does not answer', { cause }))).toBe(
    'the database does not answer\n  because: connection refused',
  );
  expect(explainError(new Error('failed: connection refused', { cause }))).toBe('failed: connection refused');
});
