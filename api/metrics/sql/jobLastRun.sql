-- How the newest run of each kind stands: 1 for its state, 0 for the others.
with newest as (
  select distinct on (kind) kind, state from job_runs order by kind, run desc
)
select kind, 'running' as state, case when state = 'running' then 1 else 0 end as value from newest
union all
select kind, 'done' as state, case when state = 'done' then 1 else 0 end as value from newest
union all
select kind, 'failed' as state, case when state = 'failed' then 1 else 0 end as value from newest
union all
select kind, 'cancelled' as state, case when state = 'cancelled' then 1 else 0 end as value from newest
union all
select kind, 'lost' as state, case when state = 'lost' then 1 else 0 end as value from newest
