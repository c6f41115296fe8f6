-- What longer timeframes say of a market, for features: one row per exchange, symbol, timeframe and window.
-- grain: exchange, symbol, timeframe, window_start
-- time: window_start
-- why: one row to join per timeframe. Only indicators that reach over at most 21 windows: one smoothed after Wilder
--   reaches over 280, which is twelve days of hours before the first complete feature row.
create materialized view context as
select
  trend.exchange, -- exchange of the market
  trend.symbol, -- market, as BTC/USD
  trend.timeframe, -- 5m, 15m or 1h
  trend.window_start, -- start of the window
  trend.sma_7 / nullif(trend.sma_21, 0) - 1 as sma_7_to_sma_21, -- short average against the longer one, 0 when equal
  momentum.roc_5 / 100 as return_5, -- return over five windows
  momentum.williams_r_14, -- close within the range of 14 windows, from -100 to 0
  volatility.z_score_20, -- close against the average of 20 windows, in standard deviations
  volatility.bollinger_width_20_2, -- width of the Bollinger bands against their middle
  coverage.complete -- whether all of the 21 windows are there and whole
from trend
join momentum on momentum.exchange = trend.exchange and momentum.symbol = trend.symbol
  and momentum.timeframe = trend.timeframe and momentum.window_start = trend.window_start
join volatility on volatility.exchange = trend.exchange and volatility.symbol = trend.symbol
  and volatility.timeframe = trend.timeframe and volatility.window_start = trend.window_start
join coverage on coverage.exchange = trend.exchange and coverage.symbol = trend.symbol
  and coverage.timeframe = trend.timeframe and coverage.window_start = trend.window_start
where trend.timeframe = '5m' or trend.timeframe = '15m' or trend.timeframe = '1h';
