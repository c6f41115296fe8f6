-- Trend indicators that smooth a trend indicator: one row per exchange, symbol, timeframe and window with a known minute.
-- grain: exchange, symbol, timeframe, window_start
-- time: window_start
-- why: a window over a window would make every read-back as long as both together, so the second smoothing is a view of its
--   own over the stored first. The signal needs 9 rows of MACD and ADX 14 of DX before they are not null. A row without
--   movement has no DX and leaves ADX as it is, as in TA-Lib.
create materialized view trend_signals as
with frames as (
  select exchange, symbol, timeframe, window_start, macd_12_26,
    count(macd_12_26) over (partition by exchange, symbol, timeframe order by window_start rows between 8 preceding and current row) as macd_rows,
    ema(macd_12_26, 2.0 / 10) over (partition by exchange, symbol, timeframe order by window_start rows between 109 preceding and current row) as smooth_macd,
    count(*) over (partition by exchange, symbol, timeframe order by window_start rows between 27 preceding and current row) as rows_28,
    ema(dx_14, 1.0 / 14) over (partition by exchange, symbol, timeframe order by window_start rows between 335 preceding and current row) as smooth_dx
  from trend
)
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  timeframe, -- length of the window: 1m, 5m, 15m, 1h or 1d
  window_start, -- start of the window
  case when macd_rows = 9 then smooth_macd end as macd_signal_12_26_9, -- MACD signal: exponential moving average of period 9 of the MACD line
  case when macd_rows = 9 then macd_12_26 - smooth_macd end as macd_histogram_12_26_9, -- MACD line less its signal
  case when rows_28 = 28 then smooth_dx end as adx_14 -- average directional index, Wilder's smoothing of DX over 14 rows
from frames;
