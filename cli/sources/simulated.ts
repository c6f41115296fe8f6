import { setImmediate } from 'node:timers/promises';
import pg from 'pg';
import type { Config } from '../../config/config.ts';
import { PostgresLanding } from '../../connectors/postgresLanding.ts';
import { Arrivals } from '../../connectors/simulator/arrivals.ts';
import { simulateHistory } from '../../connectors/simulator/history.ts';
import { type Instrument, instruments } from '../../connectors/simulator/instrument.ts';
import { SimulatedMarket } from '../../connectors/simulator/market.ts';
import { simulate } from '../../connectors/simulator/simulate.ts';
import type { Clock } from '../../engine/clock.ts';
import type { Progress } from '../progress.ts';
import { plainReport, type Source } from './source.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Minutes before now for which trades are simulated too: the views of seconds begin with something in them. */
const TRADES_FROM_MS = 5 * MINUTE_MS;
/** History is simulated at most at this rate: its trades are only counted into candles. */
const HISTORY_RATE = 20;

export interface SimulatedOptions {
  readonly config: Config;
  /** Why it is not a live market, as in `no exchange answers`. */
  readonly why: string;
  /** Address of the database, as its owner. */
  readonly url: string;
  readonly clock: Clock;
  readonly progress: Progress;
}

/** The simulated market as the source of `start`: a day of history on an empty database, then trades as time passes. */
export function simulatedSource(options: SimulatedOptions): Source {
  const { config } = options;
  let landed = 0;
  let doing = 'simulating history';
  const banner = `${options.why}, showing the SIMULATED market (exchange 'simulated'), seed ${config.SIMULATOR_SEED}`;
  return {
    banner,
    name: `simulated market, seed ${config.SIMULATOR_SEED}`,
    landed: () => landed,
    doing: () => doing,
    report: () => plainReport('simulated', banner),
    async run(signal) {
      const landing = new PostgresLanding({ connection: options.url, durable: true });
      try {
        const live = await withHistory(options, landing, signal);
        await simulate({
          market: live,
          arrivals: new Arrivals({ seed: config.SIMULATOR_SEED }),
          landing,
          clock: options.clock,
          signal,
          onProgress: (progress) => {
            landed = progress.freshTrades;
            doing = progress.live ? 'live' : `catching up, at ${progress.at.slice(11, 19)}`;
          },
        });
      } finally {
        await landing.close();
      }
    },
  };
}

/** Lands the minutes that are missing up to a few before now, and gives the market that goes on from there. */
async function withHistory(
  options: SimulatedOptions,
  landing: PostgresLanding,
  signal: AbortSignal,
): Promise<SimulatedMarket> {
  const { config, clock, progress } = options;
  const markets = instruments(config.SIMULATOR_MARKETS);
  const now = clock.now();
  const known = await lastCloses(options.url, markets);
  const earliest = now - config.SIMULATOR_HISTORY * HOUR_MS;
  const goesOn = known !== null && known.untilMs >= earliest;
  const startMs = Math.floor((goesOn ? Math.min(known.untilMs, now) : earliest) / 1000) * 1000;
  // The same seed again after a stop would repeat the same moves from the new price on.
  const seed = goesOn ? (config.SIMULATOR_SEED + startMs) % Number.MAX_SAFE_INTEGER : config.SIMULATOR_SEED;
  const closes = new Map(goesOn ? known.closes : []);
  const rate = { outagesPerDay: config.SIMULATOR_OUTAGES };
  const past = new SimulatedMarket({
    ...rate,
    seed,
    startMs,
    instruments: at(markets, closes),
    tradesPerSecond: Math.min(config.SIMULATOR_RATE, HISTORY_RATE),
  });
  const end = Math.max(startMs, Math.floor((now - TRADES_FROM_MS) / MINUTE_MS) * MINUTE_MS);
  progress.begin('simulating history', (end - startMs) / MINUTE_MS, 'minutes');
  for (let at = startMs; at < end && !signal.aborted; ) {
    at = Math.min(end, at + HOUR_MS);
    const history = simulateHistory(past, at);
    await landing.chunk(history);
    for (const candle of history.candles) closes.set(candle.symbol, candle.close);
    progress.at((at - startMs) / MINUTE_MS);
    // Signals and the API get their turn.
    await setImmediate();
  }
  progress.end();
  const live = { ...rate, seed: seed + 1, startMs: Math.max(end, startMs), instruments: at(markets, closes) };
  return new SimulatedMarket({ ...live, tradesPerSecond: config.SIMULATOR_RATE });
}

function at(markets: readonly Instrument[], closes: ReadonlyMap<string, string>): readonly Instrument[] {
  return markets.map((market) => ({ ...market, price: closes.get(market.symbol) ?? market.price }));
}

/** Where an earlier run left every one of the markets: null when one of them was never there. */
async function lastCloses(
  url: string,
  markets: readonly Instrument[],
): Promise<{ readonly untilMs: number; readonly closes: ReadonlyMap<string, string> } | null> {
  const client = new pg.Client({ connectionString: url, application_name: 'tickwave simulator' });
  await client.connect();
  try {
    const rows: { readonly symbol: string; readonly until: Date; readonly close: string }[] = [];
    for (const { symbol } of markets) {
      const found = await client.query<{ until: Date; close: string }>(
        `select window_start + interval '1 minute' as until, close
         from candles_1m where exchange = 'simulated' and symbol = $1 order by window_start desc limit 1`,
        [symbol],
      );
      const [row] = found.rows;
      if (row === undefined) return null;
      rows.push({ symbol, ...row });
    }
    return {
      untilMs: Math.min(...rows.map((row) => row.until.getTime())),
      closes: new Map(rows.map((row) => [row.symbol, row.close])),
    };
  } finally {
    await client.end();
  }
}
