import { readFileSync } from 'node:fs';
import pg from 'pg';

const TABLES = [
  'trades',
  'heartbeats',
  'candles_imported',
  'dead_letters',
  'file_positions',
  'news',
  'news_scores',
  'trade_gaps',
];

/** Creates the tables that connectors write to, from sql/landing without what only RisingWave reads. */
export async function createLandingTables(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const table of TABLES) {
      const text = readFileSync(new URL(`../../sql/landing/${table}.sql`, import.meta.url), 'utf8');
      await client.query(text.replace(/^\)[^;]*;/m, ');'));
    }
  } finally {
    await client.end();
  }
}
