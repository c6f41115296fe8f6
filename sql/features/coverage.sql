-- Whether a longer window and the twenty before it are whole: one row per exchange, symbol, timeframe and window.
-- grain: exchange, symbol, timeframe, window_start
-- time: window_start
-- why: context features reach over 21 windows of their timeframe. If a minute of them is unknown they are wrong in
--   silence; this says so aloud. No window knows more minutes than it has, so the sum over the frame tells it all
--   once the frame is known to have no window missing.
create materialized view coverage as
with windows as (
  select '5m' as timeframe, 5 as minutes_long, exchange, symbol, window_start, known_minutes
  from candles_5m
  union all
  select '15m' as timeframe, 15 as minutes_long, exchange, symbol, window_start, known_minutes
  from candles_15m
  union all
  select '1h' as timeframe, 60 as minutes_long, exchange, symbol, window_start, known_minutes
  from candles_1h
), reach as (
  select exchange, symbol, timeframe, window_start, minutes_long,
    sum(known_minutes) over (partition by exchange, symbol, timeframe order by window_start rows between 20 preceding and current row) as known_minutes_21,
    min(window_start) over (partition by exchange, symbol, timeframe order by window_start rows between 20 preceding and current row) as reach_start
  from windows
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
