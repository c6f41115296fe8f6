-- How far what each version is asked lately is from what it was trained on: one row per model, version and feature.
-- grain: model, version, feature
-- why: over the 24 hours up to the newest hour counted. The population stability index is the sum over bins of
--   (actual - expected) x ln(actual / expected) (Siddiqi 2006, Credit Risk Scorecards; by custom 0.1 is worth a look and
--   0.25 is a shift); half an observation is added to every bin, so that an empty one costs much and not infinitely
--   much. Features of markets go up and down by the day without any harm: where more than 0.1 is usual for a day of the
--   training, the adjusted index takes that for 0.1. The distance is that of Kolmogorov and Smirnov, seen at the edges of bins only.
create view drift as
with newest as (
  select model, version, max(hour) as newest_hour
  from drift_counts
  group by model, version
), lately as (
  select drift_counts.model, drift_counts.version, drift_counts.feature, drift_counts.bin, newest.newest_hour, sum(drift_counts.observations) as observations
  from drift_counts
  join newest on newest.model = drift_counts.model and newest.version = drift_counts.version
  where drift_counts.hour > newest.newest_hour - interval '24 hours'
  group by drift_counts.model, drift_counts.version, drift_counts.feature, drift_counts.bin, newest.newest_hour
), lately_all as (
  select model, version, feature, newest_hour, sum(observations)::double precision as observations
  from lately
  group by model, version, feature, newest_hour
), reference_all as (
  select model, version, feature, sum(observations)::double precision as observations, count(*) as bins
  from drift_references
  group by model, version, feature
), compared as (
  select expected.model, expected.version, expected.feature, expected.bin, expected.usual_psi, lately_all.newest_hour, lately_all.observations,
    expected.observations / nullif(reference_all.observations, 0) as expected_share,
    coalesce(lately.observations, 0)::double precision / lately_all.observations as actual_share,
    (expected.observations + 0.5::double precision) / (reference_all.observations + reference_all.bins * 0.5::double precision) as expected_smooth,
    (coalesce(lately.observations, 0)::double precision + 0.5::double precision) / (lately_all.observations + reference_all.bins * 0.5::double precision) as actual_smooth
  from drift_references as expected
  join reference_all on reference_all.model = expected.model and reference_all.version = expected.version and reference_all.feature = expected.feature
  join lately_all on lately_all.model = expected.model and lately_all.version = expected.version and lately_all.feature = expected.feature
  left join lately on lately.model = expected.model and lately.version = expected.version and lately.feature = expected.feature and lately.bin = expected.bin
), cumulated as (
  select model, version, feature, usual_psi, newest_hour, observations,
    (actual_smooth - expected_smooth) * ln(actual_smooth / expected_smooth) as psi_term,
    sum(actual_share - expected_share) over (partition by model, version, feature order by bin rows between 100 preceding and current row) as gap
  from compared
)
select
  model, -- name of the model
  version, -- version of the model
  feature, -- name of the input, or predicted_return
  newest_hour + interval '1 hour' as checked_through, -- end of the newest hour that is looked at
  observations::bigint as observations, -- values that are looked at
  sum(psi_term) as psi, -- population stability index of the last 24 hours against the training
  usual_psi, -- what a day of the training hardly exceeded, null when too few days were known
  sum(psi_term) / greatest(1, coalesce(usual_psi, 0) / 0.1::double precision) as adjusted_psi, -- the index by what is usual: above 0.1 hardly a day of the training was so far off
  max(abs(gap)) as ks -- largest distance of the distribution functions at the edges of bins, from 0 to 1
from cumulated
group by model, version, feature, newest_hour, observations, usual_psi;
