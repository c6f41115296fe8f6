import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deleteDataFolder } from '../../engine/postgres/server/placement.ts';

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const bin = join(repository, 'bin', 'tickwave.mjs');

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Cli {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

/** A data folder of a test with the commands that work on it. */
export interface Workplace {
  readonly dataDir: string;
  /** Runs a command to its end. */
  run(...args: readonly string[]): Promise<Ended>;
  /** Starts a command. */
  spawn(args: readonly string[], environment?: Readonly<Record<string, string>>): Cli;
  /** Starts `tickwave start` and waits until its API listens; gives its address too. */
  start(
    args?: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): Promise<Cli & { readonly api: string }>;
  /** As `start`, for another verb that serves the API. */
  startVerb(
    verb: string,
    args?: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): Promise<Cli & { readonly api: string }>;
  /** Kills what still runs and deletes the folder. */
  remove(): Promise<void>;
}

/**
 * Makes a data folder. Nothing of this process's own settings reaches the commands.
 *
 * @param withinMs how long `start` may take until its API listens
 */
export function workplace(
  environment: Readonly<Record<string, string>> = {},
  withinMs: number = WITHIN_MS,
): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'tickwave-cli-'));
  const dataDir = join(folder, 'data');
  const running = new Set<Cli>();
  const own = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    DATA_DIR: dataDir,
    PORT: '0',
    // A test never speaks with a real exchange.
    FEED: 'simulated',
    NEWS: 'off',
  };
  const place: Workplace = {
    dataDir,
    run: (...args) => place.spawn(args).ended,
    spawn(args, more = {}) {
      const child = spawn(process.execPath, [bin, ...args], {
        cwd: folder,
        env: { ...own, ...environment, ...more },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const cli = follow(child);
      running.add(cli);
      void cli.ended.then(() => running.delete(cli));
      return cli;
    },
    start: (args = [], more = {}) => place.startVerb('start', args, more),
    async startVerb(verb, args = [], more = {}) {
      const cli = place.spawn([verb, ...args], more);
      const listening = async (): Promise<string | null> => {
        if ((await Promise.race([cli.ended, null])) !== null) throw new Error(`it ended: ${cli.stderr()}`);
        return announcedApi(dataDir, cli.pid);
      };
      const api = await waitFor('its API', listening, withinMs);
      return { ...cli, api };
    },
    async remove() {
      for (const cli of running) {
        cli.signal('SIGTERM');
        await cli.ended;
      }
      deleteDataFolder(dataDir);
      deleteDataFolder(folder);
    },
  };
  return place;
}

function follow(child: ChildProcess): Cli {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr?.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    signal: (name) => {
      child.kill(name);
    },
    ended,
  };
}

function announcedApi(dataDir: string, pid: number): string | null {
  try {
    const running = JSON.parse(readFileSync(join(dataDir, 'running.json'), 'utf8')) as {
      pid: number;
      api: string | null;
    };
    return running.pid === pid ? running.api : null;
  } catch {
    return null;
  }
}

const POLL_MS = 50;
const WITHIN_MS = 90_000;

/** Waits until something is there: asks again until the answer is neither null nor false. */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | null | false>,
  withinMs: number = WITHIN_MS,
): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== false) return answer;
    if (Date.now() > until) throw new Error(`waited ${withinMs / 1000} s for ${what} in vain`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
