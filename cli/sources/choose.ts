import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';

/** What feeds a Tickwave that was not told to replay. */
export type Choice =
  | { readonly kind: 'live' }
  /** With the reason, as in `no exchange answers`. */
  | { readonly kind: 'simulated'; readonly why: string };

/** Whether one of the exchanges answers; null when one does, else each one's trouble in words. */
export type Probe = () => Promise<string | null>;

/**
 * Live markets or the simulated one. Once live markets have been fed into a data folder, made-up ones never join
 * them by themselves: an exchange that is away is waited for.
 */
export async function chooseSource(config: Config, probe: Probe): Promise<Choice> {
  if (config.FEED === 'simulated') return { kind: 'simulated', why: 'no live feed wanted (FEED=simulated)' };
  if (config.FEED === 'live' || wasLive(config.DATA_DIR)) return { kind: 'live' };
  const trouble = await probe();
  return trouble === null ? { kind: 'live' } : { kind: 'simulated', why: `no exchange answers (${trouble})` };
}

/** Remembers that live markets are fed into a data folder. */
export function rememberLive(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(
    mark(dataDir),
    'live markets are fed into this folder: without an exchange they are waited for\n',
  );
}

function wasLive(dataDir: string): boolean {
  return existsSync(mark(dataDir)) && readFileSync(mark(dataDir), 'utf8').startsWith('live');
}

function mark(dataDir: string): string {
  return join(dataDir, 'feed');
}
