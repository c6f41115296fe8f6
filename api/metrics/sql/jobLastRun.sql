-- How the newest run of each kind stands: 1 for its state, 0 for the others.
select newest.kind, states.state, case when newest.state = states.state then 1 else 0 end as value
from (select distinct on (kind) kind, state from job_runs order by kind, run desc) as newest
cross join (values ('running'), ('done'), ('failed'), ('cancelled'), ('lost')) as states (state)
