-- What is to be sent now. An end is not told before its beginning.
select rule, subject, episode, event, destination, message, attempts
from alert_deliveries
where state = 'pending' and next_attempt_at <= $1 and destination = $2
  and not (event = 'resolved' and exists (
    select 1
    from alert_deliveries as before
    where before.rule = alert_deliveries.rule and before.subject = alert_deliveries.subject and before.episode = alert_deliveries.episode
      and before.event = 'firing' and before.destination = alert_deliveries.destination and before.state = 'pending'
  ))
order by created_at, rule, subject, event
