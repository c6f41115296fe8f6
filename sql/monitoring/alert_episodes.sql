-- Alerts that fired: one row per rule, subject and episode.
-- grain: rule, subject, episode
-- time: since
-- why: what clients of the streams are told, as it changes. One that is not yet firing may never be, so it is left out.
create materialized view alert_episodes as
select
  rule, -- name of the rule
  subject, -- what it is about, as exchange=kraken symbol=BTC/USD; empty when there is only one
  episode, -- counts up from 1 for each rule and subject
  severity, -- info, warning or critical
  state, -- firing or resolved
  value, -- the value at the newest evaluation that had one
  threshold, -- what the value is held against
  labels, -- columns of the row that it is about, as a JSON object
  since, -- evaluation that first found the value beyond the threshold
  fired_at, -- when it had lasted long enough
  resolved_at -- when it had been good for long enough, null while it fires
from alerts
where state <> 'pending';
