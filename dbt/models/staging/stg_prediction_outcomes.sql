-- Predictions whose horizon is over, with how far off they were and what kind of model made them.
select
  errors.exchange,
  errors.symbol,
  errors.window_start,
  errors.horizon_minutes,
  errors.model,
  errors.version,
  models.algorithm,
  date_trunc('hour', errors.window_start) as hour,
  extract(hour from errors.window_start)::int as hour_of_day,
  abs(errors.error) as absolute_error,
  abs(errors.persistence_error) as persistence_absolute_error,
  case
    when errors.realised_price <> errors.base_price
      then case when sign(errors.predicted_price - errors.base_price) = sign(errors.realised_price - errors.base_price) then 1 else 0 end
  end as direction_hit,
  case
    when errors.lower_price is not null and errors.upper_price is not null
      then case when errors.realised_price between errors.lower_price and errors.upper_price then 1 else 0 end
  end as interval_hit,
  errors.interval_level,
  errors.latency_ms
from {{ source('tickwave', 'prediction_errors') }} as errors
left join {{ source('tickwave', 'models') }} as models
  on models.name = errors.model and models.version = errors.version
where errors.error is not null and errors.persistence_error is not null
