import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { canEnter, databaseIdentity } from '../postgres/server/identity.ts';
import { lockOwner } from '../postgres/server/lock.ts';
import { existingHome } from '../postgres/server/placement.ts';
import { rememberedPort, tryPort } from '../postgres/server/port.ts';
import { type Check, type DoctorOptions, fail, ok, warn } from './check.ts';

/** Whether the data folder can be written, and where the database is or would be. */
export function checkFolder({ dataDir }: DoctorOptions): Check {
  const name = 'data folder';
  const path = resolve(dataDir);
  const base = nearestExisting(path);
  try {
    accessSync(base, constants.W_OK | constants.X_OK);
  } catch {
    return fail(name, `${base} can't be written by this user`, 'Choose a data folder that you may write to');
  }
  const home = existingHome(path);
  const identity = databaseIdentity(home === null ? undefined : join(home, 'pg'));
  if (home !== null) {
    if (!canEnter(home, identity)) {
      return fail(
        name,
        `the user ${identity?.name} that owns the database can't enter ${home}`,
        'Let others pass through the folders above it (chmod o+x), or move the data folder',
      );
    }
    return ok(name, home === path ? path : `${path}; the database is in ${home}`);
  }
  const where = canEnter(base === path ? dirname(path) : base, identity)
    ? ''
    : `; the user ${identity?.name} can't enter it, so the database will be placed under /var/lib/tickwave`;
  return ok(name, `${path}${existsSync(path) ? '' : ' (will be made)'}${where}`);
}

const GIB = 2 ** 30;

/** Whether there is room for the database to grow. */
export function checkDisk({ dataDir }: DoctorOptions): Check {
  const path = resolve(dataDir);
  const at = nearestExisting(existingHome(path) ?? path);
  const { bavail, bsize } = statfsSync(at);
  const free = (bavail * bsize) / GIB;
  const found = `${free.toFixed(1)} GiB free at ${at}`;
  const remedy = 'Free some space, or choose a data folder on another disk: a full disk stops the database';
  if (free < 1) return fail('disk space', found, remedy);
  return free < 5 ? warn('disk space', found, remedy) : ok('disk space', found);
}

/** Whether the database's data and the binaries are of the same major version. */
export function checkDataVersion({ dataDir }: DoctorOptions, major: string): Check {
  const name = 'data version';
  const home = existingHome(resolve(dataDir));
  if (home === null) return ok(name, 'no database yet');
  const found = readFileSync(join(home, 'pg', 'PG_VERSION'), 'utf8').trim();
  if (found === major) return ok(name, `PostgreSQL ${found}`);
  return fail(
    name,
    `the data is of PostgreSQL ${found}, and this Tickwave brings ${major}`,
    'Start it with the Tickwave that wrote it, export what you need, and begin with a new data folder',
  );
}

/** Whether the ports are free, or held by the Tickwave that runs on this folder. */
export async function checkPorts({ dataDir, port, apiPort }: DoctorOptions): Promise<readonly Check[]> {
  const owner = lockOwner(resolve(dataDir));
  const database = port ?? rememberedPort(resolve(dataDir));
  const checks: Check[] = [];
  if (database === null) checks.push(ok('database port', 'a free one is chosen at the first start'));
  else if ((await tryPort(database)) !== null) checks.push(ok('database port', `${database} is free`));
  else if (owner !== null)
    checks.push(ok('database port', `${database}, in use by the Tickwave of this folder (process ${owner})`));
  else if (port === undefined)
    checks.push(
      warn(
        'database port',
        `${database} was taken by another program`,
        'None needed: another port is chosen at the next start',
      ),
    );
  else
    checks.push(
      fail(
        'database port',
        `${port} is in use`,
        'Stop the program that listens there, or choose another port',
      ),
    );
  if (apiPort === undefined) return checks;
  if ((await tryPort(apiPort)) !== null) checks.push(ok('API port', `${apiPort} is free`));
  else if (owner !== null)
    checks.push(ok('API port', `${apiPort} is in use, as it is while Tickwave runs (process ${owner})`));
  else
    checks.push(
      fail('API port', `${apiPort} is in use`, 'Stop the program that listens there, or choose another port'),
    );
  return checks;
}

function nearestExisting(path: string): string {
  let at = path;
  while (!existsSync(at)) at = dirname(at);
  return at;
}
