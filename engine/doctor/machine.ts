import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { binaryPackage, findBinaries } from '../postgres/server/binaries.ts';
import { databaseIdentity } from '../postgres/server/identity.ts';
import { existingHome } from '../postgres/server/placement.ts';
import { type Check, type DoctorOptions, fail, ok, warn } from './check.ts';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly engines: { readonly node: string };
};

/** Whether this Node is new enough. */
export function checkNode(_options: DoctorOptions, version = process.versions.node): Check {
  const least = Number(/\d+/.exec(manifest.engines.node)?.[0]);
  if (Number.parseInt(version, 10) >= least) return ok('Node', version);
  return fail('Node', `${version}, and Tickwave needs ${least} or newer`, `Install Node ${least} or newer`);
}

/** Whether PostgreSQL for this machine is installed and runs as the user it would run as. */
export function checkBinaries({ databaseUrl, dataDir }: DoctorOptions): Check {
  const name = 'PostgreSQL';
  if (databaseUrl !== undefined) return ok(name, 'not needed: DATABASE_URL names another server');
  const home = existingHome(dataDir);
  const identity = databaseIdentity(home === null ? undefined : join(home, 'pg'));
  const { version, postgres } = findBinaries(identity);
  return ok(name, `${version} from ${binaryPackage()}, run as ${identity?.name ?? 'this user'}: ${postgres}`);
}

const RELEASED = Date.UTC(2026, 0, 1);
const SLACK_MS = 5 * 60_000;

/** Whether the clock can be right: not before Tickwave was written, not before what the data folder holds. */
export function checkClock({ clock, dataDir }: DoctorOptions): Check {
  const name = 'clock';
  const now = clock.now();
  const text = new Date(now).toISOString();
  const remedy =
    'Set the clock and let NTP keep it: candles of the wrong minute can not be told from right ones';
  if (now < RELEASED) return fail(name, `${text} is before this Tickwave was written`, remedy);
  const written = statSync(dataDir, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (written > now + SLACK_MS) {
    return warn(
      name,
      `${text} is before the data folder was last written (${new Date(written).toISOString()})`,
      remedy,
    );
  }
  return ok(name, text);
}

/** Whether the Kafka client, which a plain install leaves out, is there when it is needed. */
export async function checkKafka(
  { kafkaBrokers }: DoctorOptions,
  load: (name: string) => Promise<unknown> = (name) => import(name),
): Promise<Check> {
  const name = 'Kafka client';
  if (!kafkaBrokers) return ok(name, 'not needed: KAFKA_BROKERS is not set');
  const client = '@confluentinc/kafka-javascript';
  try {
    await load(client);
    return ok(name, `${client} is installed, for ${kafkaBrokers}`);
  } catch {
    return fail(
      name,
      `KAFKA_BROKERS is set, and ${client} is not installed or does not load`,
      `CKJS_LINKING=dynamic npm install ${client} (builds it: needs g++, make, python3 and the headers of OpenSSL, zlib, curl and SASL), or unset KAFKA_BROKERS`,
    );
  }
}
