-- How good each model was in each hour: one row per exchange, symbol, horizon, model, version and hour.
-- grain: exchange, symbol, horizon_minutes, model, version, hour
-- time: hour
-- why: the hour is that of the minute predicted from. Sums and counts are kept beside the ratios, so that days add up
--   from hours without going back to the predictions. Prices of several markets do not add up, log returns do, so there
--   are sums of both. A price that did not move has no direction to be right about.
--   Late predictions count, for they are those that would have been made in time, to the last bit; a model whose machine
--   was down while the market was wild must not look better for it. What a client saw in time has sums of its own.
create materialized view accuracy_1h as
with scored as (
  select exchange, symbol, horizon_minutes, model, version,
    date_bin(interval '1 hour', window_start, '2000-01-01 00:00:00+00'::timestamptz) as hour,
    late, error, abs(error) as absolute_error, abs(persistence_error) as persistence_absolute_error,
    predicted_return - realised_return as return_error, abs(predicted_return - realised_return) as absolute_return_error, abs(realised_return) as persistence_absolute_return_error,
    case when realised_price <> base_price then case when sign(predicted_price - base_price) = sign(realised_price - base_price) then 1 else 0 end end as direction_hit,
    power(direction_probability - case when realised_return > 0 then 1 else 0 end, 2) as squared_probability_error,
    case when lower_price is not null and upper_price is not null then case when realised_price >= lower_price and realised_price <= upper_price then 1 else 0 end end as interval_hit
  from prediction_errors
  where error is not null and persistence_error is not null and predicted_return is not null and realised_return is not null
)
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  horizon_minutes, -- how many minutes ahead the predictions looked
  model, -- name of the model
  version, -- version of the model
  hour, -- start of the hour
  count(*) as predictions, -- number of predictions whose horizon is over
  count(*) filter (where late) as late_predictions, -- those made after a later minute was over, as after downtime
  sum(absolute_error) as absolute_error_sum, -- sum of the absolute errors, in quote currency
  sum(persistence_absolute_error) as persistence_absolute_error_sum, -- the same for the persistence baseline
  sum(error) as error_sum, -- sum of the errors
  sum(absolute_return_error) as absolute_return_error_sum, -- sum of the absolute errors of the log return
  sum(persistence_absolute_return_error) as persistence_absolute_return_error_sum, -- the same for the persistence baseline
  sum(return_error) as return_error_sum, -- sum of the errors of the log return
  coalesce(sum(absolute_return_error) filter (where not late), 0) as timely_absolute_return_error_sum, -- sum of the absolute errors of the log return, without late predictions
  coalesce(sum(persistence_absolute_return_error) filter (where not late), 0) as timely_persistence_absolute_return_error_sum, -- the same for the persistence baseline
  count(direction_hit) as moves, -- predictions after which the price moved
  coalesce(sum(direction_hit), 0)::bigint as direction_hits, -- those whose direction was right
  count(squared_probability_error) as probabilities, -- predictions that gave a probability of a rise
  coalesce(sum(squared_probability_error), 0) as brier_sum, -- sum of their squared differences from what came, 1 for a rise and 0 for none
  count(interval_hit) as intervals, -- predictions that gave an interval
  coalesce(sum(interval_hit), 0)::bigint as interval_hits, -- those whose interval held the realised price
  (sum(absolute_error) / nullif(count(*), 0))::double precision as mae, -- mean absolute error, in quote currency
  (sum(persistence_absolute_error) / nullif(count(*), 0))::double precision as persistence_mae, -- mean absolute error of the persistence baseline
  (1 - sum(absolute_error) / nullif(sum(persistence_absolute_error), 0))::double precision as skill, -- share of the baseline's error that the model takes away, below 0 when it adds to it
  1 - sum(absolute_return_error) filter (where not late) / nullif(sum(persistence_absolute_return_error) filter (where not late), 0) as timely_skill, -- the same in log return and without late predictions: what a client saw
  (sum(error) / nullif(count(*), 0))::double precision as bias, -- mean error, above 0 when predictions are too high
  (sum(direction_hit)::numeric / nullif(count(direction_hit), 0))::double precision as directional_accuracy, -- share of moves whose direction was right
  sum(squared_probability_error) / nullif(count(squared_probability_error), 0) as brier, -- Brier score of the probability of a rise, 0.25 for even odds and less is better
  (sum(interval_hit)::numeric / nullif(count(interval_hit), 0))::double precision as interval_coverage -- share of intervals that held the realised price
from scored
group by exchange, symbol, horizon_minutes, model, version, hour;
