import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { KafkaLanding, type KafkaLandingOptions } from '../../connectors/kafka/kafkaLanding.ts';
import type { Trade } from '../../connectors/landing.ts';
import { MemoryLanding } from '../../connectors/memoryLanding.ts';
import { buildCatalog, type Catalog, readSqlFolder } from '../../engine/catalog/catalog.ts';
import { KafkaIngest, type KafkaIngestOptions } from '../../engine/kafka/ingest.ts';
import { waitFor } from '../support/cli.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { createLandingTables } from '../support/landingTables.ts';

/** Topics, tables and folders of one test, so that tests share a broker without meeting. */
export class Rig {
  readonly brokers: string;
  readonly database: TestDatabase;
  readonly client: pg.Client;
  readonly folder: string;
  readonly name: string;
  /** The project's, with this test's topics. */
  readonly catalog: Catalog;
  readonly topics: KafkaLandingOptions['topics'];
  /** What the landing passes on. */
  readonly tables = new MemoryLanding();
  readonly said: string[] = [];
  readonly #ends: (() => Promise<void>)[] = [];

  private constructor(
    brokers: string,
    database: TestDatabase,
    client: pg.Client,
    catalog: Catalog,
    name: string,
  ) {
    this.brokers = brokers;
    this.database = database;
    this.client = client;
    this.catalog = catalog;
    this.name = name;
    this.folder = mkdtempSync(join(tmpdir(), `tickwave-${name}-`));
    this.topics = {
      trades: `${name}_trades`,
      heartbeats: `${name}_heartbeats`,
      news: `${name}_news`,
      newsScores: `${name}_news_scores`,
    };
  }

  static async open(brokers: string, name: string): Promise<Rig> {
    const database = await testDatabase();
    await createLandingTables(database.url);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query("set timezone = 'UTC'");
    return new Rig(brokers, database, client, buildCatalog(await sqlWithTopics(name)), name);
  }

  /** A landing on this test's topics; closed with the rig at the latest. */
  async landing(more: Partial<KafkaLandingOptions> = {}): Promise<KafkaLanding> {
    const landing = await KafkaLanding.open({
      brokers: this.brokers,
      topics: this.topics,
      tables: this.tables,
      partitions: 3,
      retentionHours: 1,
      spoolFolder: join(this.folder, 'spool'),
      spoolLimitBytes: 100_000_000,
      say: (line) => this.said.push(line),
      ...more,
    });
    let closed: Promise<void> | null = null;
    const close = landing.close.bind(landing);
    landing.close = () => {
      closed ??= close();
      return closed;
    };
    this.#ends.push(() => landing.close());
    return landing;
  }

  /** A consumer that runs until `stop`, or the rig's end. */
  ingest(more: Partial<KafkaIngestOptions> = {}): KafkaIngest & { readonly stop: () => Promise<void> } {
    const stopping = new AbortController();
    const ingest = new KafkaIngest({
      url: this.database.url,
      brokers: this.brokers,
      catalog: this.catalog,
      say: (line) => this.said.push(line),
      ...more,
    });
    const running = ingest.run(stopping.signal);
    const stop = async (): Promise<void> => {
      stopping.abort();
      await running;
    };
    this.#ends.push(stop);
    return Object.assign(ingest, { stop });
  }

  async count(table: string): Promise<number> {
    const { rows } = await this.client.query<{ count: string }>(`select count(*) from ${table}`);
    return Number(rows[0]?.count);
  }

  /** Waits until a table has at least so many rows. */
  async rows(table: string, count: number): Promise<void> {
    await waitFor(`${count} rows in ${table}`, async () => (await this.count(table)) >= count);
  }

  /** Dead letters by place, their reasons and what was kept. */
  async letters(): Promise<{ place: string; reason: string; raw: Buffer }[]> {
    const { rows } = await this.client.query<{ place: string; reason: string; raw: Buffer }>(
      `select place, reason, decode(raw_base64, 'base64') as raw from dead_letters where source = 'kafka' order by place`,
    );
    return rows;
  }

  /** Everything in `trades`, as it was handed over. */
  async trades(): Promise<Trade[]> {
    const { rows } = await this.client.query<Trade>(
      `select exchange, symbol, trade_id::text as "tradeId", to_char(ts, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ts, price::text,
         quantity::text, side, to_char(received_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "receivedAt" from trades order by exchange, symbol, trade_id`,
    );
    return rows;
  }

  async close(): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
    await this.client.end();
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Trades as `Rig.trades` gives them: in order of the key, times with all six digits, each once. */
export function asStored(trades: readonly Trade[]): Trade[] {
  const six = (iso: string): string => iso.replace(/\.(\d{3})Z$/, '.$1000Z');
  const byKey = new Map(trades.map((trade) => [`${trade.exchange} ${trade.symbol} ${trade.tradeId}`, trade]));
  return [...byKey.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, trade]) => ({ ...trade, ts: six(trade.ts), receivedAt: six(trade.receivedAt) }));
}

/** The project's sql/ with topics of one test. */
export async function sqlWithTopics(name: string): Promise<ReadonlyMap<string, string>> {
  const files = await readSqlFolder('sql');
  return new Map(
    [...files].map(([file, text]) => [file, text.replace(/topic = '([\w.]+)'/, `topic = '${name}_$1'`)]),
  );
}
