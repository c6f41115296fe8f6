// What dbt's marts are about and recorded trades do not bring: a model that expects the last five minutes to go on for a tenth of
// the way, its predictions over all that is stored, and news. Ends when the engine has counted every one of them.
import pg from 'pg';

const LONGEST_MS = 180_000;

/** Asks until there are as many, and no longer than LONGEST_MS: an engine that never gets there is what this is to find out. */
async function until(what, query, least) {
  const end = Date.now() + LONGEST_MS;
  for (;;) {
    const { rows } = await client.query(query);
    if (rows[0].found >= least) return;
    if (Date.now() > end) throw new Error(`${rows[0].found} ${what} after ${LONGEST_MS} ms, not ${least}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const client = new pg.Client({ connectionString: process.argv[2] });
await client.connect();
// The simulated day has to be there first: 3 markets, 26 hours, all but the last minutes of which have labels.
await until(
  'labels of the simulated market',
  "select count(*)::int as found from labels where exchange = 'simulated' and horizon_minutes = 5",
  3 * 1500,
);
await client.query(`insert into models (name, version, alias, algorithm, horizon_minutes, created_at)
  values ('momentum-5m', 1, 'champion', 'momentum', 5, now()), ('momentum-5m', 2, null, 'momentum', 5, now())`);
const { rowCount } = await client.query(`
  insert into predictions (exchange, symbol, window_start, horizon_minutes, model, version, base_price, predicted_return, predicted_price,
    lower_price, upper_price, interval_level, direction_probability, made_at, latency_ms, late)
  select labels.exchange, labels.symbol, labels.window_start, 5, 'momentum-5m', 1, labels.base_close, expected, labels.base_close * exp(expected)::numeric,
    labels.base_close * 0.999, labels.base_close * 1.001, 0.8, 0.5, labels.window_start + interval '61 seconds', 1000, false
  from labels
  join features using (exchange, symbol, window_start)
  cross join lateral (select coalesce(features.return_5, 0) / 10 as expected) as model
  where labels.horizon_minutes = 5`);
await client.query(`insert into news_scores (news_id, asset, model, score, confidence, scored_at)
  select 'story-' || n, 'BTC', 'words', (n - 2) / 4.0, 1, now() - n * interval '1 hour' from generate_series(1, 5) as n`);
await until(
  'predictions of accuracy_1h',
  'select coalesce(sum(predictions), 0)::int as found from accuracy_1h',
  rowCount,
);
console.log(`${rowCount} predictions`);
await client.end();
