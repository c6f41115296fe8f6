-- Every indicator of a window in one row: one row per exchange, symbol, timeframe and window with a known minute.
-- grain: exchange, symbol, timeframe, window_start
-- time: window_start
-- why: a plain view, so that it costs nothing to keep. Every one of the joined views has a row for each row of price_moves;
--   daily_vwap, which is kept up to a second later, must not hold the others back.
create view indicators as
select
  trend.exchange, -- exchange of the market
  trend.symbol, -- market, as BTC/USD
  trend.timeframe, -- length of the window: 1m, 5m, 15m, 1h or 1d
  trend.window_start, -- start of the window
  trend.close, -- last price, which the row's indicators look back from
  trend.reach_rows, -- how many of the 600 rows that the longest indicator reaches over are there
  trend.reach_complete, -- all 600 rows are there without a gap, and every minute in them is known
  trend.sma_7, -- simple moving average over 7 rows
  trend.sma_14, -- simple moving average over 14 rows
  trend.sma_21, -- simple moving average over 21 rows
  trend.sma_60, -- simple moving average over 60 rows
  trend.wma_14, -- linearly weighted moving average over 14 rows
  trend.ema_7, -- exponential moving average of period 7
  trend.ema_12, -- exponential moving average of period 12
  trend.ema_14, -- exponential moving average of period 14
  trend.ema_21, -- exponential moving average of period 21
  trend.ema_26, -- exponential moving average of period 26
  trend.ema_60, -- exponential moving average of period 60
  trend.macd_12_26, -- MACD line: ema_12 less ema_26
  trend.atr_14, -- average true range, Wilder's smoothing over 14 rows
  trend.natr_14, -- average true range in percent of the close
  trend.plus_di_14, -- +DI: upward movement in percent of the true range
  trend.minus_di_14, -- -DI: downward movement in percent of the true range
  trend.dx_14, -- directional index, which ADX smooths; null without movement
  trend.aroon_up_25, -- how recent the highest high of 25 rows is: 100 is now, 0 is 25 rows ago
  trend.aroon_down_25, -- how recent the lowest low of 25 rows is: 100 is now, 0 is 25 rows ago
  trend.aroon_oscillator_25, -- aroon_up_25 less aroon_down_25
  trend_signals.macd_signal_12_26_9, -- MACD signal: exponential moving average of period 9 of the MACD line
  trend_signals.macd_histogram_12_26_9, -- MACD line less its signal
  trend_signals.adx_14, -- average directional index, Wilder's smoothing of DX over 14 rows
  momentum.rsi_7, -- relative strength index of period 7
  momentum.rsi_14, -- relative strength index of period 14
  momentum.rsi_21, -- relative strength index of period 21
  momentum.stochastic_k_14, -- fast %K: where the close lies in the range of 14 rows, 0 to 100
  momentum.williams_r_14, -- Williams %R: the same counted down from the high, -100 to 0
  momentum.cci_20, -- commodity channel index over 20 rows
  momentum.roc_1, -- rate of change over 1 row in percent
  momentum.roc_5, -- rate of change over 5 rows in percent
  momentum.roc_10, -- rate of change over 10 rows in percent
  momentum.roc_15, -- rate of change over 15 rows in percent
  momentum.roc_60, -- rate of change over 60 rows in percent
  momentum.momentum_10, -- close less the close 10 rows ago
  momentum_signals.stochastic_k_14_3, -- slow %K: mean of three fast %K, which is also the fast %D
  momentum_signals.stochastic_d_14_3_3, -- slow %D: mean of three slow %K
  momentum_signals.stochastic_rsi_14, -- where rsi_14 lies in its range of 14 rows, 0 to 100
  momentum_signals.stochastic_rsi_k_14_3, -- %K of the stochastic RSI: mean of three
  momentum_signals.stochastic_rsi_d_14_3_3, -- %D of the stochastic RSI: mean of three %K
  volatility.true_range, -- range of the candle, a gap to the previous close included
  volatility.bollinger_middle_20_2, -- Bollinger's middle band: simple moving average over 20 rows
  volatility.bollinger_upper_20_2, -- Bollinger's upper band: 2 deviations above
  volatility.bollinger_lower_20_2, -- Bollinger's lower band: 2 deviations below
  volatility.bollinger_percent_b_20_2, -- where the close lies between the bands: 0 at the lower, 1 at the upper
  volatility.bollinger_width_20_2, -- distance of the bands relative to the middle one
  volatility.z_score_20, -- deviations by which the close is off its mean of 20 rows
  volatility.donchian_upper_20, -- highest high of 20 rows
  volatility.donchian_middle_20, -- middle of Donchian's channel
  volatility.donchian_lower_20, -- lowest low of 20 rows
  volatility.keltner_upper_20_2_10, -- Keltner's upper band
  volatility.keltner_middle_20_2_10, -- Keltner's middle band: exponential moving average of period 20
  volatility.keltner_lower_20_2_10, -- Keltner's lower band
  volatility.realised_volatility_14, -- root of the sum of squared log returns over 14 rows
  volatility.realised_volatility_60, -- root of the sum of squared log returns over 60 rows
  volume_flow.mfi_14, -- money flow index over 14 rows, 0 to 100
  volume_flow.obv_60, -- on-balance volume that the last 60 rows added
  volume_flow.chaikin_money_flow_20, -- Chaikin money flow over 20 rows, -1 to 1
  volume_flow.vwap_60, -- average price weighted by volume over 60 rows
  volume_flow.taker_buy_ratio_20, -- share of the volume of 20 rows in which the buyer took liquidity
  volume_flow.taker_buy_ratio_60, -- share of the volume of 60 rows in which the buyer took liquidity
  daily_vwap.daily_vwap -- average price since midnight UTC weighted by volume, null while nothing traded
from trend
join trend_signals
  on trend_signals.exchange = trend.exchange and trend_signals.symbol = trend.symbol
  and trend_signals.timeframe = trend.timeframe and trend_signals.window_start = trend.window_start
join momentum
  on momentum.exchange = trend.exchange and momentum.symbol = trend.symbol
  and momentum.timeframe = trend.timeframe and momentum.window_start = trend.window_start
join momentum_signals
  on momentum_signals.exchange = trend.exchange and momentum_signals.symbol = trend.symbol
  and momentum_signals.timeframe = trend.timeframe and momentum_signals.window_start = trend.window_start
join volatility
  on volatility.exchange = trend.exchange and volatility.symbol = trend.symbol
  and volatility.timeframe = trend.timeframe and volatility.window_start = trend.window_start
join volume_flow
  on volume_flow.exchange = trend.exchange and volume_flow.symbol = trend.symbol
  and volume_flow.timeframe = trend.timeframe and volume_flow.window_start = trend.window_start
left join daily_vwap
  on daily_vwap.exchange = trend.exchange and daily_vwap.symbol = trend.symbol
  and daily_vwap.timeframe = trend.timeframe and daily_vwap.window_start = trend.window_start;
