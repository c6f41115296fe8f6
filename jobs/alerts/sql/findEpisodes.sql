-- Number of the last episode of each subject of these rules ($1).
select rule, subject, max(episode) as episode
from alerts
where rule = any($1::varchar[])
group by rule, subject
