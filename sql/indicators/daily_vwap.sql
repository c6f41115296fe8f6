-- Average price of the day so far, weighted by volume: one row per exchange, symbol, timeframe and window with a known minute.
-- grain: exchange, symbol, timeframe, window_start
-- time: window_start
-- freshness: 1 s
-- why: a view of its own, as its windows begin anew at midnight UTC and those of volume_flow do not. A day has at
--   most 1440 rows, which bounds the frame. On the daily timeframe it is the candle's own average price.
create materialized view daily_vwap as
with days as (
  select exchange, symbol, timeframe, window_start, traded_value, volume,
    date_bin(interval '24 hours', window_start, '2000-01-01 00:00:00+00'::timestamptz) as day
  from price_moves
),
frames as (
  select exchange, symbol, timeframe, window_start,
    sum(traded_value) over (partition by exchange, symbol, timeframe, day order by window_start rows between 1439 preceding and current row) as traded_value_of_day,
    sum(volume) over (partition by exchange, symbol, timeframe, day order by window_start rows between 1439 preceding and current row) as volume_of_day
  from days
)
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  timeframe, -- length of the window: 1m, 5m, 15m, 1h or 1d
  window_start, -- start of the window
  traded_value_of_day / nullif(volume_of_day, 0) as daily_vwap -- average price since midnight UTC weighted by volume, null while nothing traded
from frames;
