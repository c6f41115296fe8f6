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
)
select models.name, models.version, models.alias, models.horizon_minutes, scored.began, scored.scored_through,
  coalesce(referred.features, '{}') as referred, (select max(hour) from drift_counts where drift_counts.model = models.name and drift_counts.version = models.version) as counted
from models
join scored on scored.model = models.name and scored.version = models.version
left join lateral (
  select array_agg(distinct feature::text) as features from drift_references where drift_references.model = models.name and drift_references.version = models.version
) as referred on true
where models.alias is not null and models.algorithm <> 'persistence'
order by models.name, models.version
