import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { TEST_SERVER } from './server.ts';

/** A database of one suite. */
export interface TestDatabase {
  /** As the owner. */
  readonly url: string;
  /** As the read-only role. */
  readonly analystUrl: string;
  /** Ends its sessions and deletes it. */
  drop(): Promise<void>;
}

/** Makes an empty database on the run's server, with the analyst's rights as in production. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = addresses();
  const name = `test_${randomBytes(6).toString('hex')}`;
  // The server's own database is never written to by tests, so it serves as the pattern.
  await asOwner(server.owner, `create database ${name} template tickwave`);
  // Rights on a database as such are not copied with it.
  await asOwner(server.owner, `revoke temporary on database ${name} from public`);
  return {
    url: withDatabase(server.owner, name),
    analystUrl: withDatabase(server.analyst, name),
    drop: () => asOwner(server.owner, `drop database if exists ${name} with (force)`),
  };
}

function addresses(): { readonly owner: string; readonly analyst: string } {
  const text = process.env[TEST_SERVER];
  if (text === undefined) throw new Error(`${TEST_SERVER} is not set: run the suites through \`npm test\``);
  return JSON.parse(text) as { owner: string; analyst: string };
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function asOwner(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: withDatabase(url, 'postgres') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
