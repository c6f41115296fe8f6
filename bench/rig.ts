import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Catalog, loadCatalog } from '../engine/catalog/catalog.ts';
import { Engine } from '../engine/engine.ts';
import { startServer } from '../engine/postgres/server.ts';

/** A server of its own with an engine on it, for one benchmark. */
export interface Rig {
  readonly url: string;
  readonly catalog: Catalog;
  readonly engine: Engine;
  readonly client: pg.Client;
  close(): Promise<void>;
}

/** Starts an embedded server in a temporary folder and the engine on the project's sql/. */
export async function openRig(): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'tickwave-bench-'));
  const server = await startServer({ dataDir: folder });
  const catalog = await loadCatalog('sql');
  const engine = await Engine.open({ url: server.url(), catalog });
  const client = new pg.Client({ connectionString: server.url() });
  client.on('error', () => {}); // The query that was running rejects.
  await client.connect();
  await client.query("set timezone = 'UTC'; set search_path = public, compat");
  return {
    url: server.url(),
    catalog,
    engine,
    client,
    close: async () => {
      await engine.stop();
      await client.end();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Value at a share of sorted numbers, 0.5 for the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The machine and the commit that figures belong to. */
export function machine(): Readonly<Record<string, unknown>> {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const dirty =
    execFileSync('git', ['status', '--porcelain', '--untracked-files=no'], { encoding: 'utf8' }).trim() !==
    '';
  return {
    commit: dirty ? `${commit} with changes` : commit,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    node: process.version,
    date: new Date().toISOString(),
  };
}
