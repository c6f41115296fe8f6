-- What models are trained on, features beside what happened next: one row per exchange, symbol, minute and horizon.
-- grain: exchange, symbol, window_start, horizon_minutes
-- time: window_start
-- why: only rows that are complete, and only minutes whose label is final, which all are closed. The columns between
--   horizon_minutes and forward_return are the inputs of a model, in this order.
create view training_set as
select
  features.exchange, -- exchange of the market
  features.symbol, -- market, as BTC/USD
  features.window_start, -- start of the minute
  features.close, -- close of the minute, which is no input: models take ratios
  labels.horizon_minutes, -- how many minutes ahead the label looks
  features.log_return, -- log return of the minute
  features.return_5, -- return over 5 minutes
  features.return_15, -- return over 15 minutes
  features.return_60, -- return over 60 minutes
  features.close_to_sma_7, -- close against its average of 7 minutes
  features.close_to_sma_21, -- close against its average of 21 minutes
  features.close_to_sma_60, -- close against its average of 60 minutes
  features.macd_to_close, -- MACD line 12-26 against the close
  features.macd_histogram_to_close, -- MACD histogram 12-26-9 against the close
  features.adx_14, -- strength of the trend, from 0 to 100
  features.directional_balance_14, -- +DI less -DI, above 0 in a rising trend
  features.rsi_14, -- relative strength index, from 0 to 100
  features.stochastic_k_14, -- close within the range of 14 minutes, from 0 to 100
  features.stochastic_d_14_3_3, -- the same, smoothed twice
  features.stochastic_rsi_14, -- RSI within its own range of 14 minutes
  features.cci_20, -- commodity channel index
  features.natr_14, -- average true range against the close, in percent
  features.bollinger_percent_b_20_2, -- place within the Bollinger bands, 0 at the lower and 1 at the upper
  features.bollinger_width_20_2, -- width of the Bollinger bands against their middle
  features.realised_volatility_60, -- volatility of the log returns of 60 minutes
  features.z_score_20, -- close against the average of 20 minutes, in standard deviations
  features.mfi_14, -- money flow index, from 0 to 100
  features.taker_buy_ratio_20, -- share of the volume of 20 minutes in which the buyer took liquidity
  features.chaikin_money_flow_20, -- volume weighted by where closes fall in their range, from -1 to 1
  features.sma_7_to_sma_21_5m, -- 5-minute: average of 7 windows against that of 21
  features.return_5_5m, -- 5-minute: return over five windows
  features.williams_r_14_5m, -- 5-minute: close within the range of 14 windows, from -100 to 0
  features.z_score_20_5m, -- 5-minute: close against the average of 20 windows, in standard deviations
  features.bollinger_width_20_2_5m, -- 5-minute: width of the Bollinger bands against their middle
  features.sma_7_to_sma_21_15m, -- 15-minute: average of 7 windows against that of 21
  features.return_5_15m, -- 15-minute: return over five windows
  features.williams_r_14_15m, -- 15-minute: close within the range of 14 windows, from -100 to 0
  features.z_score_20_15m, -- 15-minute: close against the average of 20 windows, in standard deviations
  features.bollinger_width_20_2_15m, -- 15-minute: width of the Bollinger bands against their middle
  features.sma_7_to_sma_21_1h, -- 1-hour: average of 7 windows against that of 21
  features.return_5_1h, -- 1-hour: return over five windows
  features.williams_r_14_1h, -- 1-hour: close within the range of 14 windows, from -100 to 0
  features.z_score_20_1h, -- 1-hour: close against the average of 20 windows, in standard deviations
  features.bollinger_width_20_2_1h, -- 1-hour: width of the Bollinger bands against their middle
  features.news_count_15, -- scores that became known in the last 15 minutes
  features.news_score_15, -- their mean, 0 without news
  features.news_count_60, -- scores that became known in the last 60 minutes
  features.news_score_60, -- their mean, 0 without news
  features.hour_of_day, -- hour of the day, 0 to 23
  features.day_of_week, -- day of the week, 0 is Sunday
  features.hour_sine, -- place on the circle of the day: sine
  features.hour_cosine, -- place on the circle of the day: cosine
  features.week_sine, -- place on the circle of the week: sine
  features.week_cosine, -- place on the circle of the week: cosine
  labels.forward_return -- log return over the horizon, which a model learns to predict
from features
join labels on labels.exchange = features.exchange and labels.symbol = features.symbol and labels.window_start = features.window_start
where features.complete;
