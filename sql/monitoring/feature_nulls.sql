-- Which inputs of models are missing how often: one row per exchange, symbol and feature.
-- grain: exchange, symbol, feature
-- why: over the closed and complete minutes of the last 24 hours of event time. A complete row reaches over no unknown minute, so a
--   null in it has another cause: nothing traded, or an import without that value. Models take a null for missing, and
--   learn what that means; a share that grows is news to them.
create view feature_nulls as
with counted as (
  select features.exchange, features.symbol, count(*) as minutes,
    count(*) - count(log_return) as log_return, count(*) - count(return_5) as return_5, count(*) - count(return_15) as return_15, count(*) - count(return_60) as return_60,
    count(*) - count(close_to_sma_7) as close_to_sma_7, count(*) - count(close_to_sma_21) as close_to_sma_21, count(*) - count(close_to_sma_60) as close_to_sma_60,
    count(*) - count(macd_to_close) as macd_to_close, count(*) - count(macd_histogram_to_close) as macd_histogram_to_close, count(*) - count(adx_14) as adx_14,
    count(*) - count(directional_balance_14) as directional_balance_14, count(*) - count(rsi_14) as rsi_14, count(*) - count(stochastic_k_14) as stochastic_k_14,
    count(*) - count(stochastic_d_14_3_3) as stochastic_d_14_3_3, count(*) - count(stochastic_rsi_14) as stochastic_rsi_14, count(*) - count(cci_20) as cci_20,
    count(*) - count(natr_14) as natr_14, count(*) - count(bollinger_percent_b_20_2) as bollinger_percent_b_20_2, count(*) - count(bollinger_width_20_2) as bollinger_width_20_2,
    count(*) - count(realised_volatility_60) as realised_volatility_60, count(*) - count(z_score_20) as z_score_20, count(*) - count(mfi_14) as mfi_14,
    count(*) - count(taker_buy_ratio_20) as taker_buy_ratio_20, count(*) - count(chaikin_money_flow_20) as chaikin_money_flow_20, count(*) - count(sma_7_to_sma_21_5m) as sma_7_to_sma_21_5m,
    count(*) - count(return_5_5m) as return_5_5m, count(*) - count(williams_r_14_5m) as williams_r_14_5m, count(*) - count(z_score_20_5m) as z_score_20_5m,
    count(*) - count(bollinger_width_20_2_5m) as bollinger_width_20_2_5m, count(*) - count(sma_7_to_sma_21_15m) as sma_7_to_sma_21_15m, count(*) - count(return_5_15m) as return_5_15m,
    count(*) - count(williams_r_14_15m) as williams_r_14_15m, count(*) - count(z_score_20_15m) as z_score_20_15m, count(*) - count(bollinger_width_20_2_15m) as bollinger_width_20_2_15m,
    count(*) - count(sma_7_to_sma_21_1h) as sma_7_to_sma_21_1h, count(*) - count(return_5_1h) as return_5_1h, count(*) - count(williams_r_14_1h) as williams_r_14_1h,
    count(*) - count(z_score_20_1h) as z_score_20_1h, count(*) - count(bollinger_width_20_2_1h) as bollinger_width_20_2_1h, count(*) - count(news_count_15) as news_count_15,
    count(*) - count(news_score_15) as news_score_15, count(*) - count(news_count_60) as news_count_60, count(*) - count(news_score_60) as news_score_60,
    count(*) - count(hour_of_day) as hour_of_day, count(*) - count(day_of_week) as day_of_week, count(*) - count(hour_sine) as hour_sine, count(*) - count(hour_cosine) as hour_cosine,
    count(*) - count(week_sine) as week_sine, count(*) - count(week_cosine) as week_cosine
  from features
  join watermarks on watermarks.exchange = features.exchange and watermarks.symbol = features.symbol
  where features.complete and features.window_start >= watermarks.closed_before - interval '24 hours' and features.window_start <= watermarks.closed_before - interval '1 minute'
  group by features.exchange, features.symbol
)
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  'log_return' as feature, -- column of features
  minutes, -- complete minutes of the last 24 hours
  log_return as nulls -- those in which the feature is missing
