-- First and last minute and number of the rows of training_set in a market ($1, $2): a walk on the key.
select (extract(epoch from min(features.window_start)) * 1000)::double precision as "from",
  (extract(epoch from max(features.window_start)) * 1000)::double precision as "to", count(*)::int as rows
from features
join labels on labels.exchange = features.exchange and labels.symbol = features.symbol
  and labels.window_start = features.window_start
where features.exchange = $1::varchar and features.symbol = $2::varchar and features.complete
  and features.window_start >= $4::timestamptz and features.window_start < $5::timestamptz
  and labels.exchange = $1::varchar and labels.symbol = $2::varchar and labels.horizon_minutes = $3::int
  and labels.window_start >= $4::timestamptz and labels.window_start < $5::timestamptz
