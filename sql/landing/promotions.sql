-- Every decision about which model serves: one row per model name and decision.
-- grain: name, decision
-- time: decided_at
-- why: says why a model predicts, or was refused, with the figures it was judged by. Written once. The current alias
--   of each version is in models; this is how it came about.
create table promotions (
  name varchar, -- name of the model
  decision int, -- counts up from 1 for each name
  version int, -- version that was decided about
  action varchar, -- challenge, promote, refuse, rollback or retire
  alias varchar, -- alias of the version from then on: champion, challenger or null
  previous_version int, -- version that lost that alias to it, null when none had it
  reasons varchar, -- why, sentences as a JSON array
  evidence varchar, -- figures that it was decided by, as JSON
  decided_at timestamptz, -- when it was decided
  primary key (name, decision)
);
