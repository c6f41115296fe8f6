-- At which hours of the day in UTC a model is worth listening to: its versions together, all days together.
select
  exchange,
  symbol,
  horizon_minutes,
  model,
  hour_of_day,
  count(*) as predictions,
  count(distinct hour) as hours,
  avg(absolute_error)::double precision as mae,
  (1 - sum(absolute_error) / nullif(sum(persistence_absolute_error), 0))::double precision as skill,
  avg(direction_hit::double precision) as directional_accuracy,
  avg(interval_hit::double precision) as interval_coverage
from {{ ref('stg_prediction_outcomes') }}
group by exchange, symbol, horizon_minutes, model, hour_of_day
