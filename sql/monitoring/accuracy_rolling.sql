-- How good each version of a model was lately, over all markets: one row per model, version, horizon and period.
-- grain: model, version, horizon_minutes, period
-- why: errors are those of the log return, which add up over markets as prices do not. The last 24 hours and seven days
--   end with the newest hour that the model was judged in, by event time, so a replay of last year has them too. All
--   versions of a model are looked at over the same hours. A plain view: a week of hours is little to read.
create view accuracy_rolling as
with newest as (
  select model, horizon_minutes, max(hour) as newest_hour
  from accuracy_1h
  group by model, horizon_minutes
), lately as (
  select '24h' as period, accuracy_1h.model, accuracy_1h.version, accuracy_1h.horizon_minutes, newest.newest_hour - interval '23 hours' as period_start,
    newest.newest_hour + interval '1 hour' as period_end, predictions, late_predictions, absolute_return_error_sum, persistence_absolute_return_error_sum, return_error_sum,
    timely_absolute_return_error_sum, timely_persistence_absolute_return_error_sum, moves, direction_hits, probabilities, brier_sum, intervals, interval_hits
  from accuracy_1h
  join newest on newest.model = accuracy_1h.model and newest.horizon_minutes = accuracy_1h.horizon_minutes
  where accuracy_1h.hour > newest.newest_hour - interval '24 hours'
  union all
  select '7d' as period, accuracy_1h.model, accuracy_1h.version, accuracy_1h.horizon_minutes, newest.newest_hour - interval '167 hours' as period_start,
    newest.newest_hour + interval '1 hour' as period_end, predictions, late_predictions, absolute_return_error_sum, persistence_absolute_return_error_sum, return_error_sum,
    timely_absolute_return_error_sum, timely_persistence_absolute_return_error_sum, moves, direction_hits, probabilities, brier_sum, intervals, interval_hits
  from accuracy_1h
  join newest on newest.model = accuracy_1h.model and newest.horizon_minutes = accuracy_1h.horizon_minutes
  where accuracy_1h.hour > newest.newest_hour - interval '168 hours'
)
select
  model, -- name of the model
  version, -- version of the model
  horizon_minutes, -- how many minutes ahead the predictions looked
  period, -- 24h or 7d
  period_start, -- start of the first hour of the period
  period_end, -- end of the newest hour, which may still be going on
  sum(predictions)::bigint as predictions, -- number of predictions whose horizon is over
  sum(late_predictions)::bigint as late_predictions, -- those made after a later minute was over, as after downtime
  sum(absolute_return_error_sum) / nullif(sum(predictions), 0)::double precision as mae, -- mean absolute error of the log return
  sum(persistence_absolute_return_error_sum) / nullif(sum(predictions), 0)::double precision as persistence_mae, -- the same for the persistence baseline
  1 - sum(absolute_return_error_sum) / nullif(sum(persistence_absolute_return_error_sum), 0) as skill, -- share of the baseline's error that the model takes away, below 0 when it adds to it
  1 - sum(timely_absolute_return_error_sum) / nullif(sum(timely_persistence_absolute_return_error_sum), 0) as timely_skill, -- the same without late predictions: what a client saw
  sum(return_error_sum) / nullif(sum(predictions), 0)::double precision as bias, -- mean error of the log return, above 0 when predictions are too high
  (sum(direction_hits)::numeric / nullif(sum(moves), 0))::double precision as directional_accuracy, -- share of moves whose direction was right
  sum(brier_sum) / nullif(sum(probabilities), 0)::double precision as brier, -- Brier score of the probability of a rise, 0.25 for even odds and less is better
  (sum(interval_hits)::numeric / nullif(sum(intervals), 0))::double precision as interval_coverage -- share of intervals that held the realised price
from lately
group by model, version, horizon_minutes, period, period_start, period_end;
