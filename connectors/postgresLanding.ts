import { readFileSync } from 'node:fs';
import { flush } from '../engine/database/writeRows.ts';
import type { Chunk, ChunkCounts, FileLanding, FilePosition } from './fileLanding.ts';
import type {
  DeadLetter,
  Heartbeat,
  ImportedCandle,
  NewsScore,
  NewsStory,
  Trade,
  TradeGap,
} from './landing.ts';
import { type Connection, PgSession } from './pgSession.ts';
import {
  insertCandles,
  insertDeadLetters,
  insertHeartbeats,
  insertNews,
  insertNewsScores,
  type RowInsert,
  storeGaps,
  storePositions,
} from './rowInserts.ts';
import { TradeInsert } from './tradeInsert.ts';

export interface PostgresLandingOptions {
  readonly connection: Connection;
  /**
   * What a writer was told is stored survives a crash. False (`synchronous_commit = off`) only where the source can be
   * read again from what was stored: a crash may then take back the last moments, rows and position together.
   */
  readonly durable: boolean;
}

const FIND_POSITION = readFileSync(new URL('./sql/findPosition.sql', import.meta.url), 'utf8');

/**
 * The landing tables of a database that speaks PostgreSQL's protocol, over one connection of its own.
 *
 * @example
 * const landing = new PostgresLanding({ connection: 'postgres://localhost/tickwave', durable: true });
 * const fresh = await landing.trades(trades);
 * await landing.close();
 */
export class PostgresLanding implements FileLanding {
  private readonly session: PgSession;
  private readonly durable: boolean;
  private readonly tradeInsert = new TradeInsert();

  constructor(options: PostgresLandingOptions) {
    this.durable = options.durable;
    const commit = options.durable ? 'on' : 'off';
    // Where a flush makes rows durable rather than a commit, there is nothing to set.
    this.session = new PgSession(options.connection, (profile) =>
      profile.flush === null ? `set synchronous_commit = ${commit}` : null,
    );
  }

  trades(rows: readonly Trade[]): Promise<number> {
    if (rows.length === 0) return Promise.resolve(0);
    return this.session.run(`${rows.length} trades`, async (client, profile) => {
      const fresh = await this.tradeInsert.alone(client, profile, rows);
      if (this.durable) await flush(client, profile);
      return fresh;
    });
  }

  heartbeats(rows: readonly Heartbeat[]): Promise<number> {
    return this.land('heartbeats', rows, insertHeartbeats);
  }

  candles(rows: readonly ImportedCandle[]): Promise<number> {
    return this.land('candles', rows, insertCandles);
  }

  deadLetters(rows: readonly DeadLetter[]): Promise<number> {
    return this.land('dead letters', rows, insertDeadLetters);
  }

  news(rows: readonly NewsStory[]): Promise<number> {
    return this.land('stories', rows, insertNews);
  }

  newsScores(rows: readonly NewsScore[]): Promise<number> {
    return this.land('scores', rows, insertNewsScores);
  }

  gaps(rows: readonly TradeGap[]): Promise<number> {
    return this.land('gaps', rows, storeGaps);
  }

  chunk(chunk: Chunk): Promise<ChunkCounts> {
    const { trades = [], candles = [], deadLetters = [], heartbeats = [], positions = [] } = chunk;
    const what = `a chunk of ${trades.length + candles.length + heartbeats.length + deadLetters.length} rows`;
    return this.session.transaction(what, async (client, profile) => {
      const counts = {
        trades: await this.tradeInsert.within(client, profile, trades),
        candles: await insertCandles(client, profile, candles),
        deadLetters: await insertDeadLetters(client, profile, deadLetters),
        heartbeats: await insertHeartbeats(client, profile, heartbeats),
      };
      // Where all of it is not one, a position must not be known before its rows are safe.
      await flush(client, profile);
      await storePositions(client, profile, positions);
      if (this.durable) await flush(client, profile);
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

  private land<Row>(what: string, rows: readonly Row[], insert: RowInsert<Row>): Promise<number> {
    if (rows.length === 0) return Promise.resolve(0);
    return this.session.run(`${rows.length} ${what}`, async (client, profile) => {
      const written = await insert(client, profile, rows);
      if (this.durable) await flush(client, profile);
      return written;
    });
  }
}
