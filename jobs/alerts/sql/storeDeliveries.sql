-- The messages and the fact that they were written down, in one statement: both or neither.
with written as (
  insert into alert_deliveries (rule, subject, episode, event, destination, message, state, attempts, answer, created_at, next_attempt_at)
  select row ->> 'rule', row ->> 'subject', (row ->> 'episode')::int, row ->> 'event', row ->> 'destination', row ->> 'message', 'pending', 0, '',
    $3::timestamptz, $3::timestamptz
  from jsonb_array_elements($1::jsonb) as given (row)
  -- The end is told to those who were told of the beginning.
  where row ->> 'event' = 'firing' or exists (
    select 1
    from alert_deliveries as told
    where told.rule = row ->> 'rule' and told.subject = row ->> 'subject' and told.episode = (row ->> 'episode')::int
      and told.event = 'firing' and told.destination = row ->> 'destination' and told.state <> 'failed'
  )
  on conflict do nothing
)
update alerts
set told = row ->> 'told'
from jsonb_array_elements($2::jsonb) as given (row)
where alerts.rule = row ->> 'rule' and alerts.subject = row ->> 'subject' and alerts.episode = (row ->> 'episode')::int
