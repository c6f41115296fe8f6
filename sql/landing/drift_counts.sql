-- How the inputs of each version are spread in service: one row per model, version, feature, hour and bin.
-- grain: model, version, feature, hour, bin
-- time: hour
-- why: counts add up, so any span of hours is compared with the training without reading features again. Only what the
--   version was asked is counted, in all its markets together. Written once by the monitoring job when the hour is over
--   and scored, and deleted after some days.
create table drift_counts (
  model varchar, -- name of the model in models
  version int, -- version of the model in models
  feature varchar, -- name of the input, or predicted_return
  hour timestamptz, -- start of the hour of the minutes predicted from
  bin int, -- bin of drift_references
  observations bigint, -- how many values fell into the bin
  primary key (model, version, feature, hour, bin)
) on conflict do nothing;