from counted
union all
select exchange, symbol, 'return_5' as feature, minutes, return_5 as nulls from counted
union all
select exchange, symbol, 'return_15' as feature, minutes, return_15 as nulls from counted
union all
select exchange, symbol, 'return_60' as feature, minutes, return_60 as nulls from counted
union all
select exchange, symbol, 'close_to_sma_7' as feature, minutes, close_to_sma_7 as nulls from counted
union all
select exchange, symbol, 'close_to_sma_21' as feature, minutes, close_to_sma_21 as nulls from counted
union all
select exchange, symbol, 'close_to_sma_60' as feature, minutes, close_to_sma_60 as nulls from counted
union all
select exchange, symbol, 'macd_to_close' as feature, minutes, macd_to_close as nulls from counted
union all
select exchange, symbol, 'macd_histogram_to_close' as feature, minutes, macd_histogram_to_close as nulls from counted
union all
select exchange, symbol, 'adx_14' as feature, minutes, adx_14 as nulls from counted
union all
select exchange, symbol, 'directional_balance_14' as feature, minutes, directional_balance_14 as nulls from counted
union all
select exchange, symbol, 'rsi_14' as feature, minutes, rsi_14 as nulls from counted
union all
select exchange, symbol, 'stochastic_k_14' as feature, minutes, stochastic_k_14 as nulls from counted
union all
select exchange, symbol, 'stochastic_d_14_3_3' as feature, minutes, stochastic_d_14_3_3 as nulls from counted
union all
select exchange, symbol, 'stochastic_rsi_14' as feature, minutes, stochastic_rsi_14 as nulls from counted
union all
select exchange, symbol, 'cci_20' as feature, minutes, cci_20 as nulls from counted
union all
select exchange, symbol, 'natr_14' as feature, minutes, natr_14 as nulls from counted
union all
select exchange, symbol, 'bollinger_percent_b_20_2' as feature, minutes, bollinger_percent_b_20_2 as nulls from counted
union all
select exchange, symbol, 'bollinger_width_20_2' as feature, minutes, bollinger_width_20_2 as nulls from counted
union all
select exchange, symbol, 'realised_volatility_60' as feature, minutes, realised_volatility_60 as nulls from counted
union all
select exchange, symbol, 'z_score_20' as feature, minutes, z_score_20 as nulls from counted
union all
select exchange, symbol, 'mfi_14' as feature, minutes, mfi_14 as nulls from counted
union all
select exchange, symbol, 'taker_buy_ratio_20' as feature, minutes, taker_buy_ratio_20 as nulls from counted
union all
select exchange, symbol, 'chaikin_money_flow_20' as feature, minutes, chaikin_money_flow_20 as nulls from counted
union all
select exchange, symbol, 'sma_7_to_sma_21_5m' as feature, minutes, sma_7_to_sma_21_5m as nulls from counted
union all
select exchange, symbol, 'return_5_5m' as feature, minutes, return_5_5m as nulls from counted
union all
select exchange, symbol, 'williams_r_14_5m' as feature, minutes, williams_r_14_5m as nulls from counted
union all
select exchange, symbol, 'z_score_20_5m' as feature, minutes, z_score_20_5m as nulls from counted
union all
select exchange, symbol, 'bollinger_width_20_2_5m' as feature, minutes, bollinger_width_20_2_5m as nulls from counted
union all
select exchange, symbol, 'sma_7_to_sma_21_15m' as feature, minutes, sma_7_to_sma_21_15m as nulls from counted
union all
select exchange, symbol, 'return_5_15m' as feature, minutes, return_5_15m as nulls from counted
union all
select exchange, symbol, 'williams_r_14_15m' as feature, minutes, williams_r_14_15m as nulls from counted
union all
select exchange, symbol, 'z_score_20_15m' as feature, minutes, z_score_20_15m as nulls from counted
union all
select exchange, symbol, 'bollinger_width_20_2_15m' as feature, minutes, bollinger_width_20_2_15m as nulls from counted
union all
select exchange, symbol, 'sma_7_to_sma_21_1h' as feature, minutes, sma_7_to_sma_21_1h as nulls from counted
union all
select exchange, symbol, 'return_5_1h' as feature, minutes, return_5_1h as nulls from counted
union all
select exchange, symbol, 'williams_r_14_1h' as feature, minutes, williams_r_14_1h as nulls from counted
union all
select exchange, symbol, 'z_score_20_1h' as feature, minutes, z_score_20_1h as nulls from counted
union all
select exchange, symbol, 'bollinger_width_20_2_1h' as feature, minutes, bollinger_width_20_2_1h as nulls from counted
union all
select exchange, symbol, 'news_count_15' as feature, minutes, news_count_15 as nulls from counted
union all
select exchange, symbol, 'news_score_15' as feature, minutes, news_score_15 as nulls from counted
union all
select exchange, symbol, 'news_count_60' as feature, minutes, news_count_60 as nulls from counted
union all
select exchange, symbol, 'news_score_60' as feature, minutes, news_score_60 as nulls from counted
union all
select exchange, symbol, 'hour_of_day' as feature, minutes, hour_of_day as nulls from counted
union all
select exchange, symbol, 'day_of_week' as feature, minutes, day_of_week as nulls from counted
union all
select exchange, symbol, 'hour_sine' as feature, minutes, hour_sine as nulls from counted
union all
select exchange, symbol, 'hour_cosine' as feature, minutes, hour_cosine as nulls from counted
union all
select exchange, symbol, 'week_sine' as feature, minutes, week_sine as nulls from counted
union all
select exchange, symbol, 'week_cosine' as feature, minutes, week_cosine as nulls from counted;
