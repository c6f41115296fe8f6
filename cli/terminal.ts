import type { Config } from '../config/config.ts';

/** Where a verb speaks: data to stdout, words for people to stderr. */
export interface Terminal {
  /** A line of data. */
  print(line: string): void;
  /** A line for people. */
  say(line: string): void;
  /** Something to know that is not an error; silent at LOG_LEVEL error. */
  warn(line: string): void;
  /** Why the command ends; always said. */
  fail(line: string): void;
  /** Detail that only LOG_LEVEL=debug shows. */
  debug(line: string): void;
  /** Whether people watch stderr: bars may be redrawn. */
  readonly interactive: boolean;
}

/** Where lines go. */
export interface Streams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
}

/**
 * The process's own streams. No line for people has a secret in it; data is what was asked for, such as a new key.
 *
 * @param hide what is done to lines for people
 */
export function processTerminal(
  level: Config['LOG_LEVEL'],
  hide: (line: string) => string,
  { stdout, stderr }: Streams = process,
): Terminal {
  const write = (line: string): void => {
    stderr.write(`${hide(line)}\n`);
  };
  const quiet = (levels: readonly string[]): boolean => levels.includes(level);
  return {
    print: (line) => {
      stdout.write(`${line}\n`);
    },
    say: (line) => (quiet(['silent', 'error', 'warn']) ? undefined : write(line)),
    warn: (line) => (quiet(['silent', 'error']) ? undefined : write(line)),
    fail: write,
    debug: (line) => (level === 'debug' ? write(line) : undefined),
    interactive: stderr.isTTY === true,
  };
}
