import { PostgresLanding } from '../connectors/postgresLanding.ts';
import { instruments } from '../connectors/simulator/instrument.ts';
import { SimulatedMarket } from '../connectors/simulator/market.ts';
import { round } from './latency.ts';
import { openRig, quantile } from './rig.ts';

const HOURS = 12;
const REFRESHES = 40;

export interface HistoryFigures {
  readonly trades: number;
  readonly refreshMsMedian: number;
}

/** Median refresh of a small batch of new trades on top of a history of `trades` trades over the same twelve hours. */
export async function refreshOver(trades: number): Promise<HistoryFigures> {
  const rig = await openRig();
  const landing = new PostgresLanding({ connection: rig.url, durable: false });
  try {
    await rig.client.query(
      `insert into trades (exchange, symbol, trade_id, ts, price, quantity, side, received_at)
       select 'simulated', symbol, n, ts, 100 + (n % 1000) * 0.01, 1 + (n % 7) * 0.1, case n % 2 when 0 then 'buy' else 'sell' end, ts
       from (select unnest($1::text[]) as symbol) as markets
       cross join lateral (select n, '2026-01-01'::timestamptz + n * $2::interval as ts from generate_series(1, $3::bigint) as n) as series`,
      [
        instruments(20).map((market) => market.symbol),
        `${(HOURS * 3600 * 20) / trades} seconds`,
        trades / 20,
      ],
    );
    await rig.engine.refresh();
    await rig.client.query('analyze');
    await rig.client.query('checkpoint');
    const market = new SimulatedMarket({
      seed: 3,
      startMs: Date.UTC(2026, 0, 1, HOURS, 1),
      instruments: instruments(20),
      tradesPerSecond: 500,
      regimes: false,
      outagesPerDay: 0,
    });
    const times: number[] = [];
    for (let index = 0; index < REFRESHES + 10; index++) {
      await landing.trades(market.next().trades);
      const refresh = await rig.engine.refresh();
      if (index >= 10) times.push(refresh.seconds * 1000);
    }
    return { trades, refreshMsMedian: round(quantile(times, 0.5)) };
  } finally {
    await landing.close();
    await rig.close();
  }
}

/** What twenty times the history costs a refresh. */
export async function benchHistory(small: number, large: number): Promise<Readonly<Record<string, unknown>>> {
  const first = await refreshOver(small);
  process.stderr.write(`${JSON.stringify(first)}\n`);
  const second = await refreshOver(large);
  process.stderr.write(`${JSON.stringify(second)}\n`);
  return {
    small: first,
    large: second,
    ratio: Math.round((second.refreshMsMedian / first.refreshMsMedian) * 100) / 100,
  };
}
