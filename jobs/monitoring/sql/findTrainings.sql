-- What was decided and trained of a name ($1) last: its number, up to when it was judged, when a training was decided on, which data was trained on.
select max(decision) as decided, max(judged_through) as judged, max(judged_through) filter (where action = 'retrain') as retrained,
  (select max(trained_to) from models where name = $1::varchar and algorithm <> 'persistence') as trained
from retraining_decisions
where name = $1::varchar
