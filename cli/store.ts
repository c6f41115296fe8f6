import pg from 'pg';

/** How far a market is. */
export interface MarketState {
  readonly exchange: string;
  readonly symbol: string;
  /** The latest trade or heartbeat. */
  readonly event_time: string;
}

/** What the database says of itself. */
export interface Store {
  readonly version: string;
  readonly size: string;
  /** As the statistics have it: counting millions would take longer than anybody wants to wait. */
  readonly trades_estimate: number;
  readonly dead_letters: number;
  readonly markets: readonly MarketState[];
}

const WITHIN_MS = 3000;

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
    return {
      version: `PostgreSQL ${row?.version ?? ''}`,
      size: row?.size ?? '',
      trades_estimate: Number(row?.trades ?? 0),
      dead_letters: Number(row?.letters ?? 0),
      markets: markets.rows.map((market) => ({ ...market, event_time: market.event_time.toISOString() })),
    };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  } finally {
    await client.end().catch(() => {});
  }
}
