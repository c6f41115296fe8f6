-- How often what was given a probability came true, by hour: one row per market, horizon, model, version, hour, event and tenth.
-- grain: exchange, symbol, horizon_minutes, model, version, hour, event, tenth
-- time: hour
-- why: a probability is honest when of all that were given 0.7 seven in ten come true (reliability, Murphy 1973). Two
--   events are given one: that the price rises, and that it ends up within the interval. Hours keep a new prediction
--   cheap; calibration adds them up. What is no probability is left out here and listed in impossible_values.
create materialized view calibration_1h as
with forecasts as (
  select exchange, symbol, horizon_minutes, model, version, date_bin(interval '1 hour', window_start, '2000-01-01 00:00:00+00'::timestamptz) as hour,
    'rise' as event, direction_probability as probability, case when realised_return > 0 then 1 else 0 end as outcome
  from prediction_errors
  where direction_probability >= 0 and direction_probability <= 1 and realised_return is not null
  union all
  select exchange, symbol, horizon_minutes, model, version, date_bin(interval '1 hour', window_start, '2000-01-01 00:00:00+00'::timestamptz) as hour,
    'within interval' as event, interval_level as probability, case when realised_price >= lower_price and realised_price <= upper_price then 1 else 0 end as outcome
  from prediction_errors
  where interval_level >= 0 and interval_level <= 1 and lower_price is not null and upper_price is not null and realised_price is not null
)
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  horizon_minutes, -- how many minutes ahead the predictions looked
  model, -- name of the model
  version, -- version of the model
  hour, -- start of the hour of the minutes predicted from
  event, -- what was given a probability: rise, or within interval
  least(floor(probability * 10), 9)::int as tenth, -- which tenth the probability falls in, 7 for 0.7 to below 0.8; 9 has 1 too
  count(*) as predictions, -- predictions that gave such a probability and whose horizon is over
  sum(probability) as probability_sum, -- sum of the probabilities
  sum(outcome)::bigint as came_true -- how often it came true
from forecasts
group by exchange, symbol, horizon_minutes, model, version, hour, event, least(floor(probability * 10), 9)::int;
