update alert_deliveries
set state = $6::varchar, attempts = attempts + 1, answer = $7, last_attempt_at = $8::timestamptz, next_attempt_at = $9::timestamptz,
  sent_at = case when $6::varchar = 'sent' then $8::timestamptz end
where rule = $1 and subject = $2 and episode = $3 and event = $4 and destination = $5
