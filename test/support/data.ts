import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from '@jest/globals';

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The folder of recorded market data: TICKWAVE_DATA, or `shared/data` beside the clone. Null when there is none. */
export function sharedDataFolder(): string | null {
  const folder = process.env.TICKWAVE_DATA ?? join(dirname(repository), 'shared', 'data');
  return existsSync(folder) ? folder : null;
}

/** The full path of a recorded file or folder, or null when it is not on this machine. */
export function sharedData(path: string): string | null {
  const folder = sharedDataFolder();
  if (folder === null) return null;
  const full = join(folder, path);
  return existsSync(full) ? full : null;
}

/** `describe` for suites that need recorded data: `body` is given their full paths. Skips, and says so, without them. */
export function describeWithData(
  name: string,
  paths: readonly string[],
  body: (...full: string[]) => void,
): void {
  const full = paths.map(sharedData);
  if (full.every((path) => path !== null)) {
    describe(name, () => body(...full));
    return;
  }
  const missing = paths.filter((_, index) => full[index] === null);
  console.warn(
    `SKIPPED ${name}: no ${missing.join(', ')}. Set TICKWAVE_DATA to the folder of recorded data.`,
  );
  describe.skip(name, () => body(...paths));
}
