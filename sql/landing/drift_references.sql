-- How the inputs of each version were spread in its training: one row per model, version, feature and bin.
-- grain: model, version, feature, bin
-- time: stored_at
-- why: what a model meets in service is held against what it was trained on. Bins are tenths of the training rows; a
--   value that fills several of them, as 0 where news is rare, has a bin of its own. Bin 0 is for what is missing. Stored when
--   a version comes into service, and never rewritten, so all of its life is measured with one measure. What it predicts
--   itself, as predicted_return, is held against its first day in service: before that it had predicted nothing unseen.
create table drift_references (
  model varchar, -- name of the model in models
  version int, -- version of the model in models
  feature varchar, -- name of the input, or predicted_return
  bin int, -- 0 for missing values, then from 1 on from the lowest to the highest
  lower_edge double precision, -- least value of the bin, null where it has no lower end
  upper_edge double precision, -- values of the bin are below this, null where it has no upper end
  observations bigint, -- training rows in the bin, of those that were sampled
  usual_psi double precision, -- population stability index that one day in 44 of the training has against the other days; null with fewer than three days
  reference_from timestamptz, -- first minute that was looked at
  reference_to timestamptz, -- last minute that was looked at
  stored_at timestamptz, -- when this row was written
  primary key (model, version, feature, bin)
) on conflict do nothing;
