-- Whether a longer window and the twenty before it are whole: one row per exchange, symbol, timeframe and window.
-- grain: exchange, symbol, timeframe, window_start
-- time: window_start
-- why: context features reach over 21 windows of their timeframe. If a minute of them is unknown they are wrong in
--   silence; this says so aloud. A whole window of n minutes knows n minutes, so the sum over the frame tells it all
--   once the frame is known to have no window missing.
create materialized view coverage as
with lengths as (
  select exchange, symbol, timeframe, window_start, known_minutes,
    case timeframe when '5m' then 5 when '15m' then 15 else 60 end as minutes_long
  from candles
  where timeframe in ('5m', '15m', '1h')
), reach as (
  select exchange, symbol, timeframe, window_start, minutes_long,
    sum(known_minutes) over (partition by exchange, symbol, timeframe order by window_start rows between 20 preceding and current row) as known_minutes_21,
    min(window_start) over (partition by exchange, symbol, timeframe order by window_start rows between 20 preceding and current row) as reach_start
  from lengths
)
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  timeframe, -- 5m, 15m or 1h
  window_start, -- start of the window
  known_minutes_21::bigint as known_minutes_21, -- minutes known in this window and the twenty rows before it
  reach_start, -- start of the first of these windows
  known_minutes_21 = 21 * minutes_long and reach_start = window_start - 20 * minutes_long * interval '1 minute' as complete -- whether all of the 21 windows are there and whole
from reach;
