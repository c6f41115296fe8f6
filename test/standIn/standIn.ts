import { readdirSync } from 'node:fs';
import pg from 'pg';
import { landingTable } from '../../engine/database/landingTable.ts';
import { StandInClient } from './client.ts';

/** What the stand-in says of itself. */
export const VERSION = 'PostgreSQL 13.14.0-RisingWave-2.8.5 (a stand-in)';

/**
 * Makes a PostgreSQL database look like RisingWave to those who write and read at run time: it says so of itself, and its landing
 * tables decide about conflicts. It shows that the code sends what it should in the order that it should; it shows nothing of
 * RisingWave itself, for which `npm run test:risingwave` is there.
 */
export async function standIn(url: string): Promise<pg.Pool> {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  try {
    const database = new URL(url).pathname.slice(1);
    await owner.query(`create schema stand_in;
      create function stand_in.version() returns text language sql as $$ select '${VERSION}' $$;
      alter database ${database} set search_path = public, stand_in, pg_catalog;`);
    await letTablesDecide(owner);
  } finally {
    await owner.end();
  }
  return standInPool(url);
}

/** Connections that refuse what RisingWave would. */
export function standInPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 6, Client: StandInClient } as pg.PoolConfig);
  pool.on('error', () => {});
  return pool;
}

/** Lets the landing tables of a database decide which row of a key stays. Needs the schema stand_in. */
export async function letTablesDecide(owner: Pick<pg.Client, 'query'>): Promise<void> {
  const { rows } = await owner.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public'",
  );
  const there = new Set(rows.map(({ name }) => name));
  for (const name of landingTables()) if (there.has(name)) await owner.query(decideConflicts(name));
}

function landingTables(): readonly string[] {
  return readdirSync(new URL('../../sql/landing/', import.meta.url)).map((file) =>
    file.replace(/\.sql$/, ''),
  );
}

/** The first row of a key stays, or the new one overwrites it: as the table says behind its columns. */
function decideConflicts(table: string): string {
  const { key, keepsFirst } = landingTable(table);
  const same = key.map((column) => `${column} = new.${column}`).join(' and ');
  const body = keepsFirst
    ? `if exists (select 1 from public.${table} where ${same}) then return null; end if;`
    : `delete from public.${table} where ${same};`;
  return `create function stand_in.keep_${table}() returns trigger language plpgsql as $$ begin
      -- Rows come to a table one after the other, as they do there.
      perform pg_advisory_xact_lock(hashtext('${table}')); ${body} return new; end $$;
    create trigger keep before insert on public.${table} for each row execute function stand_in.keep_${table}();`;
}
