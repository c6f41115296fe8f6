-- Everything a model is given about a minute: one row per exchange, symbol and minute with a candle.
-- grain: exchange, symbol, window_start
-- time: window_start
-- why: joins of what is stored already and nothing else, so that a row costs microseconds. Of longer timeframes only
--   the window that had ended when the minute ended; an open window would tell training what scoring cannot know.
--   Prices enter as ratios, so that a model learned at one price level holds at another. The newest row is of a
--   minute still open: people may look at it, models take it once closed_windows has it.
--   The circle of day and week is Bhaskara's approximation of the sine, 16 x (12 - x) / (720 - 4 x (12 - x)) over
--   half a turn of 12: right to 0.002, and the same to the last bit on every engine and machine.
create materialized view features as
with clock as (
  select exchange, symbol, window_start, close, log_return,
    extract(hour from window_start)::double precision as hour_of_day,
    extract(dow from window_start)::double precision as day_of_week,
    (extract(dow from window_start) * 24 + extract(hour from window_start))::double precision / 7 as week_position
  from price_moves
  where timeframe = '1m'
), base as (
  select exchange, symbol, window_start, close, log_return, hour_of_day, day_of_week, week_position,
    abs(hour_of_day - 12) * (12 - abs(hour_of_day - 12)) as day_rise,
    abs(abs(hour_of_day - 12) - 6) * (12 - abs(abs(hour_of_day - 12) - 6)) as day_shift,
    abs(week_position - 12) * (12 - abs(week_position - 12)) as week_rise,
    abs(abs(week_position - 12) - 6) * (12 - abs(abs(week_position - 12) - 6)) as week_shift
  from clock
), five_minutes as (
  select exchange, symbol, window_start, sma_7_to_sma_21, return_5, williams_r_14, z_score_20, bollinger_width_20_2, complete
  from context
  where timeframe = '5m'
), fifteen_minutes as (
  select exchange, symbol, window_start, sma_7_to_sma_21, return_5, williams_r_14, z_score_20, bollinger_width_20_2, complete
  from context
  where timeframe = '15m'
), one_hour as (
  select exchange, symbol, window_start, sma_7_to_sma_21, return_5, williams_r_14, z_score_20, bollinger_width_20_2, complete
  from context
  where timeframe = '1h'
)
select
  base.exchange, -- exchange of the market
  base.symbol, -- market, as BTC/USD
  base.window_start, -- start of the minute
  base.close, -- close of the minute
  base.log_return, -- log return of the minute
  momentum.roc_5 / 100 as return_5, -- return over 5 minutes
  momentum.roc_15 / 100 as return_15, -- return over 15 minutes
  momentum.roc_60 / 100 as return_60, -- return over 60 minutes
  base.close / nullif(trend.sma_7, 0) - 1 as close_to_sma_7, -- close against its average of 7 minutes
  base.close / nullif(trend.sma_21, 0) - 1 as close_to_sma_21, -- close against its average of 21 minutes
  base.close / nullif(trend.sma_60, 0) - 1 as close_to_sma_60, -- close against its average of 60 minutes
  trend.macd_12_26 / nullif(base.close, 0) as macd_to_close, -- MACD line 12-26 against the close
  trend_signals.macd_histogram_12_26_9 / nullif(base.close, 0) as macd_histogram_to_close, -- MACD histogram 12-26-9 against the close
  trend_signals.adx_14, -- strength of the trend, from 0 to 100
  trend.plus_di_14 - trend.minus_di_14 as directional_balance_14, -- +DI less -DI, above 0 in a rising trend
  momentum.rsi_14, -- relative strength index, from 0 to 100
  momentum.stochastic_k_14, -- close within the range of 14 minutes, from 0 to 100
  momentum_signals.stochastic_d_14_3_3, -- the same, smoothed twice
  momentum_signals.stochastic_rsi_14, -- RSI within its own range of 14 minutes
  momentum.cci_20, -- commodity channel index
  trend.natr_14, -- average true range against the close, in percent
  volatility.bollinger_percent_b_20_2, -- place within the Bollinger bands, 0 at the lower and 1 at the upper
  volatility.bollinger_width_20_2, -- width of the Bollinger bands against their middle
  volatility.realised_volatility_60, -- volatility of the log returns of 60 minutes
  volatility.z_score_20, -- close against the average of 20 minutes, in standard deviations
  volume_flow.mfi_14, -- money flow index, from 0 to 100
  volume_flow.taker_buy_ratio_20, -- share of the volume of 20 minutes in which the buyer took liquidity
  volume_flow.chaikin_money_flow_20, -- volume weighted by where closes fall in their range, from -1 to 1
  five_minutes.sma_7_to_sma_21 as sma_7_to_sma_21_5m, -- 5-minute: average of 7 windows against that of 21
  five_minutes.return_5 as return_5_5m, -- 5-minute: return over five windows
  five_minutes.williams_r_14 as williams_r_14_5m, -- 5-minute: close within the range of 14 windows, from -100 to 0
  five_minutes.z_score_20 as z_score_20_5m, -- 5-minute: close against the average of 20 windows, in standard deviations
  five_minutes.bollinger_width_20_2 as bollinger_width_20_2_5m, -- 5-minute: width of the Bollinger bands against their middle
  fifteen_minutes.sma_7_to_sma_21 as sma_7_to_sma_21_15m, -- 15-minute: average of 7 windows against that of 21
  fifteen_minutes.return_5 as return_5_15m, -- 15-minute: return over five windows
  fifteen_minutes.williams_r_14 as williams_r_14_15m, -- 15-minute: close within the range of 14 windows, from -100 to 0
  fifteen_minutes.z_score_20 as z_score_20_15m, -- 15-minute: close against the average of 20 windows, in standard deviations
  fifteen_minutes.bollinger_width_20_2 as bollinger_width_20_2_15m, -- 15-minute: width of the Bollinger bands against their middle
  one_hour.sma_7_to_sma_21 as sma_7_to_sma_21_1h, -- 1-hour: average of 7 windows against that of 21
  one_hour.return_5 as return_5_1h, -- 1-hour: return over five windows
  one_hour.williams_r_14 as williams_r_14_1h, -- 1-hour: close within the range of 14 windows, from -100 to 0
  one_hour.z_score_20 as z_score_20_1h, -- 1-hour: close against the average of 20 windows, in standard deviations
  one_hour.bollinger_width_20_2 as bollinger_width_20_2_1h, -- 1-hour: width of the Bollinger bands against their middle
  coalesce(news_signal.news_count_15, 0)::double precision as news_count_15, -- scores that became known in the last 15 minutes
  coalesce(news_signal.news_score_15, 0) as news_score_15, -- their mean, 0 without news
  coalesce(news_signal.news_count_60, 0)::double precision as news_count_60, -- scores that became known in the last 60 minutes
  coalesce(news_signal.news_score_60, 0) as news_score_60, -- their mean, 0 without news
  base.hour_of_day, -- hour of the day, 0 to 23
  base.day_of_week, -- day of the week, 0 is Sunday
  sign(12 - base.hour_of_day) * 16 * base.day_rise / (720 - 4 * base.day_rise) as hour_sine, -- place on the circle of the day: sine
  sign(abs(base.hour_of_day - 12) - 6) * 16 * base.day_shift / (720 - 4 * base.day_shift) as hour_cosine, -- place on the circle of the day: cosine
  sign(12 - base.week_position) * 16 * base.week_rise / (720 - 4 * base.week_rise) as week_sine, -- place on the circle of the week: sine
  sign(abs(base.week_position - 12) - 6) * 16 * base.week_shift / (720 - 4 * base.week_shift) as week_cosine, -- place on the circle of the week: cosine
  coalesce(trend.reach_complete and five_minutes.complete and fifteen_minutes.complete and one_hour.complete, false) as complete -- false when the row reaches over unknown minutes or the warm-up, in any timeframe
