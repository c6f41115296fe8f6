-- Versions of one name ($1) or of all, the newest first. The table is small: versions number in the hundreds.
select name, version, alias, algorithm, horizon_minutes, parameters, metrics, feature_names, dataset_hash, sql_hash,
  artifact, artifact_hash, trained_from, trained_to, created_at, alias_changed_at,
  feature_fingerprints, changed_features
from models
where ($1::varchar is null or name = $1) and (not $2::boolean or alias is not null)
order by name, version desc
