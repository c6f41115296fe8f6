-- Every decision about training a model before its time: one row per model name and decision.
-- grain: name, decision
-- time: decided_at
-- why: says why a model is trained again, or why it is not although there was reason to. When there was no reason nothing is
--   written. Written once, at most once per stretch of time that is judged.
create table retraining_decisions (
  name varchar, -- name of the model
  decision int, -- counts up from 1 for each name
  version int, -- version that gave the reason, the champion of then
  action varchar, -- retrain, or wait while the last training is too recent
  reasons varchar, -- why, sentences as a JSON array
  evidence varchar, -- figures that it was decided by, as JSON
  judged_through timestamptz, -- event time up to which the version was judged
  decided_at timestamptz, -- when it was decided
  primary key (name, decision)
);
