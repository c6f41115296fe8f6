import pg from 'pg';
import { quantile } from '../rig.ts';

// Readers of bench/apply in a process of their own, as readers are: each asks again as soon as it has its answer.

/** What the parent asks for: readers to begin, or what they saw since it asked last. */
export type Order = { readonly url: string; readonly sessions: number } | 'report';

/** What readers saw. */
export interface ReaderFigures {
  readonly questions: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  readonly errors: number;
}

/** A chart, a row of all indicators, and what a model reads: by name, of any version. */
const QUESTIONS: readonly string[] = [
  `select window_start, open, high, low, close, volume from candles_1m
   where exchange = 'simulated' and symbol = $1 order by window_start desc limit 60`,
  `select exchange, symbol, timeframe, window_start, close, rsi_14, momentum_10, atr_14, daily_vwap from indicators
   where exchange = 'simulated' and symbol = $1 and timeframe = '1m' order by window_start desc limit 1`,
  `select features.window_start, features.hour_of_day, features.complete, candles_1m.close from features
   join candles_1m on candles_1m.exchange = features.exchange and candles_1m.symbol = features.symbol and candles_1m.window_start = features.window_start
   where features.exchange = 'simulated' and features.symbol = $1 order by features.window_start desc limit 5`,
];
const SYMBOLS = ['BTC/USD', 'ETH/USD', 'SOL/USD', 'ETC/USD'];

let times: number[] = [];
let errors: string[] = [];

async function read(url: string, session: number): Promise<never> {
  const client = new pg.Client({ connectionString: url, application_name: 'reader' });
  await client.connect();
  for (let turn = session; ; turn++) {
    const text = QUESTIONS[turn % QUESTIONS.length] ?? '';
    const began = performance.now();
    try {
      const { rows } = await client.query(text, [SYMBOLS[Math.floor(turn / 3) % SYMBOLS.length]]);
      if (rows.length === 0) errors.push(`no rows: ${text}`);
    } catch (error) {
      errors.push(String(error));
    }
    times.push(performance.now() - began);
  }
}

function report(): ReaderFigures {
  const seen = times;
  const failed = errors;
  [times, errors] = [[], []];
  for (const error of new Set(failed)) process.stderr.write(`reader: ${error}\n`);
  return {
    questions: seen.length,
    p50Ms: quantile(seen, 0.5),
    p99Ms: quantile(seen, 0.99),
    longestMs: quantile(seen, 1),
    errors: failed.length,
  };
}

process.on('message', (order: Order) => {
  if (order === 'report') process.send?.(report());
  else
    for (let session = 0; session < order.sessions; session++)
      read(order.url, session).catch((error: unknown) => {
        process.stderr.write(`${error}\n`);
        process.exit(1);
      });
});
process.on('disconnect', () => process.exit(0));
