import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { deleteDataFolder } from '../engine/postgres/server/placement.ts';
import { startServer } from '../engine/postgres/server.ts';

/** Runs work on an empty PostgreSQL of its own, whose files are in `folder` for as long. @param work gets the owner's address */
export async function onScratchServer<T>(
  folder: string,
  work: (url: string) => Promise<T>,
  log: (line: string) => void,
): Promise<T> {
  mkdirSync(folder, { recursive: true });
  const dataDir = mkdtempSync(join(folder, 'tickwave-test-'));
  try {
    const server = await startServer({ dataDir, onLog: log });
    try {
      return await work(server.url('owner'));
    } finally {
      await server.stop();
    }
  } finally {
    deleteDataFolder(dataDir);
  }
}
