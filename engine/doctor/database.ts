import { resolve } from 'node:path';
import pg from 'pg';
import { readCredentials } from '../postgres/server/credentials.ts';
import { databaseUrl } from '../postgres/server/databases.ts';
import { lockOwner } from '../postgres/server/lock.ts';
import { rememberedPort } from '../postgres/server/port.ts';
import { type Check, type DoctorOptions, fail, ok, warn } from './check.ts';

const LEAST_POSTGRES = 18;
const WITHIN_MS = 3_000;
const CLOCK_SLACK_MS = 2_000;

/** Whether the database answers, which version it is and whether its clock is ours. */
export async function checkDatabase(options: DoctorOptions): Promise<readonly Check[]> {
  const name = 'database';
  const target = targetOf(options);
  if (target === null) return [ok(name, 'not running: `tickwave start` starts it')];
  const client = new pg.Client({
    connectionString: target.url,
    connectionTimeoutMillis: WITHIN_MS,
    query_timeout: WITHIN_MS,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const before = options.clock.now();
    const { rows } = await client.query<{ version: string; now: Date }>(
      'select version() as version, now() as now',
    );
    const after = options.clock.now();
    const [row] = rows;
    if (!row) return [fail(name, 'answered nothing', target.remedy)];
    return [
      ok(name, `${target.what} answers`),
      versionCheck(row.version),
      clockCheck(row.now.getTime(), before, after),
    ];
  } catch (error) {
    return [fail(name, `${target.what} does not answer: ${(error as Error).message}`, target.remedy)];
  } finally {
    await client.end().catch(() => {});
  }
}

interface Target {
  readonly url: string;
  /** Its address without the password. */
  readonly what: string;
  readonly remedy: string;
}

function targetOf({ databaseUrl: given, dataDir }: DoctorOptions): Target | null {
  if (given !== undefined) {
    const { host, pathname } = URL.canParse(given) ? new URL(given) : { host: 'the server', pathname: '' };
    return {
      url: given,
      what: `${host}${pathname}`,
      remedy: 'Check DATABASE_URL (address, user, password, database) and whether the server runs',
    };
  }
  const folder = resolve(dataDir);
  const [owner, credentials, port] = [lockOwner(folder), readCredentials(folder), rememberedPort(folder)];
  if (owner === null || !credentials || port === null) return null;
  return {
    url: databaseUrl(port, credentials.owner, 'tickwave'),
    what: `127.0.0.1:${port}/tickwave`,
    remedy: `Process ${owner} holds the data folder, and its database does not answer: stop it and start again`,
  };
}

function versionCheck(text: string): Check {
  const name = 'database version';
  const short = text.split(' on ')[0] ?? text;
  if (/RisingWave/i.test(text)) return ok(name, short);
  const major = Number(/PostgreSQL (\d+)/.exec(text)?.[1] ?? 0);
  if (major >= LEAST_POSTGRES) return ok(name, short);
  return fail(
    name,
    `${short} is too old`,
    `Use PostgreSQL ${LEAST_POSTGRES} or newer, RisingWave, or the embedded server (unset DATABASE_URL)`,
  );
}

function clockCheck(theirs: number, before: number, after: number): Check {
  const name = 'database clock';
  const off = theirs < before ? before - theirs : theirs > after ? theirs - after : 0;
  if (off <= CLOCK_SLACK_MS) return ok(name, 'agrees with this machine');
  return warn(
    name,
    `${(off / 1000).toFixed(1)} s away from this machine`,
    'Let NTP keep both: freshness and lag are measured with it',
  );
}
