import pg from 'pg';
import { LandedMemory } from '../../../connectors/exchanges/feed/landedMemory.ts';
import { PostgresMemory } from '../../../connectors/exchanges/feed/postgresMemory.ts';
import { isoOf } from '../../../connectors/instant.ts';
import type { GapStatus, Side } from '../../../connectors/landing.ts';
import { MemoryLanding } from '../../../connectors/memoryLanding.ts';
import { PostgresLanding } from '../../../connectors/postgresLanding.ts';
import type { Stored } from './account.ts';
import type { SoakStore } from './options.ts';

/** Keeps everything in memory, through all lives. */
export function memoryStore(): SoakStore {
  const landing = new MemoryLanding();
  const { stored } = landing;
  return {
    open: () => ({ landing, memory: new LandedMemory(landing), close: async () => undefined }),
    stored: async () => ({
      trades: [...stored.trades.values()],
      heartbeats: [...stored.heartbeats.values()],
      gaps: [...stored.gaps.values()],
      deadLetters: [...stored.deadLetters.values()],
    }),
  };
}

/** The landing tables of a real database; each life has a connection of its own. */
export function postgresStore(url: string): SoakStore {
  return {
    open() {
      const landing = new PostgresLanding({ connection: url, durable: true });
      const memory = new PostgresMemory(url);
      return {
        landing,
        memory,
        async close() {
          await landing.close();
          await memory.close();
        },
      };
    },
    stored: () => readStored(url),
  };
}

type Text<Keys extends string> = Record<Keys, string>;

async function readStored(url: string): Promise<Stored> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const rows = async <Row extends pg.QueryResultRow>(sql: string): Promise<readonly Row[]> =>
      (await client.query<Row>(sql)).rows;
    const trades = await rows<Text<'exchange' | 'symbol' | 'id' | 'ts' | 'price' | 'quantity' | 'side'>>(`
      select exchange, symbol, trade_id::text as id, ${micros('ts')}, price::text, quantity::text, side from trades`);
    const heartbeats = await rows<Text<'exchange' | 'symbol' | 'minute'>>(
      `select exchange, symbol, ${micros('minute')} from heartbeats`,
    );
    const gaps = await rows<
      Text<
        | 'exchange'
        | 'symbol'
        | 'from'
        | 'to'
        | 'missing'
        | 'repaired'
        | 'status'
        | 'cause'
        | 'from_ts'
        | 'to_ts'
        | 'detected_at'
      > & { closed_at: string | null }
    >(`
      select exchange, symbol, from_id::text as from, to_id::text as to, missing::text, repaired::text, status, cause,
        ${micros('from_ts')}, ${micros('to_ts')}, ${micros('detected_at')}, ${micros('closed_at')} from trade_gaps`);
    const letters = await rows<Text<'source' | 'place' | 'reason' | 'raw' | 'received_at'>>(
      `select source, place, reason, raw_base64 as raw, ${micros('received_at')} from dead_letters`,
    );
    return {
      trades: trades.map(({ id, side, ts, ...row }) => ({
        ...row,
        tradeId: id,
        side: side as Side,
        ts: instant(ts),
        receivedAt: instant(ts),
      })),
      heartbeats: heartbeats.map((row) => ({ ...row, minute: instant(row.minute) })),
      gaps: gaps.map((row) => ({
        exchange: row.exchange,
        symbol: row.symbol,
        fromId: row.from,
        toId: row.to,
        fromTs: instant(row.from_ts),
        toTs: instant(row.to_ts),
        missing: Number(row.missing),
        repaired: Number(row.repaired),
        status: row.status as GapStatus,
        cause: row.cause,
        detectedAt: instant(row.detected_at),
        closedAt: row.closed_at === null ? null : instant(row.closed_at),
      })),
      deadLetters: letters.map(({ raw, received_at, ...row }) => ({
        ...row,
        raw: Buffer.from(raw, 'base64'),
        receivedAt: instant(received_at),
      })),
    };
  } finally {
    await client.end();
  }
}

function micros(column: string): string {
  return `(extract(epoch from ${column}) * 1000000)::bigint::text as ${column}`;
}

function instant(text: string): string {
  return isoOf(Number(text));
}
