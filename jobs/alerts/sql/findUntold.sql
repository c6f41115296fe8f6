-- What destinations have to be told: of what fires that nobody knows of, and of the end of what they know of.
select rule, subject, episode, severity, state, value, threshold, labels, since, fired_at, clear_since, resolved_at, told
from alerts
where (state = 'firing' and told = 'nothing') or (state = 'resolved' and (told = 'nothing' or told = 'firing'))
order by fired_at, rule, subject
