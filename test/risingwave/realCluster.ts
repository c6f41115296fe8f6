import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import { DEPLOYED } from '../../engine/risingwave/deployed.ts';
import { CATALOG_TABLES } from '../../engine/risingwave/documentation.ts';
import { subscriptionName } from '../../engine/risingwave/subscription.ts';
import { otherName } from '../../engine/risingwave/versions/steps.ts';
import { VERSION_TABLES } from '../../engine/risingwave/versions/store.ts';
import type { Cluster, EmptyDatabase } from './cluster.ts';

/** The RisingWave of TEST_RISINGWAVE_URL; null without it. */
export function realCluster(environment: NodeJS.ProcessEnv = process.env): Cluster | null {
  const url = environment.TEST_RISINGWAVE_URL;
  if (!url) return null;
  return {
    name: `RisingWave at ${new URL(url).host}`,
    kafkaBrokers: environment.TEST_KAFKA_BROKERS ?? null,
    empty: () => emptyDatabase(url),
    stop: async () => {},
  };
}

async function emptyDatabase(server: string): Promise<EmptyDatabase> {
  const name = `tickwave_parity_${randomBytes(4).toString('hex')}`;
  await on(server, (client) => client.query(`create database ${name}`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => dropDatabase(server, name, url.href),
  };
}

async function dropDatabase(server: string, name: string, url: string): Promise<void> {
  const left = await on(url, wipe);
  const drop = (): Promise<unknown> => on(server, (client) => client.query(`drop database ${name}`));
  // Its documentation wants the schemas gone, its own tests don't.
  const again = async (): Promise<unknown> => {
    await on(url, (client) => client.query('drop schema public'));
    return drop();
  };
  await drop()
    .catch(again)
    .catch((cause: Error) => {
      throw new Error(`the database ${name} is left: ${[cause.message, ...left].join('; ')}`, { cause });
    });
}

/**
 * Drops what sql/ put there, readers first: RisingWave drops nothing that something hangs on. Gives what was refused for another
 * reason than that it was not there.
 */
async function wipe(client: pg.Client): Promise<string[]> {
  const { objects } = await loadCatalog('sql');
  const reversed = objects.filter(({ dialect }) => dialect !== 'postgres').reverse();
  const statements = [
    ...reversed.map(({ name }) => `drop subscription ${subscriptionName(name)}`),
    ...reversed
      .filter(({ kind }) => kind !== 'function')
      .flatMap(({ kind, name }) => [`drop ${kind} ${otherName(name)}`, `drop ${kind} ${name}`]),
    ...[DEPLOYED, ...CATALOG_TABLES.keys(), ...VERSION_TABLES.keys()].map((name) => `drop table ${name}`),
    ...reversed.filter(({ kind }) => kind === 'function').map(({ name }) => `drop aggregate ${name}`),
  ];
  const left: string[] = [];
  for (const statement of statements)
    await client.query(statement).catch(({ message }: Error) => {
      if (!/not found|not exist/i.test(message)) left.push(`${statement}: ${message}`);
    });
  return left;
}

async function on<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
