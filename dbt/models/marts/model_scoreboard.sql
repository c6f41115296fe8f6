-- Every version of every model beside what its predictions were worth, in service or not.
with outcomes as (
  select
    model,
    version,
    count(*) as predictions,
    count(distinct exchange || ' ' || symbol) as markets,
    min(window_start) as first_predicted,
    max(window_start) as last_predicted,
    (1 - sum(absolute_error) / nullif(sum(persistence_absolute_error), 0))::double precision as skill,
    avg(direction_hit::double precision) as directional_accuracy,
    avg(interval_hit::double precision) as interval_coverage
  from {{ ref('stg_prediction_outcomes') }}
  group by model, version
)
select
  models.name as model,
  models.version,
  models.alias,
  models.algorithm,
  models.horizon_minutes,
  models.created_at,
  coalesce(outcomes.predictions, 0) as predictions,
  coalesce(outcomes.markets, 0) as markets,
  outcomes.first_predicted,
  outcomes.last_predicted,
  outcomes.skill,
  outcomes.directional_accuracy,
  outcomes.interval_coverage
from {{ source('tickwave', 'models') }} as models
left join outcomes on outcomes.model = models.name and outcomes.version = models.version
