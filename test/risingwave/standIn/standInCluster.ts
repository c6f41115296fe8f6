import pg from 'pg';
import { loadCatalog } from '../../../engine/catalog/catalog.ts';
import { testDatabase } from '../../support/database.ts';
import type { Cluster, EmptyDatabase } from '../cluster.ts';
import { StandInDialect } from './dialect.ts';
import { type StatementProxy, statementProxy } from './protocol.ts';
import { WRITTEN } from './written.ts';

const SCHEMA = `create schema standin; create schema compat; create schema rw_catalog;
create view rw_catalog.rw_materialized_views as select oid::int as id, relname::text as name, pg_get_viewdef(oid) as definition
  from pg_class where relkind = 'm' and relnamespace = 'public'::regnamespace;
create view rw_catalog.rw_views as select oid::int as id, relname::text as name, pg_get_viewdef(oid) as definition
  from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace;
create table rw_catalog.rw_ddl_progress (ddl_id bigint, ddl_statement varchar, progress varchar);
${WRITTEN}
set search_path = compat, public;`;

/** The run's PostgreSQL behind an adapter: NOT RisingWave. With it the suite can be seen to work where there is none. */
export function standInCluster(kafkaBrokers: string | null = null): Cluster & { breakConnections(): void } {
  const proxies: StatementProxy[] = [];
  return {
    name: 'a stand-in, which is NOT RisingWave',
    kafkaBrokers,
    empty: async () => {
      const { database, proxy } = await standIn();
      proxies.push(proxy);
      return database;
    },
    breakConnections: () => {
      for (const proxy of proxies) proxy.breakConnections();
    },
    stop: async () => {},
  };
}

async function standIn(): Promise<{ database: EmptyDatabase; proxy: StatementProxy }> {
  const { url, drop } = await testDatabase();
  const address = new URL(url);
  await prepare(url, address.pathname.slice(1));
  const client = new pg.Pool({ connectionString: url, max: 4 });
  client.on('error', () => {}); // The query that was running rejects.
  const dialect = new StandInDialect(client);
  const proxy = await statementProxy({ host: address.hostname, port: Number(address.port) }, (sql, session) =>
    dialect.translate(sql, session),
  );
  const own = new URL(url);
  own.port = String(proxy.port);
  return {
    database: {
      url: own.href,
      drop: async () => {
        await proxy.close();
        await dialect.stop();
        await client.end();
        await drop();
      },
    },
    proxy,
  };
}

async function prepare(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(SCHEMA);
    for (const { kind, dialect, statement } of (await loadCatalog('sql')).objects)
      if (kind === 'function' && dialect !== 'risingwave') await client.query(statement.body);
    await client.query(
      `alter database ${name} set search_path = public, compat; alter database ${name} set timezone = 'UTC'`,
    );
  } finally {
    await client.end();
  }
}
