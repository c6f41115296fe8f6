import { readFileSync } from 'node:fs';
import { CompiledQuery, type Kysely } from 'kysely';
import { z } from 'zod';
import type { Clock } from '../context.ts';
import type { Views } from '../database.ts';
import { type Market, urlSymbol } from '../markets.ts';
import { type Remembered, remembered } from '../remembered.ts';

const CURRENT = readFileSync(new URL('./latest.sql', import.meta.url), 'utf8');
const AS_OF = readFileSync(new URL('./latestAsOf.sql', import.meta.url), 'utf8');

/** A prediction comes once a minute; for this long the newest ones are not asked for again. */
const KEPT_MS = 250;

const time = z.iso.datetime({ offset: true });
const decimal = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .nullable();

/** A prediction in short. */
export const predictionSchema = z.object({
  exchange: z.string(),
  symbol: z.string(),
  window_start: time.describe('Start of the closed minute that it was made from'),
  predicts_for: time.describe('The time whose price is predicted: the end of the minute at the horizon'),
  horizon_minutes: z.int(),
  model: z.string(),
  version: z.int(),
  base_price: decimal.describe('Close of the minute it was made from'),
  predicted_price: decimal,
  predicted_return: z.number().nullable().describe('Log return over the horizon'),
  lower_price: decimal.describe('Lower quantile of the predicted price'),
  upper_price: decimal.describe('Upper quantile of the predicted price'),
  interval_level: z.number().nullable().describe('Share of outcomes that should fall between the quantiles'),
  direction_probability: z.number().nullable().describe('Probability that the price rises'),
  made_at: time,
  late: z.boolean().nullable().describe('Whether a later minute was over too when it was made'),
});

/** A prediction in short. */
export type LatestPrediction = Readonly<z.infer<typeof predictionSchema>>;

type Stored = Omit<LatestPrediction, 'predicts_for'>;

/** The newest predictions of the champions. */
export class LatestPredictions {
  readonly #db: Kysely<Views>;
  readonly #current: Remembered<ReadonlyMap<string, readonly LatestPrediction[]>>;

  constructor(db: Kysely<Views>, clock: Clock) {
    this.#db = db;
    this.#current = remembered(clock, KEPT_MS, () => this.#load());
  }

  /** By market, horizon and model; a quarter of a second old at most. */
  async all(): Promise<readonly LatestPrediction[]> {
    return [...(await this.#current.get()).values()].flat();
  }

  /** Of one market. */
  async of(market: Market): Promise<readonly LatestPrediction[]> {
    return (await this.#current.get()).get(nameOf(market)) ?? [];
  }

  /** As it was known then. */
  async asOf({ exchange, symbol }: Market, at: string): Promise<readonly LatestPrediction[]> {
    const { rows } = await this.#db.executeQuery<Stored>(CompiledQuery.raw(AS_OF, [at, exchange, symbol]));
    return rows.map(shown);
  }

  async #load(): Promise<ReadonlyMap<string, readonly LatestPrediction[]>> {
    const { rows } = await this.#db.executeQuery<Stored>(CompiledQuery.raw(CURRENT, []));
    const byMarket = new Map<string, LatestPrediction[]>();
    for (const row of rows) {
      const name = nameOf(row);
      byMarket.set(name, [...(byMarket.get(name) ?? []), shown(row)]);
    }
    return byMarket;
  }
}

function nameOf({ exchange, symbol }: Market): string {
  return `${exchange} ${urlSymbol(symbol)}`;
}

/** A minute's close is known when it ends, so the horizon is counted from there. */
function shown({ exchange, symbol, window_start, horizon_minutes, ...rest }: Stored): LatestPrediction {
  const predictsFor = Date.parse(window_start) + (horizon_minutes + 1) * 60_000;
  return {
    exchange,
    symbol,
    window_start,
    predicts_for: new Date(predictsFor).toISOString(),
    horizon_minutes,
    ...rest,
  };
}
