import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { Credentials } from './credentials.ts';

const roleSql = readFileSync(new URL('./analyst-role.sql', import.meta.url), 'utf8');
const rightsSql = readFileSync(new URL('./analyst-rights.sql', import.meta.url), 'utf8');

/** The address of a database on the embedded server. Passwords hold no character that needs escaping. */
export function databaseUrl(
  port: number,
  account: { readonly user: string; readonly password: string },
  database: string,
): string {
  return `postgresql://${account.user}:${account.password}@127.0.0.1:${port}/${database}`;
}

/** Makes the analyst's role, or sets it right. */
export async function ensureAnalyst(port: number, { owner, analyst }: Credentials): Promise<void> {
  await connected(databaseUrl(port, owner, 'postgres'), async (client) => {
    const role = await client.query('select 1 from pg_roles where rolname = $1', [analyst.user]);
    if (role.rowCount === 0) await client.query('create role analyst');
    await client.query(`alter role analyst with password ${client.escapeLiteral(analyst.password)}`);
    await client.query(roleSql);
  });
}

/** Makes the database, and gives the analyst the right to read it. */
export async function ensureDatabase(port: number, { owner }: Credentials, database: string): Promise<void> {
  await connected(databaseUrl(port, owner, 'postgres'), async (client) => {
    const name = client.escapeIdentifier(database);
    const there = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (there.rowCount === 0) await client.query(`create database ${name}`);
    await client.query(`revoke temporary on database ${name} from public`);
  });
  await connected(databaseUrl(port, owner, database), (client) => client.query(rightsSql));
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
