-- Values that cannot be: one row per source, exchange, symbol and problem that there is.
-- grain: source, exchange, symbol, problem
-- why: connectors refuse such values and keep them as dead_letters, so what is here came past them or was made by a fault. Candles
--   and predictions of the last seven days of event time, which keeps the view quick. Imported candles of all time: those that
--   contradict themselves are left out of minutes, and nothing else says so.
create view impossible_values as
with candles as (
  select candles_1m.exchange, candles_1m.symbol, count(*) filter (where low <= 0) as not_positive, count(*) filter (where high < low) as crossed,
    count(*) filter (where open < low or open > high or close < low or close > high) as outside,
    count(*) filter (where volume < 0 or taker_buy_volume < 0 or taker_buy_volume > volume) as bad_volume
  from candles_1m
  join watermarks on watermarks.exchange = candles_1m.exchange and watermarks.symbol = candles_1m.symbol
  where candles_1m.window_start >= watermarks.closed_before - interval '168 hours'
  group by candles_1m.exchange, candles_1m.symbol
), imported as (
  select exchange, symbol, count(*) as left_out
  from candles_imported
  where not coalesce(window_start = date_trunc('minute', window_start)
    and low > 0 and high < 1000000000000000 and open >= low and open <= high and close >= low and close <= high
    and volume >= 0 and volume < 1000000000000000000, false)
  group by exchange, symbol
), predicted as (
  select predictions.exchange, predictions.symbol, count(*) filter (where base_price <= 0 or predicted_price <= 0 or lower_price <= 0) as not_positive,
    count(*) filter (where upper_price < lower_price) as crossed, count(*) filter (where direction_probability < 0 or direction_probability > 1) as no_probability,
    count(*) filter (where interval_level <= 0 or interval_level >= 1) as no_level
  from predictions
  join watermarks on watermarks.exchange = predictions.exchange and watermarks.symbol = predictions.symbol
  where predictions.window_start >= watermarks.closed_before - interval '168 hours'
  group by predictions.exchange, predictions.symbol
), found as (
  select 'candles_1m' as source, exchange, symbol, 'price not above 0' as problem, not_positive as amount from candles
  union all
  select 'candles_1m' as source, exchange, symbol, 'high below low' as problem, crossed as amount from candles
  union all
  select 'candles_1m' as source, exchange, symbol, 'open or close beyond high or low' as problem, outside as amount from candles
  union all
  select 'candles_1m' as source, exchange, symbol, 'volume below 0, or less than its part' as problem, bad_volume as amount from candles
  union all
  select 'candles_imported' as source, exchange, symbol, 'contradicts itself, left out' as problem, left_out as amount from imported
  union all
  select 'predictions' as source, exchange, symbol, 'price not above 0' as problem, not_positive as amount from predicted
  union all
  select 'predictions' as source, exchange, symbol, 'upper below lower' as problem, crossed as amount from predicted
  union all
  select 'predictions' as source, exchange, symbol, 'probability beyond 0 to 1' as problem, no_probability as amount from predicted
  union all
  select 'predictions' as source, exchange, symbol, 'interval level beyond 0 to 1' as problem, no_level as amount from predicted
)
select
  source, -- table or view with the values
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  problem, -- what cannot be
  amount -- rows with it
from found
where amount > 0;
