-- Alerts that are firing: one row per rule and subject.
-- grain: rule, subject
-- why: what somebody has to look at now, with whether the messages about it arrived.
create view open_alerts as
with messages as (
  select rule, subject, episode,
    count(*) filter (where state = 'sent') as sent,
    count(*) filter (where state = 'pending') as pending,
    count(*) filter (where state = 'failed') as failed
  from alert_deliveries
  where event = 'firing'
  group by rule, subject, episode
)
select
  alerts.rule, -- name of the rule
  alerts.subject, -- what it is about
  alerts.severity, -- info, warning or critical
  alerts.value, -- the newest value
  alerts.threshold, -- what the value is held against
  alerts.since, -- when it began
  alerts.fired_at, -- when it had lasted long enough
  coalesce(messages.sent, 0) as messages_sent, -- destinations that took the message
  coalesce(messages.pending, 0) as messages_pending, -- destinations that are tried again
  coalesce(messages.failed, 0) as messages_failed -- destinations that were given up
from alerts
left join messages on messages.rule = alerts.rule and messages.subject = alerts.subject and messages.episode = alerts.episode
where alerts.state = 'firing';
