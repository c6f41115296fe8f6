-- The newest closed minute of each market, of the last hour at most.
select distinct on (watermarks.exchange, watermarks.symbol) watermarks.exchange, watermarks.symbol, candles_1m.trades as value
from watermarks
join candles_1m on candles_1m.exchange = watermarks.exchange and candles_1m.symbol = watermarks.symbol
where candles_1m.window_start <= watermarks.closed_before - interval '1 minute'
  and candles_1m.window_start > watermarks.closed_before - interval '1 hour'
order by watermarks.exchange, watermarks.symbol, candles_1m.window_start desc
