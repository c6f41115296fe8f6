-- The registry of trained models: one row per model name and version.
-- grain: name, version
-- time: created_at
-- why: says of every prediction what it was made with: which data, which SQL, which artifact. A row is never deleted and
--   a version never given twice. Only the alias, its time, whether features have changed since and, once its files
--   are pruned, the artifact change after a model is registered. Structured values are JSON in text, which both engines store
--   alike.
create table models (
  name varchar, -- name of the model
  version int, -- counts up from 1 for each name
  alias varchar, -- champion, challenger, or null when out of service
  algorithm varchar, -- how it was trained, as persistence, ridge or xgboost
  horizon_minutes int, -- how many minutes ahead it looks
  parameters varchar, -- training parameters, as JSON
  metrics varchar, -- evaluation on data that it did not see, as JSON
  feature_names varchar, -- names of its inputs in their order, as a JSON array
  dataset_hash varchar, -- hash of the rows that it was trained on
  sql_hash varchar, -- hash of the SQL that made those rows
  artifact varchar, -- where the trained model is stored, null once it was pruned
  artifact_hash varchar, -- hash of the list of its files, which has the hash of each
  trained_from timestamptz, -- first minute of its training data
  trained_to timestamptz, -- last minute of its training data
  created_at timestamptz, -- when it was registered
  alias_changed_at timestamptz, -- when its alias was last changed
  feature_fingerprints varchar, -- what its inputs meant when it was trained, a hash by name as JSON; null when that is not known
  changed_features varchar, -- inputs that mean something else now, as a JSON array: it does not predict; null when it may
  primary key (name, version)
);
