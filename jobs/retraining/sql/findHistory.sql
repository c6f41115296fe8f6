-- First and last minute and number of the rows of training_set, by market: a walk on the key of each.
select found.*
from watermarks
cross join lateral (
  select features.exchange, features.symbol, (extract(epoch from min(features.window_start)) * 1000)::double precision as "from",
    (extract(epoch from max(features.window_start)) * 1000)::double precision as "to", count(*)::int as rows
  from features
  join labels on labels.exchange = features.exchange and labels.symbol = features.symbol
    and labels.window_start = features.window_start and labels.horizon_minutes = $1::int
  where features.exchange = watermarks.exchange and features.symbol = watermarks.symbol and features.complete
    and features.window_start >= coalesce($2::timestamptz, watermarks.event_time - make_interval(secs => $4::double precision))
    and ($3::timestamptz is null or features.window_start < $3::timestamptz)
  group by features.exchange, features.symbol
) as found
order by found.exchange, found.symbol
