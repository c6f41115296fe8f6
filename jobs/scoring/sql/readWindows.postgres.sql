-- The complete minutes of the ranges $3 to $4 in the markets $1, $2. `offset 0` keeps the planner from joining whole views: each range
-- is a walk on the key. Beside each row stands what features mean, as of the same moment.
select found.*, (select fingerprint from catalog_fingerprints where object = 'features') as stamp
from unnest($1::varchar[], $2::varchar[], $3::timestamptz[], $4::timestamptz[]) as due (exchange, symbol, since, until)
cross join lateral (
  select features.exchange, features.symbol, (extract(epoch from features.window_start) * 1000)::double precision as start,
    (select candles_1m.close::text from candles_1m where candles_1m.exchange = features.exchange
      and candles_1m.symbol = features.symbol and candles_1m.window_start = features.window_start) as close{{columns}}
  from features
  where features.exchange = due.exchange and features.symbol = due.symbol
    and features.window_start >= due.since and features.window_start < due.until and features.complete
  offset 0
) as found
order by found.start, found.exchange, found.symbol
