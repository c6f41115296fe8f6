-- As latest.sql, as it was known at $1 in the market $2, $3: the champions of that time, and what they had predicted by
-- then. Who was champion is the last decision about a version that gave it the alias or took it away.
with decided as (
  select models.name, models.version, models.horizon_minutes,
    (select case when promotions.version = models.version then promotions.alias end
      from promotions
      where promotions.name = models.name
        and promotions.decided_at <= $1
        and (promotions.version = models.version or promotions.previous_version = models.version)
      order by promotions.decision desc
      limit 1) as alias
  from models
  where models.created_at <= $1
)
select predictions.exchange, predictions.symbol, predictions.window_start, predictions.horizon_minutes,
  predictions.model, predictions.version, predictions.base_price, predictions.predicted_price,
  predictions.predicted_return, predictions.lower_price, predictions.upper_price, predictions.interval_level,
  predictions.direction_probability, predictions.made_at, predictions.late
from decided
cross join lateral (
  select *
  from predictions
  where predictions.exchange = $2
    and predictions.symbol = $3
    and predictions.window_start > $1::timestamptz - interval '2 days'
    and predictions.window_start <= $1
    and predictions.made_at <= $1
    and predictions.horizon_minutes = decided.horizon_minutes
    and predictions.model = decided.name
    and predictions.version = decided.version
  order by predictions.window_start desc
  limit 1
) as predictions
where decided.alias = 'champion'
order by predictions.horizon_minutes, predictions.model
