-- The complete minutes of a market ($1, $2) from $3 to $4. The range is said of both, so that each is read by its key.
select (extract(epoch from features.window_start) * 1000)::double precision as start, candles_1m.close::varchar as close{{columns}}
from features
join candles_1m on candles_1m.exchange = features.exchange and candles_1m.symbol = features.symbol
  and candles_1m.window_start = features.window_start
where features.exchange = $1 and features.symbol = $2
  and features.window_start >= $3::timestamptz and features.window_start < $4::timestamptz and features.complete
  and candles_1m.exchange = $1 and candles_1m.symbol = $2
  and candles_1m.window_start >= $3::timestamptz and candles_1m.window_start < $4::timestamptz
order by features.window_start
