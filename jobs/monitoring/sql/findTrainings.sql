-- What was decided of a name ($1) last: its number, up to when it was judged, when a training was decided on.
select max(decision) as decided, max(judged_through) as judged, max(judged_through) filter (where action = 'retrain') as retrained
from retraining_decisions
where name = $1::varchar
