import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { seeded } from '../property/history.ts';
import { sharedData } from '../support/data.ts';

/** A row of a landing table as the batch form takes it. */
export interface LandingRow {
  readonly table: string;
  readonly row: Readonly<Record<string, string | number | boolean | null>>;
}

/** Recorded trades, by path below the folder of recorded data. */
export const RECORDINGS = [
  'trades/kraken_BTCUSD_trades_20190701_00h.csv',
  'trades/binance_spot_btcusdt_20240808_trades.csv',
  'trades/binance_spot_btcusdt_20240809_trades.csv',
] as const;

/** The recorded trades in the order of the files, the newest `most` of each left out beyond it. */
export function recordedTrades(most: number): LandingRow[] {
  return RECORDINGS.flatMap((path) => {
    const full = sharedData(path);
    if (full === null) throw new Error(`no ${path} in the folder of recorded data`);
    const records = parse(readFileSync(full), { columns: true }) as Record<string, string>[];
    return records.slice(0, most).map((record, index) => trade(record, index));
  });
}

function trade(record: Record<string, string>, index: number): LandingRow {
  const binance = record.trade_ms !== undefined;
  const ts = new Date(Number(record.trade_ms ?? record.time_ms)).toISOString();
  return {
    table: 'trades',
    row: {
      exchange: binance ? 'binance' : 'kraken',
      symbol: binance ? 'BTC/USDT' : 'BTC/USD',
      trade_id: record.trade_id ?? String(index + 1),
      ts,
      price: record.price ?? '',
      quantity: record.qty ?? record.amount ?? '',
      side: binance ? (record.is_buyer_maker === '1' ? 'sell' : 'buy') : (record.side ?? null),
      received_at: ts,
    },
  };
}

const KRAKEN = { exchange: 'kraken', symbol: 'BTC/USD' } as const;
/** Start of the recorded hour of Kraken. */
const HOUR = Date.parse('2019-07-01T00:00:00Z');
/** Minutes of history before it: more than any feature reaches over. */
const HISTORY = 1320;

const at = (minute: number): string => new Date(HOUR + minute * 60_000).toISOString();

/** Rows of the other landing tables, so that every view has some: made up, and the same for a seed. */
export function otherRows(seed: number): LandingRow[] {
  const random = seeded(seed);
  return [
    ...history(random),
    ...heartbeats(),
    ...news(random),
    ...predictions(random),
    ...monitoring(random),
  ];
}

function history(random: () => number): LandingRow[] {
  let price = 10_700;
  return Array.from({ length: HISTORY }, (_, index) => {
    const open = price;
    price = Math.round((price + (random() - 0.5) * 12) * 10) / 10;
    const [low, high] = [Math.min(open, price) - 1, Math.max(open, price) + 1].map((value) =>
      value.toFixed(1),
    );
    const known = index % 7 !== 0;
    const volume = (random() * 5).toFixed(8);
    return {
      table: 'candles_imported',
      row: {
        ...KRAKEN,
        window_start: at(index - HISTORY),
        open: open.toFixed(1),
        high: high ?? null,
        low: low ?? null,
        close: price.toFixed(1),
        volume,
        notional: known ? (Number(volume) * price).toFixed(6) : null,
        trades: known ? 10 + (index % 5) : null,
        taker_buy_volume: known ? (Number(volume) / 2).toFixed(8) : null,
      },
    };
  });
}

/** Quiet minutes behind the recorded hour: they become flat candles. */
function heartbeats(): LandingRow[] {
  return Array.from({ length: 30 }, (_, index) => ({
    table: 'heartbeats',
    row: { ...KRAKEN, minute: at(40 + index) },
  }));
}

function news(random: () => number): LandingRow[] {
  return Array.from({ length: 25 }, (_, index) => ({
    table: 'news_scores',
    row: {
      news_id: `n${index}`,
      asset: index % 3 === 0 ? 'ETH' : 'BTC',
      model: 'lexicon',
      score: Math.round((random() * 2 - 1) * 1e4) / 1e4,
      confidence: 0.5,
      reason: "it's a test",
      scored_at: at(index * 2 + random()),
    },
  }));
}

