-- Episodes that have not ended, or of whose end nobody was told yet.
select rule, subject, episode, severity, state, value, threshold, labels, since, fired_at, clear_since, resolved_at, told
from alerts
where state <> 'resolved' or told = 'firing'
order by rule, subject, episode
