-- Volatility indicators: one row per exchange, symbol, timeframe and window with a known minute.
-- grain: exchange, symbol, timeframe, window_start
-- time: window_start
-- why: an indicator is null before it has its full period, and where it is a fraction of nothing. A deviation of equal
--   closes may come out as a rounding error, so it is 0 when no close in the frame changed.
--   Bollinger: bands at 2 population deviations. Donchian's channel takes the current row in. Keltner's channel as Raschke
--   drew it: ema_20 and twice the average true range of 10 rows; cut after 10 and 24 periods, as in trend.
--   Realised volatility is the root of the sum of squared log returns (Andersen and Bollerslev 1998), not annualised.
create materialized view volatility as
with frames as (
  select exchange, symbol, timeframe, window_start, high, low, close, true_range,
    count(*) over (partition by exchange, symbol, timeframe order by window_start rows between 199 preceding and current row) as reach_rows,
    frame_sum(close) over (partition by exchange, symbol, timeframe order by window_start rows between 19 preceding and current row) as sum_20,
    frame_stddev_pop(close) over (partition by exchange, symbol, timeframe order by window_start rows between 19 preceding and current row) as raw_deviation_20,
    max(abs(change)) over (partition by exchange, symbol, timeframe order by window_start rows between 18 preceding and current row) as largest_change,
    max(high) over (partition by exchange, symbol, timeframe order by window_start rows between 19 preceding and current row) as high_20,
    min(low) over (partition by exchange, symbol, timeframe order by window_start rows between 19 preceding and current row) as low_20,
    ema(close, 2.0 / 21) over (partition by exchange, symbol, timeframe order by window_start rows between 199 preceding and current row) as smooth_20,
    ema(true_range, 1.0 / 10) over (partition by exchange, symbol, timeframe order by window_start rows between 239 preceding and current row) as range_10,
    frame_sum(log_return * log_return) over (partition by exchange, symbol, timeframe order by window_start rows between 13 preceding and current row) as squares_14,
    frame_sum(log_return * log_return) over (partition by exchange, symbol, timeframe order by window_start rows between 59 preceding and current row) as squares_60
  from price_moves
),
deviations as (
  select exchange, symbol, timeframe, window_start, close, true_range, reach_rows, high_20, low_20,
    smooth_20, range_10, squares_14, squares_60,
    sum_20 / 20 as mean_20,
    case when largest_change > 0 then raw_deviation_20 else 0 end as deviation_20
  from frames
)
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  timeframe, -- length of the window: 1m, 5m, 15m, 1h or 1d
  window_start, -- start of the window
  true_range, -- range of the candle, a gap to the previous close included
  case when reach_rows >= 20 then mean_20 end as bollinger_middle_20_2, -- Bollinger's middle band: simple moving average over 20 rows
  case when reach_rows >= 20 then mean_20 + 2 * deviation_20 end as bollinger_upper_20_2, -- Bollinger's upper band: 2 deviations above
  case when reach_rows >= 20 then mean_20 - 2 * deviation_20 end as bollinger_lower_20_2, -- Bollinger's lower band: 2 deviations below
  case when reach_rows >= 20 then (close - mean_20 + 2 * deviation_20) / nullif(4 * deviation_20, 0) end as bollinger_percent_b_20_2, -- where the close lies between the bands: 0 at the lower, 1 at the upper
  case when reach_rows >= 20 then 4 * deviation_20 / nullif(mean_20, 0) end as bollinger_width_20_2, -- distance of the bands relative to the middle one
  case when reach_rows >= 20 then (close - mean_20) / nullif(deviation_20, 0) end as z_score_20, -- deviations by which the close is off its mean of 20 rows
  case when reach_rows >= 20 then high_20 end as donchian_upper_20, -- highest high of 20 rows
  case when reach_rows >= 20 then (high_20 + low_20) / 2 end as donchian_middle_20, -- middle of Donchian's channel
  case when reach_rows >= 20 then low_20 end as donchian_lower_20, -- lowest low of 20 rows
  case when reach_rows >= 20 then smooth_20 + 2 * range_10 end as keltner_upper_20_2_10, -- Keltner's upper band
  case when reach_rows >= 20 then smooth_20 end as keltner_middle_20_2_10, -- Keltner's middle band: exponential moving average of period 20
  case when reach_rows >= 20 then smooth_20 - 2 * range_10 end as keltner_lower_20_2_10, -- Keltner's lower band
  case when reach_rows >= 15 then sqrt(squares_14) end as realised_volatility_14, -- root of the sum of squared log returns over 14 rows
  case when reach_rows >= 61 then sqrt(squares_60) end as realised_volatility_60 -- root of the sum of squared log returns over 60 rows
from deviations;
