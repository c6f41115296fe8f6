import type { Config } from '../config/config.ts';

/** Where a verb speaks: data to stdout, words for people to stderr. */
export interface Terminal {
  /** A line of data. */
  print(line: string): void;
  /** A line for people. */
  say(line: string): void;
  /** Something to know that is not an error; silent at LOG_LEVEL error. */
  warn(line: string): void;
  /** Detail that only LOG_LEVEL=debug shows. */
  debug(line: string): void;
  /** Whether people watch stderr: bars may be redrawn. */
  readonly interactive: boolean;
}

/** The process's own streams. */
export function processTerminal(level: Config['LOG_LEVEL']): Terminal {
  const write = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const quiet = (levels: readonly string[]): boolean => levels.includes(level);
  return {
    print: (line) => {
      process.stdout.write(`${line}\n`);
    },
    say: (line) => (quiet(['silent', 'error', 'warn']) ? undefined : write(line)),
    warn: (line) => (quiet(['silent', 'error']) ? undefined : write(line)),
    debug: (line) => (level === 'debug' ? write(line) : undefined),
    interactive: process.stderr.isTTY === true,
  };
}
