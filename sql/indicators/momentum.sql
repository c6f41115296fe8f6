-- Momentum indicators: one row per exchange, symbol, timeframe and window with a known minute.
-- grain: exchange, symbol, timeframe, window_start
-- time: window_start
-- why: an indicator is null before it has its full period, and where it is a fraction of nothing: the stochastics of a flat
--   range, the CCI of equal prices. Of equal prices the mean may be off by a rounding error; a deviation below
--   1e-12 of the price is one, not a movement. RSI without losses is 100; without any movement it is 50, since TA-Lib says 0
--   there, others 100, and neither is meant.
--   Wilder 1978: RSI; his smoothing is cut after 24 periods. Lane: stochastics. Lambert 1980: CCI. Williams: %R.
create materialized view momentum as
with frames as (
  select exchange, symbol, timeframe, window_start, close, previous_close, typical_price,
    count(*) over (partition by exchange, symbol, timeframe order by window_start rows between 503 preceding and current row) as reach_rows,
    ema(gain, 1.0 / 7) over (partition by exchange, symbol, timeframe order by window_start rows between 167 preceding and current row) as gain_7,
    ema(loss, 1.0 / 7) over (partition by exchange, symbol, timeframe order by window_start rows between 167 preceding and current row) as loss_7,
    ema(gain, 1.0 / 14) over (partition by exchange, symbol, timeframe order by window_start rows between 335 preceding and current row) as gain_14,
    ema(loss, 1.0 / 14) over (partition by exchange, symbol, timeframe order by window_start rows between 335 preceding and current row) as loss_14,
    ema(gain, 1.0 / 21) over (partition by exchange, symbol, timeframe order by window_start rows between 503 preceding and current row) as gain_21,
    ema(loss, 1.0 / 21) over (partition by exchange, symbol, timeframe order by window_start rows between 503 preceding and current row) as loss_21,
    max(high) over (partition by exchange, symbol, timeframe order by window_start rows between 13 preceding and current row) as high_14,
    min(low) over (partition by exchange, symbol, timeframe order by window_start rows between 13 preceding and current row) as low_14,
    frame_sum(typical_price) over (partition by exchange, symbol, timeframe order by window_start rows between 19 preceding and current row) as typical_sum_20,
    mean_deviation(typical_price) over (partition by exchange, symbol, timeframe order by window_start rows between 19 preceding and current row) as deviation_20,
    lag(close, 5) over (partition by exchange, symbol, timeframe order by window_start) as close_5,
    lag(close, 10) over (partition by exchange, symbol, timeframe order by window_start) as close_10,
    lag(close, 15) over (partition by exchange, symbol, timeframe order by window_start) as close_15,
    lag(close, 60) over (partition by exchange, symbol, timeframe order by window_start) as close_60
  from price_moves
)
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  timeframe, -- length of the window: 1m, 5m, 15m, 1h or 1d
  window_start, -- start of the window
  case when reach_rows >= 8 then coalesce(100 * gain_7 / nullif(gain_7 + loss_7, 0), 50) end as rsi_7, -- relative strength index of period 7
  case when reach_rows >= 15 then coalesce(100 * gain_14 / nullif(gain_14 + loss_14, 0), 50) end as rsi_14, -- relative strength index of period 14
  case when reach_rows >= 22 then coalesce(100 * gain_21 / nullif(gain_21 + loss_21, 0), 50) end as rsi_21, -- relative strength index of period 21
  case when reach_rows >= 14 then 100 * (close - low_14) / nullif(high_14 - low_14, 0) end as stochastic_k_14, -- fast %K: where the close lies in the range of 14 rows, 0 to 100
  case when reach_rows >= 14 then -100 * (high_14 - close) / nullif(high_14 - low_14, 0) end as williams_r_14, -- Williams %R: the same counted down from the high, -100 to 0
  case when reach_rows >= 20 and deviation_20 > 0.000000000001 * abs(typical_price) then (typical_price - typical_sum_20 / 20) / (0.015 * deviation_20) end as cci_20, -- commodity channel index over 20 rows
  100 * (close - previous_close) / nullif(previous_close, 0) as roc_1, -- rate of change over 1 row in percent
  100 * (close - close_5) / nullif(close_5, 0) as roc_5, -- rate of change over 5 rows in percent
  100 * (close - close_10) / nullif(close_10, 0) as roc_10, -- rate of change over 10 rows in percent
  100 * (close - close_15) / nullif(close_15, 0) as roc_15, -- rate of change over 15 rows in percent
  100 * (close - close_60) / nullif(close_60, 0) as roc_60, -- rate of change over 60 rows in percent
  close - close_10 as momentum_10 -- close less the close 10 rows ago
from frames;
