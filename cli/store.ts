import pg from 'pg';

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
  readonly size: string;
  /** As the statistics have it: counting millions would take longer than anybody wants to wait. */
  readonly trades_estimate: number;
  readonly dead_letters: number;
  readonly markets: readonly MarketState[];
  readonly models: readonly ServingModel[];
  /** Null before the first. */
  readonly training: Training | null;
}

const WITHIN_MS = 3000;

const UTC = `'YYYY-MM-DD"T"HH24:MI:SS"Z"'`;
const SERVING = `select name, models.version, alias, algorithm, to_char(max(scored_through) at time zone 'UTC', ${UTC}) as scored_through
  from models left join scoring_progress on scoring_progress.model = name and scoring_progress.version = models.version
  where alias is not null group by name, models.version, alias, algorithm order by name, alias`;
const TRAINING = `select state, to_char(started_at at time zone 'UTC', ${UTC}) as started_at, progress, message
  from job_runs where kind = 'train' order by run desc limit 1`;

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
    const about = await client.query<{ version: string; size: string; trades: string; letters: string }>(
      `select current_setting('server_version') as version, pg_size_pretty(pg_database_size(current_database())) as size,
        (select n_live_tup from pg_stat_user_tables where relid = 'trades'::regclass) as trades, (select count(*) from dead_letters) as letters`,
    );
    const markets = await client.query<{ exchange: string; symbol: string; event_time: Date }>(
      'select exchange, symbol, event_time from watermarks order by exchange, symbol',
    );
    const [row] = about.rows;
    const models = await client.query<ServingModel>(SERVING);
    const trainings = await client.query<Training>(TRAINING);
    return {
      version: `PostgreSQL ${row?.version ?? ''}`,
      size: row?.size ?? '',
      trades_estimate: Number(row?.trades ?? 0),
      dead_letters: Number(row?.letters ?? 0),
      markets: markets.rows.map((market) => ({ ...market, event_time: market.event_time.toISOString() })),
      models: models.rows,
      training: trainings.rows[0] ?? null,
    };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  } finally {
    await client.end().catch(() => {});
  }
}
