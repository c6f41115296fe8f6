-- How good each model was on each day: one row per exchange, symbol, horizon, model, version and day in UTC.
-- grain: exchange, symbol, horizon_minutes, model, version, day
-- time: day
-- why: added up from hours, so that a new prediction costs 24 rows and not a day of them.
create materialized view accuracy_1d as
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  horizon_minutes, -- how many minutes ahead the predictions looked
  model, -- name of the model
  version, -- version of the model
  date_bin(interval '24 hours', hour, '2000-01-01 00:00:00+00'::timestamptz) as day, -- start of the day in UTC
  sum(predictions)::bigint as predictions, -- number of predictions whose horizon is over
  sum(late_predictions)::bigint as late_predictions, -- those made after a later minute was over, as after downtime
  sum(moves)::bigint as moves, -- predictions after which the price moved
  sum(probabilities)::bigint as probabilities, -- predictions that gave a probability of a rise
  sum(intervals)::bigint as intervals, -- predictions that gave an interval
  (sum(absolute_error_sum) / nullif(sum(predictions), 0))::double precision as mae, -- mean absolute error, in quote currency
  (sum(persistence_absolute_error_sum) / nullif(sum(predictions), 0))::double precision as persistence_mae, -- mean absolute error of the persistence baseline
  (1 - sum(absolute_error_sum) / nullif(sum(persistence_absolute_error_sum), 0))::double precision as skill, -- share of the baseline's error that the model takes away, below 0 when it adds to it
  1 - sum(timely_absolute_return_error_sum) / nullif(sum(timely_persistence_absolute_return_error_sum), 0) as timely_skill, -- the same in log return and without late predictions: what a client saw
  (sum(error_sum) / nullif(sum(predictions), 0))::double precision as bias, -- mean error, above 0 when predictions are too high
  (sum(direction_hits)::numeric / nullif(sum(moves), 0))::double precision as directional_accuracy, -- share of moves whose direction was right
  sum(brier_sum) / nullif(sum(probabilities), 0)::double precision as brier, -- Brier score of the probability of a rise, 0.25 for even odds and less is better
  (sum(interval_hits)::numeric / nullif(sum(intervals), 0))::double precision as interval_coverage -- share of intervals that held the realised price
from accuracy_1h
group by exchange, symbol, horizon_minutes, model, version, date_bin(interval '24 hours', hour, '2000-01-01 00:00:00+00'::timestamptz);
