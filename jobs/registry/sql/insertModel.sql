insert into models (name, version, algorithm, horizon_minutes, parameters, metrics, feature_names, dataset_hash, sql_hash,
  artifact, artifact_hash, trained_from, trained_to, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
