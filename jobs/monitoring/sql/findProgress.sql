-- How far each version is scored and counted: it began at `began`, hours up to `through` are over. A market that is more than an
-- hour behind the others is not waited for.
with front as (
  select model, version, max(scored_through) as scored_through
  from scoring_progress
  group by model, version
), scored as (
  select scoring_progress.model, scoring_progress.version, min(scoring_progress.starts_after) as began,
    min(scoring_progress.scored_through) filter (where scoring_progress.scored_through >= front.scored_through - interval '1 hour') as scored_through
  from scoring_progress
  join front on front.model = scoring_progress.model and front.version = scoring_progress.version
  group by scoring_progress.model, scoring_progress.version
), referred_once as (
  select model, version, feature
  from drift_references
  group by model, version, feature
), referred as (
  select model, version, array_agg(feature) as features
  from referred_once
  group by model, version
), counted as (
  select model, version, max(hour) as hour
  from drift_counts
  group by model, version
)
select models.name, models.version, models.alias, models.horizon_minutes, scored.began, scored.scored_through,
  referred.features as referred, counted.hour as counted
from models
join scored on scored.model = models.name and scored.version = models.version
left join referred on referred.model = models.name and referred.version = models.version
left join counted on counted.model = models.name and counted.version = models.version
where models.alias is not null and models.algorithm <> 'persistence'
order by models.name, models.version
