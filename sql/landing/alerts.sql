-- Every alert that was or is about to be: one row per rule, subject and episode.
-- grain: rule, subject, episode
-- time: since
-- why: a rule is judged by its state before, so that a value that wavers does not ring twice. An episode begins when the value
--   passes the threshold and is deleted when it comes back before it has fired. What has fired stays as history.
create table alerts (
  rule varchar, -- name of the rule in the file of alerts
  subject varchar, -- what it is about, as exchange=kraken symbol=BTC/USD; empty when there is only one
  episode int, -- counts up from 1 for each rule and subject
  severity varchar, -- info, warning or critical, as the rule had it then
  state varchar, -- pending while it has not lasted long enough, firing, or resolved
  value double precision, -- the value at the newest evaluation that had one
  threshold double precision, -- what the value is held against
  labels varchar, -- columns of the row that it is about, as a JSON object
  since timestamptz, -- evaluation that first found the value beyond the threshold
  fired_at timestamptz, -- when it had lasted long enough, null while it is pending
  clear_since timestamptz, -- evaluation since which the value is good again, null while it is not
  resolved_at timestamptz, -- when it had been good for long enough, null before
  evaluated_at timestamptz, -- when it was last looked at
  told varchar, -- what destinations were told: nothing, firing, resolved, or never when it ended in quiet hours
  primary key (rule, subject, episode)
);
