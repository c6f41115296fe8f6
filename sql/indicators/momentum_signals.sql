-- Momentum indicators over a momentum indicator: one row per exchange, symbol, timeframe and window with a known minute.
-- grain: exchange, symbol, timeframe, window_start
-- time: window_start
-- why: the means of three are written out over earlier rows, without a window over a window. A mean of three means of three
--   weighs five rows 1, 2, 3, 2, 1. The range of RSI is needed as it was in each of those five rows, hence the frames that end
--   before the current row. Null where one of the rows has no value.
--   While the price stands still RSI moves by rounding errors only: a range below 1e-9 is none.
--   Slow stochastic: Lane. Stochastic RSI: Chande and Kroll 1994, on a scale of 0 to 100.
create materialized view momentum_signals as
with frames as (
  select exchange, symbol, timeframe, window_start, stochastic_k_14, rsi_14,
    lag(stochastic_k_14, 1) over (partition by exchange, symbol, timeframe order by window_start) as k_1,
    lag(stochastic_k_14, 2) over (partition by exchange, symbol, timeframe order by window_start) as k_2,
    lag(stochastic_k_14, 3) over (partition by exchange, symbol, timeframe order by window_start) as k_3,
    lag(stochastic_k_14, 4) over (partition by exchange, symbol, timeframe order by window_start) as k_4,
    lag(rsi_14, 1) over (partition by exchange, symbol, timeframe order by window_start) as rsi_1,
    lag(rsi_14, 2) over (partition by exchange, symbol, timeframe order by window_start) as rsi_2,
    lag(rsi_14, 3) over (partition by exchange, symbol, timeframe order by window_start) as rsi_3,
    lag(rsi_14, 4) over (partition by exchange, symbol, timeframe order by window_start) as rsi_4,
    lag(rsi_14, 13) over (partition by exchange, symbol, timeframe order by window_start) as rsi_13,
    lag(rsi_14, 15) over (partition by exchange, symbol, timeframe order by window_start) as rsi_15,
    lag(rsi_14, 17) over (partition by exchange, symbol, timeframe order by window_start) as rsi_17,
    max(rsi_14) over (partition by exchange, symbol, timeframe order by window_start rows between 13 preceding and current row) as rsi_high_0,
    min(rsi_14) over (partition by exchange, symbol, timeframe order by window_start rows between 13 preceding and current row) as rsi_low_0,
    max(rsi_14) over (partition by exchange, symbol, timeframe order by window_start rows between 14 preceding and 1 preceding) as rsi_high_1,
    min(rsi_14) over (partition by exchange, symbol, timeframe order by window_start rows between 14 preceding and 1 preceding) as rsi_low_1,
    max(rsi_14) over (partition by exchange, symbol, timeframe order by window_start rows between 15 preceding and 2 preceding) as rsi_high_2,
    min(rsi_14) over (partition by exchange, symbol, timeframe order by window_start rows between 15 preceding and 2 preceding) as rsi_low_2,
    max(rsi_14) over (partition by exchange, symbol, timeframe order by window_start rows between 16 preceding and 3 preceding) as rsi_high_3,
    min(rsi_14) over (partition by exchange, symbol, timeframe order by window_start rows between 16 preceding and 3 preceding) as rsi_low_3,
    max(rsi_14) over (partition by exchange, symbol, timeframe order by window_start rows between 17 preceding and 4 preceding) as rsi_high_4,
    min(rsi_14) over (partition by exchange, symbol, timeframe order by window_start rows between 17 preceding and 4 preceding) as rsi_low_4
  from momentum
),
ranges as (
  select exchange, symbol, timeframe, window_start, stochastic_k_14, k_1, k_2, k_3, k_4, rsi_13, rsi_15, rsi_17,
    case when rsi_high_0 - rsi_low_0 > 0.000000001 then 100 * (rsi_14 - rsi_low_0) / (rsi_high_0 - rsi_low_0) end as s_0,
    case when rsi_high_1 - rsi_low_1 > 0.000000001 then 100 * (rsi_1 - rsi_low_1) / (rsi_high_1 - rsi_low_1) end as s_1,
    case when rsi_high_2 - rsi_low_2 > 0.000000001 then 100 * (rsi_2 - rsi_low_2) / (rsi_high_2 - rsi_low_2) end as s_2,
    case when rsi_high_3 - rsi_low_3 > 0.000000001 then 100 * (rsi_3 - rsi_low_3) / (rsi_high_3 - rsi_low_3) end as s_3,
    case when rsi_high_4 - rsi_low_4 > 0.000000001 then 100 * (rsi_4 - rsi_low_4) / (rsi_high_4 - rsi_low_4) end as s_4
  from frames
)
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  timeframe, -- length of the window: 1m, 5m, 15m, 1h or 1d
  window_start, -- start of the window
  (stochastic_k_14 + k_1 + k_2) / 3 as stochastic_k_14_3, -- slow %K: mean of three fast %K, which is also the fast %D
  (stochastic_k_14 + 2 * k_1 + 3 * k_2 + 2 * k_3 + k_4) / 9 as stochastic_d_14_3_3, -- slow %D: mean of three slow %K
  case when rsi_13 is not null then s_0 end as stochastic_rsi_14, -- where rsi_14 lies in its range of 14 rows, 0 to 100
  case when rsi_15 is not null then (s_0 + s_1 + s_2) / 3 end as stochastic_rsi_k_14_3, -- %K of the stochastic RSI: mean of three
  case when rsi_17 is not null then (s_0 + 2 * s_1 + 3 * s_2 + 2 * s_3 + s_4) / 9 end as stochastic_rsi_d_14_3_3 -- %D of the stochastic RSI: mean of three %K
from ranges;
