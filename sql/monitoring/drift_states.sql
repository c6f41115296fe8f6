-- What is held to have drifted: one row per model, version and feature with its newest check.
-- grain: model, version, feature
-- why: drift says how far off things are now, this says for how long they have been.
create view drift_states as
select distinct on (model, version, feature)
  model, -- name of the model
  version, -- version of the model
  feature, -- name of the input, or predicted_return
  state, -- ok, warning or drifted
  streak, -- checks in a row that speak for the next state; above 0 for a worse one, below 0 for a better one
  psi, -- population stability index at the newest check
  adjusted_psi, -- the same, measured by what is usual for the feature
  ks, -- largest distance of the distribution functions at the edges of bins
  observations, -- values that were looked at
  checked_through -- end of the newest hour that was looked at
from drift_checks
order by model, version, feature, checked_through desc;
