import { readFileSync } from 'node:fs';
import { rowLimit } from '../../../engine/database/rowLimit.ts';
import { isoOf } from '../../instant.ts';
import type { GapStatus, TradeGap } from '../../landing.ts';
import { type Connection, PgSession } from '../../pgSession.ts';
import {
  cutAt,
  type EndTrades,
  type FeedMemory,
  type IdRange,
  MADE_UP_FROM,
  type MissingIds,
} from './memory.ts';

interface EndRow {
  readonly place: 'first' | 'last';
  readonly trade_id: string;
  readonly micros: string;
}

interface GapRow {
  readonly from_id: string;
  readonly to_id: string;
  readonly from_micros: string;
  readonly to_micros: string;
  readonly missing: string;
  readonly repaired: string;
  readonly status: GapStatus;
  readonly cause: string;
  readonly detected_micros: string;
  readonly closed_micros: string | null;
}

interface RangeRow {
  readonly from_id: string;
  readonly to_id: string;
  readonly from_micros: string | null;
  readonly to_micros: string | null;
}

/**
 * Reads back what is stored in the landing tables, over one connection of its own.
 *
 * @example
 * const memory = new PostgresMemory('postgres://localhost/tickwave');
 * const ends = await memory.trades('kraken', 'BTC/USD');
 * await memory.close();
 */
export class PostgresMemory implements FeedMemory {
  private readonly session: PgSession;

  constructor(connection: Connection) {
    this.session = new PgSession(connection);
  }

  async trades(exchange: string, symbol: string): Promise<EndTrades | null> {
    const rows = await this.rows<EndRow>('findEndTrades', [exchange, symbol, MADE_UP_FROM.toString()]);
    const first = rows.find(({ place }) => place === 'first');
    const last = rows.find(({ place }) => place === 'last');
    if (first === undefined || last === undefined) return null;
    return {
      first: { tradeId: first.trade_id, ts: iso(first.micros) },
      last: { tradeId: last.trade_id, ts: iso(last.micros) },
    };
  }

  async lastHeartbeat(exchange: string, symbol: string): Promise<string | null> {
    const [row] = await this.rows<{ readonly micros: string }>('findLastHeartbeat', [exchange, symbol]);
    return row === undefined ? null : iso(row.micros);
  }

  async gaps(exchange: string, symbol: string, permanent: number): Promise<readonly TradeGap[]> {
    const rows = await this.gapRows(exchange, symbol, permanent);
    return rows.map((row) => ({
      exchange,
      symbol,
      fromId: row.from_id,
      toId: row.to_id,
      fromTs: iso(row.from_micros),
      toTs: iso(row.to_micros),
      missing: Number(row.missing),
      repaired: Number(row.repaired),
      status: row.status,
      cause: row.cause,
      detectedAt: iso(row.detected_micros),
      closedAt: row.closed_micros === null ? null : iso(row.closed_micros),
    }));
  }

  async missing(
    exchange: string,
    symbol: string,
    { fromId, toId }: IdRange,
    limit: number,
  ): Promise<readonly MissingIds[]> {
    const rows = await this.rows<RangeRow>('findMissingIds', [exchange, symbol, fromId, toId], limit + 1);
    const ranges = rows.map((row) => ({
      fromId: row.from_id,
      toId: row.to_id,
      fromTs: row.from_micros === null ? null : iso(row.from_micros),
      toTs: row.to_micros === null ? null : iso(row.to_micros),
    }));
    return cutAt(ranges, limit, toId);
  }

  /** Waits for what is under way, then disconnects. */
  close(): Promise<void> {
    return this.session.close();
  }

  /** Open holes, and the newest of the permanent ones, by their ids. */
  private async gapRows(exchange: string, symbol: string, permanent: number): Promise<readonly GapRow[]> {
    const open = await this.rows<GapRow>('findGaps', [exchange, symbol, 'detected']);
    const closed = await this.rows<GapRow>('findGaps', [exchange, symbol, 'permanent'], permanent);
    return [...open, ...closed].sort((a, b) => Number(BigInt(a.from_id) - BigInt(b.from_id)));
  }

  private rows<Row extends object>(
    name: string,
    values: readonly unknown[],
    limit?: number,
  ): Promise<readonly Row[]> {
    return this.session.run(`a look at what is stored (${name})`, async (client) => {
      const text = statements.get(name) ?? readStatement(name);
      const limited = limit === undefined ? text : `${text} limit ${rowLimit(limit)}`;
      return (await client.query<Row>(limited, [...values])).rows;
    });
  }
}

const statements = new Map<string, string>();

function readStatement(name: string): string {
  const text = readFileSync(new URL(`../../sql/${name}.sql`, import.meta.url), 'utf8');
  statements.set(name, text);
  return text;
}

function iso(micros: string): string {
  return isoOf(Number(micros));
}
