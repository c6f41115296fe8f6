-- What is to be sent now. An end is not told before its beginning.
select due.rule, due.subject, due.episode, due.event, due.destination, due.message, due.attempts
from alert_deliveries as due
left join alert_deliveries as beginning on beginning.rule = due.rule and beginning.subject = due.subject and beginning.episode = due.episode
  and beginning.destination = due.destination and beginning.event = 'firing' and beginning.state = 'pending'
where due.state = 'pending' and due.next_attempt_at <= $1 and due.destination = $2
  and not (due.event = 'resolved' and beginning.event is not null)
order by due.created_at, due.rule, due.subject, due.event
