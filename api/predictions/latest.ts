import { readFileSync } from 'node:fs';
import { CompiledQuery, type Kysely } from 'kysely';
import { z } from 'zod';
import type { Catalog } from '../catalog.ts';
import type { Clock } from '../context.ts';
import type { Views } from '../database.ts';
import { type Market, urlSymbol } from '../markets.ts';
import { type Remembered, remembered } from '../remembered.ts';
import type { ChangeSource } from '../stream/changeSource.ts';
import { newestPredictions, type Stored } from './newest.ts';

const AS_OF = readFileSync(new URL('./latestAsOf.sql', import.meta.url), 'utf8');

/** For this long the newest ones are not asked for again. */
const KEPT_MS = 250;
/** The same where changes are told of: only that a champion has been silent for two days is then seen so late. */
const KEPT_UNTIL_TOLD_MS = 1_000;

/** What they are made of. */
const MADE_OF = ['predictions', 'models'];

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

/** The newest predictions, and the time until which they may be taken for the newest. */
export interface Current {
  readonly byMarket: ReadonlyMap<string, readonly LatestPrediction[]>;
  readonly until: number;
}

export interface LatestPredictionsOptions {
  readonly db: Kysely<Views>;
  readonly catalog: Catalog;
  readonly clock: Clock;
}

/** The newest predictions of the champions. */
export class LatestPredictions {
  readonly #db: Kysely<Views>;
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #keptMs: number;
  readonly #current: Remembered<Current>;

  /** @param changes where it is told what has changed; without, they are a quarter of a second old at most */
  constructor(
    { db, catalog, clock }: LatestPredictionsOptions,
    changes: ChangeSource | null,
    onChange: () => void,
  ) {
    this.#db = db;
    this.#catalog = catalog;
    this.#clock = clock;
    this.#keptMs = changes === null ? KEPT_MS : KEPT_UNTIL_TOLD_MS;
    this.#current = remembered(clock, this.#keptMs, () => this.#load());
    for (const relation of MADE_OF)
      changes?.subscribe(relation, () => {
        this.#current.forget();
        onChange();
      });
  }

  /** By market, horizon and model. */
  current(): Promise<Current> {
    return this.#current.get();
  }

  /** Those of one market. */
  static of({ byMarket }: Current, market: Market): readonly LatestPrediction[] {
    return byMarket.get(nameOf(market)) ?? [];
  }

  /** As it was known then. */
  async asOf({ exchange, symbol }: Market, at: string): Promise<readonly LatestPrediction[]> {
    const { rows } = await this.#db.executeQuery<Stored>(CompiledQuery.raw(AS_OF, [at, exchange, symbol]));
    return rows.map(shown);
  }

  async #load(): Promise<Current> {
    const until = this.#clock.now() + this.#keptMs;
    const { walks } = await this.#catalog.engine();
    const rows = await newestPredictions(this.#db, walks);
    const byMarket = new Map<string, LatestPrediction[]>();
    for (const row of rows) {
      const name = nameOf(row);
      byMarket.set(name, [...(byMarket.get(name) ?? []), shown(row)]);
    }
    return { byMarket, until };
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
