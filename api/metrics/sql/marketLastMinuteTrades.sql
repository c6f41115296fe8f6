-- The newest closed minute of each market: one step back along the key each.
select watermarks.exchange, watermarks.symbol, minute.trades as value
from watermarks
cross join lateral (
  select trades
  from candles_1m
  where candles_1m.exchange = watermarks.exchange and candles_1m.symbol = watermarks.symbol
    and candles_1m.window_start <= watermarks.closed_before - interval '1 minute'
    and candles_1m.window_start > watermarks.closed_before - interval '1 hour'
  order by candles_1m.window_start desc
  limit 1
) as minute
