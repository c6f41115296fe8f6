-- An episode that is new gets the next number of its rule and subject.
insert into alerts (rule, subject, episode, severity, state, value, threshold, labels, since, fired_at, clear_since, resolved_at, evaluated_at, told)
select row ->> 'rule', row ->> 'subject',
  coalesce((row ->> 'episode')::int, (
    select coalesce(max(known.episode), 0) + 1
    from alerts as known
    where known.rule = row ->> 'rule' and known.subject = row ->> 'subject'
  )),
  row ->> 'severity', row ->> 'state', (row ->> 'value')::double precision, (row ->> 'threshold')::double precision, row ->> 'labels',
  (row ->> 'since')::timestamptz, (row ->> 'firedAt')::timestamptz, (row ->> 'clearSince')::timestamptz, (row ->> 'resolvedAt')::timestamptz,
  $2::timestamptz, row ->> 'told'
from jsonb_array_elements($1::jsonb) as given (row)
on conflict (rule, subject, episode) do update
set severity = excluded.severity, state = excluded.state, value = excluded.value, threshold = excluded.threshold, fired_at = excluded.fired_at,
  clear_since = excluded.clear_since, resolved_at = excluded.resolved_at, evaluated_at = excluded.evaluated_at, told = excluded.told
