-- Every message about an alert to a destination: one row per rule, subject, episode, event and destination.
-- grain: rule, subject, episode, event, destination
-- time: created_at
-- why: a message is written down before it is sent, so that one whose destination is away is sent later, and it can be looked up what
--   came. Sent at least once: a process that dies between the answer and this row sends again, with the same id.
create table alert_deliveries (
  rule varchar, -- name of the rule in the file of alerts
  subject varchar, -- what the alert is about
  episode int, -- episode of the alert
  event varchar, -- firing or resolved
  destination varchar, -- name of the destination in the file of alerts
  message varchar, -- what is said, as JSON
  state varchar, -- pending, sent, or failed when it is not tried any more
  attempts int, -- how often it was tried
  answer varchar, -- what came of the last try
  created_at timestamptz, -- when it was written down
  next_attempt_at timestamptz, -- when it is tried next, null when it is not
  last_attempt_at timestamptz, -- when it was last tried, null before
  sent_at timestamptz, -- when the destination took it, null before
  primary key (rule, subject, episode, event, destination)
);
