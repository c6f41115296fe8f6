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

/** A landing in memory, with the keys of the real one: for tests and dry runs. */
export class MemoryLanding implements FileLanding {
  readonly stored = {
    trades: new Map<string, Trade>(),
    heartbeats: new Map<string, Heartbeat>(),
    candles: new Map<string, ImportedCandle>(),
    deadLetters: new Map<string, DeadLetter>(),
    news: new Map<string, NewsStory>(),
    newsScores: new Map<string, NewsScore>(),
    gaps: new Map<string, TradeGap>(),
    positions: new Map<string, FilePosition>(),
  };

  async trades(rows: readonly Trade[]): Promise<number> {
    return add(this.stored.trades, rows, (row) => [row.exchange, row.symbol, row.tradeId]);
  }

  async heartbeats(rows: readonly Heartbeat[]): Promise<number> {
    return add(this.stored.heartbeats, rows, (row) => [row.exchange, row.symbol, row.minute]);
  }

  async candles(rows: readonly ImportedCandle[]): Promise<number> {
    return add(this.stored.candles, rows, (row) => [row.exchange, row.symbol, row.windowStart]);
  }

  async deadLetters(rows: readonly DeadLetter[]): Promise<number> {
    return add(this.stored.deadLetters, rows, (row) => [row.source, row.place]);
  }

  async news(rows: readonly NewsStory[]): Promise<number> {
    return add(this.stored.news, rows, (row) => [row.id]);
  }

  async newsScores(rows: readonly NewsScore[]): Promise<number> {
    return add(this.stored.newsScores, rows, (row) => [row.newsId, row.asset, row.model]);
  }

  async gaps(rows: readonly TradeGap[]): Promise<number> {
    for (const row of rows) this.stored.gaps.set(key([row.exchange, row.symbol, row.fromId]), row);
    return rows.length;
  }

  async chunk(chunk: Chunk): Promise<ChunkCounts> {
    for (const position of chunk.positions ?? []) {
      this.stored.positions.set(key([position.source, position.path]), position);
    }
    return {
      trades: await this.trades(chunk.trades ?? []),
      heartbeats: await this.heartbeats(chunk.heartbeats ?? []),
      candles: await this.candles(chunk.candles ?? []),
      deadLetters: await this.deadLetters(chunk.deadLetters ?? []),
    };
  }

  async position(source: string, path: string): Promise<FilePosition | null> {
    return this.stored.positions.get(key([source, path])) ?? null;
  }
}

const key = (parts: readonly string[]): string => parts.join('\n');

function add<Row>(
  stored: Map<string, Row>,
  rows: readonly Row[],
  parts: (row: Row) => readonly string[],
): number {
  const before = stored.size;
  for (const row of rows) {
    const id = key(parts(row));
    if (!stored.has(id)) stored.set(id, row);
  }
  return stored.size - before;
}
