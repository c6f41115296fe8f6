import { expect, test } from '@jest/globals';
import { readConfig } from '../config/config.ts';
import { redactor } from './redact.ts';
import { processTerminal } from './terminal.ts';

const URL_WITH_PASSWORD = 'postgres://owner:hunter2-secret@db.internal/tickwave';
const config = readConfig({ ELASTICSEARCH_PASSWORD: 'planted-value', LOG_LEVEL: 'debug' }, '/');

/** A terminal, and what it wrote. */
function terminalOf(hide: (line: string) => string) {
  const out: string[] = [];
  const err: string[] = [];
  const into = (lines: string[]) => ({ write: (text: string) => lines.push(text) });
  return { ...processTerminal('debug', hide, { stdout: into(out), stderr: into(err) }), out, err };
}

test.each(['say', 'warn', 'fail', 'debug'] as const)('%s shows no secret', (way) => {
  const terminal = terminalOf(redactor(config));
  terminal[way](`connect ${URL_WITH_PASSWORD} with planted-value failed`);
  expect(terminal.err).toEqual([
    'connect postgres://owner:(hidden)@db.internal/tickwave with (hidden) failed\n',
  ]);
  expect(terminal.out).toEqual([]);
});

test('what looks like a secret is hidden before the configuration is read, too', () => {
  const terminal = terminalOf(redactor(null));
  terminal.fail(`tickwave: ${URL_WITH_PASSWORD} is not known`);
  expect(terminal.err.join('')).not.toContain('hunter2');
});

test('data is what was asked for', () => {
  const terminal = terminalOf(redactor(config));
  terminal.print('tw_01234567_abcdefgh');
  expect(terminal.out).toEqual(['tw_01234567_abcdefgh\n']);
});
