-- How often what was given a probability came true: one row per model, version, horizon, event and tenth.
-- grain: model, version, horizon_minutes, event, tenth
-- why: the reliability diagram in rows, over all markets and all time of a version. When the share that came true is below
--   the probability, intervals are too narrow, or the model is too sure of a rise.
create view calibration as
select
  model, -- name of the model
  version, -- version of the model
  horizon_minutes, -- how many minutes ahead the predictions looked
  event, -- what was given a probability: rise, or within interval
  tenth, -- which tenth the probability falls in, 7 for 0.7 to below 0.8; 9 has 1 too
  sum(predictions)::bigint as predictions, -- predictions that gave such a probability and whose horizon is over
  sum(came_true)::bigint as came_true, -- how often it came true
  sum(probability_sum) / nullif(sum(predictions), 0)::double precision as probability, -- mean probability given
  (sum(came_true)::numeric / nullif(sum(predictions), 0))::double precision as share, -- share that came true
  (sum(came_true)::double precision - sum(probability_sum)) / nullif(sum(predictions), 0)::double precision as gap -- share less probability, below 0 when the model is too sure
from calibration_1h
group by model, version, horizon_minutes, event, tenth;