from base
join trend on trend.exchange = base.exchange and trend.symbol = base.symbol and trend.window_start = base.window_start and trend.timeframe = '1m'
join trend_signals on trend_signals.exchange = base.exchange and trend_signals.symbol = base.symbol and trend_signals.window_start = base.window_start and trend_signals.timeframe = '1m'
join momentum on momentum.exchange = base.exchange and momentum.symbol = base.symbol and momentum.window_start = base.window_start and momentum.timeframe = '1m'
join momentum_signals on momentum_signals.exchange = base.exchange and momentum_signals.symbol = base.symbol and momentum_signals.window_start = base.window_start and momentum_signals.timeframe = '1m'
join volatility on volatility.exchange = base.exchange and volatility.symbol = base.symbol and volatility.window_start = base.window_start and volatility.timeframe = '1m'
join volume_flow on volume_flow.exchange = base.exchange and volume_flow.symbol = base.symbol and volume_flow.window_start = base.window_start and volume_flow.timeframe = '1m'
left join five_minutes on five_minutes.exchange = base.exchange and five_minutes.symbol = base.symbol
  and five_minutes.window_start = date_bin(interval '5 minutes', base.window_start + interval '1 minute', '2000-01-01 00:00:00+00'::timestamptz) - interval '5 minutes'
left join fifteen_minutes on fifteen_minutes.exchange = base.exchange and fifteen_minutes.symbol = base.symbol
  and fifteen_minutes.window_start = date_bin(interval '15 minutes', base.window_start + interval '1 minute', '2000-01-01 00:00:00+00'::timestamptz) - interval '15 minutes'
left join one_hour on one_hour.exchange = base.exchange and one_hour.symbol = base.symbol
  and one_hour.window_start = date_bin(interval '1 hour', base.window_start + interval '1 minute', '2000-01-01 00:00:00+00'::timestamptz) - interval '1 hour'
left join news_signal on news_signal.exchange = base.exchange and news_signal.symbol = base.symbol and news_signal.window_start = base.window_start;
