-- What was written down so far about these rules ($1).
select rule, subject, episode, event, destination, state
from alert_deliveries
where rule = any($1::varchar[])
