import { type Config, loadConfig } from '../config/config.ts';
import { type Progress, progressBar } from './progress.ts';
import { redactor } from './redact.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** What a verb is given. */
export interface Context {
  readonly terminal: Terminal;
  /** The configuration, read and checked at the first call. */
  config(): Config;
  progress(): Progress;
  /** Sets what the command ends with. */
  finish(code: number): void;
}

/** The context of this process. Nothing is read before a verb asks, so that `--help` works in any environment. */
export function processContext(finish: (code: number) => void): Context {
  let config: Config | null = null;
  const fixed = processTerminal('info', redactor(null));
  let terminal = fixed;
  const read = (): Config => {
    if (config !== null) return config;
    config = loadConfig(process.env, process.cwd());
    terminal = processTerminal(config.LOG_LEVEL, redactor(config));
    for (const warning of config.warnings) terminal.warn(warning);
    return config;
  };
  return {
    terminal: {
      print: (line) => terminal.print(line),
      say: (line) => terminal.say(line),
      warn: (line) => terminal.warn(line),
      fail: (line) => terminal.fail(line),
      debug: (line) => terminal.debug(line),
      interactive: fixed.interactive,
    },
    config: read,
    progress: () =>
      progressBar({
        write: (text) => {
          if (read().LOG_LEVEL !== 'silent') process.stderr.write(text);
        },
        interactive: fixed.interactive,
        now: () => performance.now(),
        width: (process.stderr.columns ?? 100) - 1,
      }),
    finish,
  };
}
