import { readFileSync } from 'node:fs';
import type pg from 'pg';
import type { Chunk, ChunkCounts, FileLanding, FilePosition } from './fileLanding.ts';
import type { DeadLetter, Heartbeat, ImportedCandle, Trade } from './landing.ts';
import { literal, nullableLiteral, textLiteral } from './pgArray.ts';
import { type Connection, PgSession } from './pgSession.ts';
import { TradeInsert } from './tradeInsert.ts';

export interface PostgresLandingOptions {
  readonly connection: Connection;
  /**
   * What a writer was told is stored survives a crash. False (`synchronous_commit = off`) only where the source can be
   * read again from what was stored: a crash may then take back the last moments, rows and position together.
   */
  readonly durable: boolean;
}

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const INSERT_HEARTBEATS = sql('insertHeartbeats');
const INSERT_CANDLES = sql('insertCandles');
const INSERT_DEAD_LETTERS = sql('insertDeadLetters');
const STORE_POSITIONS = sql('storePositions');
const FIND_POSITION = sql('findPosition');

/**
 * The landing tables of a PostgreSQL database, over one connection of its own.
 *
 * @example
 * const landing = new PostgresLanding({ connection: 'postgres://localhost/tickwave', durable: true });
 * const fresh = await landing.trades(trades);
 * await landing.close();
 */
export class PostgresLanding implements FileLanding {
  private readonly session: PgSession;
  private readonly tradeInsert = new TradeInsert();

  constructor(options: PostgresLandingOptions) {
    const commit = options.durable ? 'on' : 'off';
    this.session = new PgSession(
      options.connection,
      `set synchronous_commit = ${commit}; set timezone = 'UTC'`,
    );
  }

  trades(rows: readonly Trade[]): Promise<number> {
    if (rows.length === 0) return Promise.resolve(0);
    return this.session.run(`${rows.length} trades`, (client) => this.tradeInsert.alone(client, rows));
  }

  heartbeats(rows: readonly Heartbeat[]): Promise<number> {
    if (rows.length === 0) return Promise.resolve(0);
    return this.session.run(`${rows.length} heartbeats`, (client) => insertHeartbeats(client, rows));
  }

  candles(rows: readonly ImportedCandle[]): Promise<number> {
    if (rows.length === 0) return Promise.resolve(0);
    return this.session.run(`${rows.length} candles`, (client) => insertCandles(client, rows));
  }

  deadLetters(rows: readonly DeadLetter[]): Promise<number> {
    if (rows.length === 0) return Promise.resolve(0);
    return this.session.run(`${rows.length} dead letters`, (client) => insertDeadLetters(client, rows));
  }

  chunk(chunk: Chunk): Promise<ChunkCounts> {
    const { trades = [], candles = [], deadLetters = [], heartbeats = [], positions = [] } = chunk;
    const what = `a chunk of ${trades.length + candles.length + heartbeats.length + deadLetters.length} rows`;
    return this.session.transaction(what, async (client) => {
      const counts = {
        trades: await this.tradeInsert.within(client, trades),
        candles: await insertCandles(client, candles),
        deadLetters: await insertDeadLetters(client, deadLetters),
        heartbeats: await insertHeartbeats(client, heartbeats),
      };
      await storePositions(client, positions);
      return counts;
    });
  }

  async position(source: string, path: string): Promise<FilePosition | null> {
    const found = await this.session.run('a look at file_positions', (client) =>
      client.query<{ content_hash: string; rows_done: string; done: boolean; updated_at: Date }>({
        name: 'find position',
        text: FIND_POSITION,
        values: [source, path],
      }),
    );
    const row = found.rows[0];
    if (row === undefined) return null;
    return {
      source,
      path,
      contentHash: row.content_hash,
      rowsDone: Number(row.rows_done),
      done: row.done,
      updatedAt: row.updated_at.toISOString(),
    };
  }

  /** Waits for what is under way, then disconnects. */
  close(): Promise<void> {
    return this.session.close();
  }
}

async function insertHeartbeats(client: pg.Client, rows: readonly Heartbeat[]): Promise<number> {
  return insert(client, 'heartbeats', INSERT_HEARTBEATS, rows.length, () => [
    textLiteral(rows, (row) => row.exchange),
    textLiteral(rows, (row) => row.symbol),
    textLiteral(rows, (row) => row.minute),
  ]);
}

async function insertCandles(client: pg.Client, rows: readonly ImportedCandle[]): Promise<number> {
  return insert(client, 'candles', INSERT_CANDLES, rows.length, () => [
    textLiteral(rows, (row) => row.exchange),
    textLiteral(rows, (row) => row.symbol),
    textLiteral(rows, (row) => row.windowStart),
    textLiteral(rows, (row) => row.open),
    textLiteral(rows, (row) => row.high),
    textLiteral(rows, (row) => row.low),
    textLiteral(rows, (row) => row.close),
    textLiteral(rows, (row) => row.volume),
    nullableLiteral(rows, (row) => row.notional),
    nullableLiteral(rows, (row) => row.trades),
    nullableLiteral(rows, (row) => row.takerBuyVolume),
  ]);
}

async function insertDeadLetters(client: pg.Client, rows: readonly DeadLetter[]): Promise<number> {
  return insert(client, 'dead letters', INSERT_DEAD_LETTERS, rows.length, () => [
    textLiteral(rows, (row) => row.source),
    textLiteral(rows, (row) => row.place),
    textLiteral(rows, (row) => row.reason),
    textLiteral(rows, (row) => Buffer.from(row.raw).toString('base64')),
    textLiteral(rows, (row) => row.receivedAt),
  ]);
}

async function storePositions(client: pg.Client, rows: readonly FilePosition[]): Promise<void> {
  await insert(client, 'positions', STORE_POSITIONS, rows.length, () => [
    textLiteral(rows, (row) => row.source),
    textLiteral(rows, (row) => row.path),
    textLiteral(rows, (row) => row.contentHash),
    literal(rows, (row) => row.rowsDone),
    literal(rows, (row) => (row.done ? 't' : 'f')),
    textLiteral(rows, (row) => row.updatedAt),
  ]);
}

async function insert(
  client: pg.Client,
  name: string,
  text: string,
  rows: number,
  values: () => string[],
): Promise<number> {
  if (rows === 0) return 0;
  const result = await client.query({ name: `land ${name}`, text, values: values() });
  return result.rowCount ?? 0;
}
