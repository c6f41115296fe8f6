-- Trend indicators: one row per exchange, symbol, timeframe and window with a known minute.
-- grain: exchange, symbol, timeframe, window_start
-- time: window_start
-- why: a frame of an average over n rows is n rows. Averages that never forget are cut where what is left out weighs 2e-9:
--   after 10 n rows for ema (alpha = 2 / (n + 1)). Wilder's smoothing (alpha = 1 / n) is cut after 24 n rows, at 4e-11, since
--   ranges and gains grow and shrink tenfold where prices do not, and the two averages that MACD subtracts from each
--   other after 12 n, also 4e-11. ema_60 reaches furthest: 600 rows, before which nothing weighs 1e-8 in any indicator. This is the
--   one place that says so, in reach_rows and reach_complete.
--   An indicator is null before it has its full period; how long the averages then take to agree with endless ones,
--   and with other programs, is in docs/indicators.md.
--   Wilder, New Concepts in Technical Trading Systems, 1978: +DI, -DI, ATR. Chande 1995: Aroon. Appel: MACD.
--   The average true range is here, and not with volatility, because +DI and -DI are made of it.
create materialized view trend as
with frames as (
  select exchange, symbol, timeframe, window_start, close, window_minutes,
    count(*) over (partition by exchange, symbol, timeframe order by window_start rows between 599 preceding and current row) as reach_rows,
    lag(window_start, 599) over (partition by exchange, symbol, timeframe order by window_start) as reach_start,
    sum(known_minutes) over (partition by exchange, symbol, timeframe order by window_start rows between 599 preceding and current row) as reach_minutes,
    frame_sum(close) over (partition by exchange, symbol, timeframe order by window_start rows between 6 preceding and current row) as sum_7,
    frame_sum(close) over (partition by exchange, symbol, timeframe order by window_start rows between 13 preceding and current row) as sum_14,
    frame_sum(close) over (partition by exchange, symbol, timeframe order by window_start rows between 20 preceding and current row) as sum_21,
    frame_sum(close) over (partition by exchange, symbol, timeframe order by window_start rows between 59 preceding and current row) as sum_60,
    wma(close) over (partition by exchange, symbol, timeframe order by window_start rows between 13 preceding and current row) as weighted_14,
    ema(close, 2.0 / 8) over (partition by exchange, symbol, timeframe order by window_start rows between 69 preceding and current row) as smooth_7,
    ema(close, 2.0 / 13) over (partition by exchange, symbol, timeframe order by window_start rows between 149 preceding and current row) as smooth_12,
    ema(close, 2.0 / 15) over (partition by exchange, symbol, timeframe order by window_start rows between 149 preceding and current row) as smooth_14,
    ema(close, 2.0 / 22) over (partition by exchange, symbol, timeframe order by window_start rows between 209 preceding and current row) as smooth_21,
    ema(close, 2.0 / 27) over (partition by exchange, symbol, timeframe order by window_start rows between 311 preceding and current row) as smooth_26,
    ema(close, 2.0 / 61) over (partition by exchange, symbol, timeframe order by window_start rows between 599 preceding and current row) as smooth_60,
    ema(true_range, 1.0 / 14) over (partition by exchange, symbol, timeframe order by window_start rows between 335 preceding and current row) as range_14,
    ema(rising_move, 1.0 / 14) over (partition by exchange, symbol, timeframe order by window_start rows between 335 preceding and current row) as rising_14,
    ema(falling_move, 1.0 / 14) over (partition by exchange, symbol, timeframe order by window_start rows between 335 preceding and current row) as falling_14,
    rows_since_max(high) over (partition by exchange, symbol, timeframe order by window_start rows between 25 preceding and current row) as since_high_25,
    rows_since_min(low) over (partition by exchange, symbol, timeframe order by window_start rows between 25 preceding and current row) as since_low_25
  from price_moves
)
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  timeframe, -- length of the window: 1m, 5m, 15m, 1h or 1d
  window_start, -- start of the window
  close, -- last price, which the row's indicators look back from
  reach_rows, -- how many of the 600 rows that the longest indicator reaches over are there
  coalesce(
    reach_start = window_start - 599 * window_minutes * interval '1 minute' and reach_minutes = 600 * window_minutes,
    false
  ) as reach_complete, -- all 600 rows are there without a gap, and every minute in them is known
  case when reach_rows >= 7 then sum_7 / 7 end as sma_7, -- simple moving average over 7 rows
  case when reach_rows >= 14 then sum_14 / 14 end as sma_14, -- simple moving average over 14 rows
  case when reach_rows >= 21 then sum_21 / 21 end as sma_21, -- simple moving average over 21 rows
  case when reach_rows >= 60 then sum_60 / 60 end as sma_60, -- simple moving average over 60 rows
  case when reach_rows >= 14 then weighted_14 end as wma_14, -- linearly weighted moving average over 14 rows
  case when reach_rows >= 7 then smooth_7 end as ema_7, -- exponential moving average of period 7
  case when reach_rows >= 12 then smooth_12 end as ema_12, -- exponential moving average of period 12
  case when reach_rows >= 14 then smooth_14 end as ema_14, -- exponential moving average of period 14
  case when reach_rows >= 21 then smooth_21 end as ema_21, -- exponential moving average of period 21
  case when reach_rows >= 26 then smooth_26 end as ema_26, -- exponential moving average of period 26
  case when reach_rows >= 60 then smooth_60 end as ema_60, -- exponential moving average of period 60
  case when reach_rows >= 26 then smooth_12 - smooth_26 end as macd_12_26, -- MACD line: ema_12 less ema_26
  case when reach_rows >= 15 then range_14 end as atr_14, -- average true range, Wilder's smoothing over 14 rows
  case when reach_rows >= 15 then 100 * range_14 / nullif(close, 0) end as natr_14, -- average true range in percent of the close
  case when reach_rows >= 15 then 100 * rising_14 / nullif(range_14, 0) end as plus_di_14, -- +DI: upward movement in percent of the true range
  case when reach_rows >= 15 then 100 * falling_14 / nullif(range_14, 0) end as minus_di_14, -- -DI: downward movement in percent of the true range
  case when reach_rows >= 15 then 100 * abs(rising_14 - falling_14) / nullif(rising_14 + falling_14, 0) end as dx_14, -- directional index, which ADX smooths; null without movement
  case when reach_rows >= 26 then 100 * (25 - since_high_25) / 25 end as aroon_up_25, -- how recent the highest high of 25 rows is: 100 is now, 0 is 25 rows ago
  case when reach_rows >= 26 then 100 * (25 - since_low_25) / 25 end as aroon_down_25, -- how recent the lowest low of 25 rows is: 100 is now, 0 is 25 rows ago
  case when reach_rows >= 26 then 100 * (since_low_25 - since_high_25) / 25 end as aroon_oscillator_25 -- aroon_up_25 less aroon_down_25
from frames;
