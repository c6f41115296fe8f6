import pg from 'pg';
import { z } from 'zod';
import { detectProfile } from '../engine/profile.ts';

/** How far a market is. */
export interface MarketState {
  readonly exchange: string;
  readonly symbol: string;
  /** The latest trade or heartbeat. */
  readonly event_time: string;
}

/** A model in service. */
export interface ServingModel {
  readonly name: string;
  readonly version: number;
  /** champion or challenger */
  readonly alias: string;
  readonly algorithm: string;
  /** End of the last closed minute that it looked at; null before the first. */
  readonly scored_through: string | null;
  /** Inputs that mean something else than when it was trained, so that it does not predict; null when it may. */
  readonly changed_features: readonly string[] | null;
}

/** The newest training. */
export interface Training {
  /** As in job_runs: running, done, failed, cancelled or lost. */
  readonly state: string;
  readonly started_at: string;
  /** From 0 to 1. */
  readonly progress: number;
  readonly message: string;
}

/** What the database says of itself. */
export interface Store {
  readonly version: string;
  /** Null where the engine keeps no statistics, as `trades_estimate`. */
  readonly size: string | null;
  /** As the statistics have it: counting millions would take longer than anybody wants to wait. */
  readonly trades_estimate: number | null;
  readonly dead_letters: number;
  readonly markets: readonly MarketState[];
  readonly models: readonly ServingModel[];
  /** Null before the first. */
  readonly training: Training | null;
}

const WITHIN_MS = 3000;

const SERVING = `select models.name, models.version, models.alias, models.algorithm, models.changed_features, max(scoring_progress.scored_through) as scored_through
  from models left join scoring_progress on scoring_progress.model = models.name and scoring_progress.version = models.version
  where models.alias is not null group by models.name, models.version, models.alias, models.algorithm, models.changed_features order by models.name, models.alias`;
const TRAINING = `select state, started_at, progress, message from job_runs where kind = 'train' order by run desc limit 1`;
const STATISTICS = `select pg_size_pretty(pg_database_size(current_database())) as size,
  (select n_live_tup from pg_stat_user_tables where relid = 'trades'::regclass) as trades`;

/** Asks the running database; an error is part of the answer. */
export async function readStore(url: string): Promise<Store | { readonly error: string }> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'tickwave status',
    connectionTimeoutMillis: WITHIN_MS,
    query_timeout: WITHIN_MS,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const profile = await detectProfile(client);
    const version = await client.query<{ version: string }>('select version() as version');
    const letters = await client.query<{ letters: string }>('select count(*) as letters from dead_letters');
    const statistics = profile.statistics
      ? (await client.query<{ size: string; trades: string | null }>(STATISTICS)).rows[0]
      : undefined;
    const markets = await client.query<{ exchange: string; symbol: string; event_time: Date }>(
      'select exchange, symbol, event_time from watermarks order by exchange, symbol',
    );
    const models = await client.query<StoredModel>(SERVING);
    const trainings = await client.query<Dated<Training, 'started_at'>>(TRAINING);
    const [training] = trainings.rows;
    return {
      // `PostgreSQL 18.1 on …`, or `PostgreSQL 13.14.0-RisingWave-2.8.5 (…)`.
      version: version.rows[0]?.version.split(' ').slice(0, 2).join(' ') ?? '',
      size: statistics?.size ?? null,
      trades_estimate: statistics === undefined ? null : Number(statistics.trades ?? 0),
      dead_letters: Number(letters.rows[0]?.letters ?? 0),
      markets: markets.rows.map((market) => ({ ...market, event_time: market.event_time.toISOString() })),
      models: models.rows.map((row) => ({
        ...row,
        changed_features: row.changed_features === null ? null : namesIn(row.changed_features),
        scored_through: row.scored_through === null ? null : second(row.scored_through),
      })),
      training: training === undefined ? null : { ...training, started_at: second(training.started_at) },
    };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  } finally {
    await client.end().catch(() => {});
  }
}

type StoredModel = Dated<Omit<ServingModel, 'changed_features'>, 'scored_through'> & {
  /** JSON */
  readonly changed_features: string | null;
};

function namesIn(json: string): readonly string[] {
  return z.array(z.string()).parse(JSON.parse(json));
}

/** A row as it is read: its time as a date. */
type Dated<Row, Column extends keyof Row> = Omit<Row, Column> & {
  readonly [Name in Column]: Date | Extract<Row[Name], null>;
};

/** ISO 8601 without fractions. */
function second(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
