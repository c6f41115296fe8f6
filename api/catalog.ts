import type { Pool } from 'pg';
import { z } from 'zod';
import { engineOf } from '../engine/database/engineOf.ts';
import type { EngineProfile } from '../engine/profile.ts';
import type { Clock } from './context.ts';
import { TYPE } from './database.ts';
import { type Remembered, remembered } from './remembered.ts';

/** A column of a served view. */
export interface Column {
  readonly name: string;
  /** The type number on the wire. */
  readonly type: number;
  /** Its comment in the SQL, where the database keeps it. */
  readonly description: string | null;
}

/** Views that the API reads, whose columns it finds in the database. */
export const SERVED = [
  'trades',
  'candles',
  'indicators',
  'features',
  'markets',
  'trend',
  'news',
  'news_scores',
  'predictions',
  'prediction_errors',
  'accuracy_1h',
  'accuracy_1d',
  'models',
  'promotions',
  'trade_gaps',
  'freshness',
  'job_runs',
  'drift_states',
  'pipeline_health',
  'calibration',
  'feature_lag',
  'scoring_lag',
  'unknown_minutes',
  'alerts',
  'alert_episodes',
  'drift_checks',
  'alert_deliveries',
  'retraining_decisions',
  'feature_nulls',
  'impossible_values',
  'duplicate_rates',
  'dead_letter_counts',
] as const;

/** A view that the API reads. */
export type ServedView = (typeof SERVED)[number];

const TTL_MS = 10_000;
const CANDIDATES = [
  '1s',
  '1m',
  '3m',
  '5m',
  '10m',
  '15m',
  '30m',
  '1h',
  '2h',
  '4h',
  '6h',
  '8h',
  '12h',
  '1d',
  '1w',
];

/** Knows the columns and timeframes that the SQL defines at this moment. */
export class Catalog {
  readonly #views: ReadonlyMap<ServedView, Remembered<readonly Column[]>>;
  readonly #timeframes: Remembered<readonly string[]>;
  readonly #pool: Pool;

  constructor(pool: Pool, clock: Clock) {
    this.#pool = pool;
    this.#views = new Map(
      SERVED.map((name) => [name, remembered(clock, TTL_MS, () => loadColumns(pool, name))]),
    );
    this.#timeframes = remembered(clock, TTL_MS, () => loadTimeframes(pool));
  }

  async columns(view: ServedView): Promise<readonly Column[]> {
    return (await this.#views.get(view)?.get()) ?? [];
  }

  /** What the engine that is asked can do. */
  engine(): Promise<EngineProfile> {
    return engineOf(this.#pool);
  }

  /** The usual timeframes of which there are candles. */
  timeframes(): Promise<readonly string[]> {
    return this.#timeframes.get();
  }

  /** Called when the database says that it no longer looks as it did. */
  forget(): void {
    for (const view of this.#views.values()) view.forget();
    this.#timeframes.forget();
  }
}

async function loadColumns(pool: Pool, view: ServedView): Promise<readonly Column[]> {
  // The answer's head has names and types, on PostgreSQL as on RisingWave, whether there is a row or not.
  const { fields } = await pool.query(`select * from ${view} limit 1`);
  const comments = await loadComments(pool, view);
  return fields.map(({ name, dataTypeID }) => ({
    name,
    type: dataTypeID,
    description: comments.get(name) ?? null,
  }));
}

async function loadComments(pool: Pool, view: ServedView): Promise<ReadonlyMap<string, string>> {
  try {
    const { comments } = await engineOf(pool);
    const text = comments.includes('materialized view') ? COMMENTS : CATALOG_COMMENTS;
    const { rows } = await pool.query<{ name: string; comment: string }>(text, [view]);
    return new Map(rows.map((row) => [row.name, row.comment]));
  } catch {
    // Comments are an extra.
    return new Map();
  }
}

const COMMENTS = `select attname::text as name, col_description(attrelid, attnum) as comment from pg_attribute
  where attrelid = to_regclass($1) and attnum > 0 and col_description(attrelid, attnum) is not null`;
/** Where the engine does not keep comments of views. */
const CATALOG_COMMENTS = 'select name, comment from catalog_columns where object = $1';

async function loadTimeframes(pool: Pool): Promise<readonly string[]> {
  // One branch of the view each, so asking for one that nobody has costs nothing.
  const one = CANDIDATES.map(
    (name) =>
      `select found.timeframe from (select timeframe from candles where timeframe = '${name}' limit 1) as found`,
  );
  const { rows } = await pool.query<{ timeframe: string }>(one.join(' union all '));
  return CANDIDATES.filter((name) => rows.some((row) => row.timeframe === name));
}

/** The schema of a row with these columns; those in `json` hold JSON as text and are sent as what it says. */
export function rowSchema(columns: readonly Column[], json: readonly string[] = []): z.ZodObject {
  return z.object(
    Object.fromEntries(
      columns.map(({ name, type, description }) => {
        const schema = json.includes(name) ? z.unknown() : valueSchema(type).nullable();
        return [name, description === null ? schema : schema.describe(description)];
      }),
    ),
  );
}

function valueSchema(type: number): z.ZodType {
  switch (type) {
    case TYPE.bool:
      return z.boolean();
    case TYPE.int2:
    case TYPE.int4:
    case TYPE.int8:
      return z.int();
    case TYPE.float4:
    case TYPE.float8:
      return z.number();
    case TYPE.timestamptz:
      return z.iso.datetime({ offset: true });
    case TYPE.numeric:
      return z.string().regex(/^-?\d+(\.\d+)?$/);
    default:
      return z.string();
  }
}