function predictions(random: () => number): LandingRow[] {
  return Array.from({ length: 80 }, (_, index) => {
    const price = 10_700 + Math.round(random() * 1000) / 10;
    return {
      table: 'predictions',
      row: {
        ...KRAKEN,
        window_start: at(index % 40),
        horizon_minutes: index % 2 === 0 ? 5 : 15,
        model: 'ridge',
        version: 1 + Math.floor(index / 40),
        base_price: price.toFixed(1),
        predicted_return: (random() - 0.5) / 100,
        predicted_price: (price + 5).toFixed(1),
        lower_price: (price - 10).toFixed(1),
        upper_price: (price + 10).toFixed(1),
        interval_level: 0.8,
        direction_probability: index % 9 === 0 ? null : random(),
        made_at: at((index % 40) + 1.01),
        latency_ms: 12.5,
        features_hash: 'f',
        contributions: '[]',
        late: index % 5 === 0,
      },
    };
  });
}

function monitoring(random: () => number): LandingRow[] {
  const drifting = { model: 'ridge', version: 1, feature: 'rsi_14' } as const;
  const bins = [0, 1, 2, 3];
  return [
    {
      table: 'models',
      row: {
        name: 'ridge',
        version: 1,
        alias: 'champion',
        algorithm: 'ridge',
        horizon_minutes: 5,
        created_at: at(0),
      },
    },
    {
      table: 'scoring_progress',
      row: {
        model: 'ridge',
        version: 1,
        ...KRAKEN,
        starts_after: at(0),
        scored_through: at(30),
        updated_at: at(31),
      },
    },
    {
      table: 'trade_gaps',
      row: {
        ...KRAKEN,
        from_id: 100,
        to_id: 109,
        missing: 10,
        repaired: 4,
        status: 'detected',
        detected_at: at(5),
      },
    },
    {
      table: 'dead_letters',
      row: { source: 'kraken', place: '1:2', reason: "price is 'x'", raw_base64: 'eA==', received_at: at(6) },
    },
    {
      table: 'alerts',
      row: {
        rule: 'quiet',
        subject: '',
        episode: 1,
        severity: 'warning',
        state: 'firing',
        value: 3,
        threshold: 2,
        since: at(7),
        fired_at: at(9),
      },
    },
    {
      table: 'alert_deliveries',
      row: {
        rule: 'quiet',
        subject: '',
        episode: 1,
        event: 'firing',
        destination: 'log',
        state: 'sent',
        attempts: 1,
      },
    },
    {
      table: 'drift_checks',
      row: { ...drifting, checked_through: at(0), state: 'ok', psi: 0.01, streak: 0, observations: 60 },
    },
    {
      table: 'drift_checks',
      row: { ...drifting, checked_through: at(60), state: 'warning', psi: 0.2, streak: 1, observations: 60 },
    },
    ...bins.map((bin) => ({
      table: 'drift_references',
      row: { ...drifting, bin, observations: 100 + bin, usual_psi: 0.05, stored_at: at(0) },
    })),
    ...bins.flatMap((bin) =>
      [0, 60].map((minute) => ({
        table: 'drift_counts',
        row: { ...drifting, hour: at(minute), bin, observations: Math.floor(random() * 50) },
      })),
    ),
    ...[0, 1, 61].map((minute) => ({
      table: 'feed_counts',
      row: { ...KRAKEN, counted_at: at(minute), received: 50, repeated: minute },
    })),
  ];
}

/** The rows in another order, some of them twice. */
export function shuffled(rows: readonly LandingRow[], seed: number): LandingRow[] {
  const random = seeded(seed);
  const all = [...rows, ...rows.filter(() => random() < 0.1)];
  for (let index = all.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    const [a, b] = [all[index], all[other]];
    if (a && b) [all[index], all[other]] = [b, a];
  }
  return all;
}
