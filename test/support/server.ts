import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deleteDataFolder } from '../../engine/postgres/server/placement.ts';
import { startServer } from '../../engine/postgres/server.ts';

/** The environment variable by which the suites, in processes of their own, find the server of the run. */
export const TEST_SERVER = 'TICKWAVE_TEST_SERVER';

/** Starts the server of a jest run in a folder of its own; the function it returns stops it and deletes the folder. */
export async function startTestServer(): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tickwave-jest-'));
  const server = await startServer({ dataDir, settings: { max_connections: '200' } });
  process.env[TEST_SERVER] = JSON.stringify({ owner: server.url('owner'), analyst: server.url('analyst') });
  return async () => {
    await server.stop();
    deleteDataFolder(dataDir);
  };
}
