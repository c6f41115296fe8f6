import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockOwner } from '../../engine/postgres/server/lock.ts';
import { deleteDataFolder, existingHome } from '../../engine/postgres/server/placement.ts';
import { clearLeftovers } from '../../engine/postgres/server/postmaster.ts';
import { startServer } from '../../engine/postgres/server.ts';

/** The environment variable by which the suites, in processes of their own, find the server of the run. */
export const TEST_SERVER = 'TICKWAVE_TEST_SERVER';

const PREFIX = 'tickwave-jest-';

/** Starts the server of a jest run in a folder of its own; the function it returns stops it and deletes the folder. */
export async function startTestServer(): Promise<() => Promise<void>> {
  await sweep();
  const dataDir = mkdtempSync(join(tmpdir(), PREFIX));
  const server = await startServer({ dataDir, settings: { max_connections: '200' } });
  process.env[TEST_SERVER] = JSON.stringify({ owner: server.url('owner'), analyst: server.url('analyst') });
  return async () => {
    await server.stop();
    deleteDataFolder(dataDir);
  };
}

/** Ends and deletes what runs left that were killed. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const dataDir = join(tmpdir(), name);
    if (!name.startsWith(PREFIX)) continue;
    try {
      // A folder without a database belongs to a run that is just beginning.
      const home = existingHome(dataDir);
      if (home === null || lockOwner(dataDir) !== null) continue;
      await clearLeftovers(join(home, 'pg'), dataDir, () => {});
      deleteDataFolder(dataDir);
    } catch (error) {
      // Another user's, most likely: theirs to sweep.
      console.warn(`${dataDir} is left as it is: ${String(error)}`);
    }
  }
}
