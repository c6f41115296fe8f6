-- How good each model was in each hour, against the price standing still, with the day that led up to it.
with hours as (
  select
    exchange,
    symbol,
    horizon_minutes,
    model,
    version,
    hour,
    predictions,
    absolute_error_sum,
    persistence_absolute_error_sum,
    mae,
    persistence_mae,
    skill,
    bias,
    directional_accuracy,
    interval_coverage
  from {{ source('tickwave', 'accuracy_1h') }}
), promises as (
  select
    exchange,
    symbol,
    horizon_minutes,
    model,
    version,
    hour,
    avg(interval_level) as interval_level,
    percentile_cont(0.5) within group (order by latency_ms) as latency_ms_median,
    max(latency_ms) as latency_ms_worst
  from {{ ref('stg_prediction_outcomes') }}
  group by exchange, symbol, horizon_minutes, model, version, hour
)
select
  hours.exchange,
  hours.symbol,
  hours.horizon_minutes,
  hours.model,
  hours.version,
  hours.hour,
  hours.predictions,
  hours.mae,
  hours.persistence_mae,
  hours.skill,
  (1 - sum(hours.absolute_error_sum) over day_before / nullif(sum(hours.persistence_absolute_error_sum) over day_before, 0))::double precision as skill_24h,
  hours.bias,
  hours.directional_accuracy,
  hours.interval_coverage,
  (hours.interval_coverage - promises.interval_level)::double precision as interval_coverage_excess,
  promises.latency_ms_median,
  promises.latency_ms_worst
from hours
left join promises
  on promises.exchange = hours.exchange and promises.symbol = hours.symbol and promises.horizon_minutes = hours.horizon_minutes
  and promises.model = hours.model and promises.version = hours.version and promises.hour = hours.hour
window day_before as (
  partition by hours.exchange, hours.symbol, hours.horizon_minutes, hours.model, hours.version
  order by hours.hour range between interval '23 hours' preceding and current row
)
