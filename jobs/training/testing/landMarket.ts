import pg from 'pg';
import { simulateHistory } from '../../../connectors/simulator/history.ts';
import { instruments } from '../../../connectors/simulator/instrument.ts';
import { SimulatedMarket } from '../../../connectors/simulator/market.ts';
import type { Catalog } from '../../../engine/catalog/catalog.ts';
import { Engine } from '../../../engine/engine.ts';

/** A simulated history for tests. */
export interface LandMarketOptions {
  /** Of an empty database. */
  readonly url: string;
  readonly catalog: Catalog;
  readonly seed: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Number of markets. */
  readonly markets: number;
  /** Planted predictability, as in MarketOptions; 0 for none. */
  readonly signal: number;
  /** From here on trades are landed and no minutes; null for minutes to the end. */
  readonly tradesFromMs?: number;
}

const CANDLES = `insert into candles_imported
  select exchange, symbol, "windowStart", open, high, low, close, volume, notional, trades, "takerBuyVolume"
  from json_to_recordset($1) as t(exchange text, symbol text, "windowStart" timestamptz, open numeric, high numeric, low numeric,
    close numeric, volume numeric, notional numeric, trades bigint, "takerBuyVolume" numeric)`;
const TRADES = `insert into trades select exchange, symbol, "tradeId", ts, price, quantity, side, "receivedAt"
  from json_to_recordset($1) as t(exchange text, symbol text, "tradeId" bigint, ts timestamptz, price numeric, quantity numeric,
    side text, "receivedAt" timestamptz)`;
const HEARTBEATS = `insert into heartbeats select exchange, symbol, minute
  from json_to_recordset($1) as t(exchange text, symbol text, minute timestamptz)`;

/** Lands the minutes of a simulated market as an import does, and brings every view up to date once. */
export async function landMarket(options: LandMarketOptions): Promise<void> {
  const { url, catalog, seed, startMs, endMs, markets, signal, tradesFromMs = endMs } = options;
  const market = new SimulatedMarket({
    seed,
    startMs,
    instruments: instruments(markets),
    tradesPerSecond: 2 * markets,
    outagesPerDay: 0,
    signal,
  });
  const { candles, heartbeats } = simulateHistory(market, tradesFromMs);
  const seconds = [...market.until(endMs)];
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const first = await Engine.open({ url, catalog });
  await first.stop();
  try {
    await client.query(CANDLES, [JSON.stringify(candles)]);
    await client.query(TRADES, [JSON.stringify(seconds.flatMap(({ trades }) => trades))]);
    const beats = [...heartbeats, ...seconds.flatMap((second) => second.heartbeats)];
    await client.query(HEARTBEATS, [JSON.stringify(beats)]);
  } finally {
    await client.end();
  }
  const engine = await Engine.open({ url, catalog });
  await engine.stop();
}
