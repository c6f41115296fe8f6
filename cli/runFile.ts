import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { lockOwner } from '../engine/postgres/server/lock.ts';

const schema = z.object({
  pid: z.number().int(),
  /** As in `start`. */
  verb: z.string(),
  startedAt: z.string(),
  /** Where trades come from, for people. */
  source: z.string().nullable(),
  api: z.string().nullable(),
  /** With which verbs of the same user read the API; null where it takes none. */
  apiKey: z.string().nullable(),
  /** Port of the embedded database; null when DATABASE_URL is used. */
  databasePort: z.number().int().nullable(),
});

/** What a running Tickwave leaves in its data folder for other commands to find. */
export type Running = Readonly<z.infer<typeof schema>>;

function path(dataDir: string): string {
  return join(dataDir, 'running.json');
}

/** Says what runs, to its own user alone. A reader sees the old text or the new one, never half of it. */
export function announce(dataDir: string, running: Running): void {
  const draft = `${path(dataDir)}.${process.pid}`;
  rmSync(draft, { force: true });
  writeFileSync(draft, `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path(dataDir));
}

/** Takes back what was announced. */
export function withdraw(dataDir: string): void {
  rmSync(path(dataDir), { force: true });
}

/** What runs on a data folder: null when nothing, `starting` when it has not announced itself yet. */
export function findRunning(
  dataDir: string,
): Running | { readonly pid: number; readonly verb: 'starting' } | null {
  const pid = lockOwner(dataDir);
  if (pid === null) return null;
  try {
    const running = schema.parse(JSON.parse(readFileSync(path(dataDir), 'utf8')));
    // One that was killed leaves its file behind.
    if (running.pid === pid) return running;
  } catch {
    // Not there, or of another version: then only the process is known.
  }
  return { pid, verb: 'starting' };
}

/** As `findRunning`, once it has announced itself. */
export function announced(dataDir: string): Running | null {
  const running = findRunning(dataDir);
  return running !== null && 'api' in running ? running : null;
}
