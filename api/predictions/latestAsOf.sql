-- As latest.sql, as it was known at $1 in the market $2, $3: the champions of that time, and what they had predicted by
-- then. Who was champion is the last decision about a version that gave it the alias or took it away.
with told as (
  select models.name, models.version, models.horizon_minutes,
    case when promotions.version = models.version then promotions.alias end as alias,
    row_number() over (partition by models.name, models.version order by promotions.decision desc) as age
  from models
  join promotions on promotions.name = models.name
  where models.created_at <= $1::timestamptz
    and promotions.decided_at <= $1::timestamptz
    and (promotions.version = models.version or promotions.previous_version = models.version)
),
predicted as (
  select predictions.exchange, predictions.symbol, predictions.window_start, predictions.horizon_minutes,
    predictions.model, predictions.version, predictions.base_price, predictions.predicted_price,
    predictions.predicted_return, predictions.lower_price, predictions.upper_price, predictions.interval_level,
    predictions.direction_probability, predictions.made_at, predictions.late,
    row_number() over (partition by predictions.horizon_minutes, predictions.model, predictions.version order by predictions.window_start desc) as age
  from predictions
  join told on told.horizon_minutes = predictions.horizon_minutes and told.name = predictions.model
    and told.version = predictions.version
  where told.age = 1
    and told.alias = 'champion'
    and predictions.exchange = $2
    and predictions.symbol = $3
    and predictions.window_start > $1::timestamptz - interval '2 days'
    and predictions.window_start <= $1::timestamptz
    and predictions.made_at <= $1::timestamptz
)
select exchange, symbol, window_start, horizon_minutes, model, version, base_price, predicted_price, predicted_return,
  lower_price, upper_price, interval_level, direction_probability, made_at, late
from predicted
where age = 1
order by horizon_minutes, model
