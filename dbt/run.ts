import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Runs dbt on the database of the Tickwave that runs on DATA_DIR, or on the one that PGHOST names: npm run dbt -- build

const project = dirname(fileURLToPath(import.meta.url));
const repository = dirname(project);
const installed = join(repository, '.cache', 'dbt', 'bin', 'dbt');

/** The connection as dbt-postgres, psql and every other libpq client read it. */
function connection(): Readonly<Record<string, string>> {
  if (process.env.PGHOST !== undefined) return {};
  const command = join(repository, 'bin', 'tickwave.mjs');
  const asked = spawnSync(process.execPath, [command, 'psql', '--owner', '--print'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (asked.status !== 0) process.exit(asked.status ?? 1);
  const url = new URL(asked.stdout.trim());
  return {
    PGHOST: url.hostname,
    PGPORT: url.port || '5432',
    PGUSER: decodeURIComponent(url.username),
    PGPASSWORD: decodeURIComponent(url.password),
    PGDATABASE: url.pathname.slice(1),
  };
}

const dbt = existsSync(installed) ? installed : 'dbt';
const child = spawn(dbt, process.argv.slice(2), {
  cwd: project,
  stdio: 'inherit',
  env: { ...process.env, ...connection(), DBT_PROFILES_DIR: project, DBT_PROJECT_DIR: project },
});
child.once('error', () => {
  process.stderr.write('dbt is not installed: `.ci/dbt.sh install` does it, in .cache/dbt; docs/dbt.md\n');
  process.exitCode = 1;
});
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
