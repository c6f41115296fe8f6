-- Every check for drift: one row per model, version, feature and hour up to which it was checked.
-- grain: model, version, feature, checked_through
-- time: checked_through
-- why: the state has hysteresis, so it is a matter of the checks before and has to be kept. It goes up a step after some checks
--   in a row above a threshold, and down after as many below a lower one. Written once, deleted after some months.
create table drift_checks (
  model varchar, -- name of the model in models
  version int, -- version of the model in models
  feature varchar, -- name of the input, or predicted_return
  checked_through timestamptz, -- end of the newest hour that was looked at
  observations bigint, -- values that were looked at
  psi double precision, -- population stability index, as drift had it then
  adjusted_psi double precision, -- the same, measured by what is usual for the feature
  ks double precision, -- largest distance of the distribution functions at the edges of bins
  state varchar, -- ok, warning or drifted
  streak int, -- checks in a row that speak for the next state; above 0 for a worse one, below 0 for a better one
  checked_at timestamptz, -- when this row was written
  primary key (model, version, feature, checked_through)
) on conflict do nothing;
