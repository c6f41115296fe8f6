-- How many features of each model in service are in each state.
with counted as (
  select drift_states.model, drift_states.version,
    count(*) filter (where drift_states.state = 'ok') as ok,
    count(*) filter (where drift_states.state = 'warning') as warning,
    count(*) filter (where drift_states.state = 'drifted') as drifted
  from drift_states
  join models on models.name = drift_states.model and models.version = drift_states.version
  where models.alias is not null
  group by drift_states.model, drift_states.version
)
select model, version, 'ok' as state, ok as value from counted
union all
select model, version, 'warning' as state, warning as value from counted
union all
select model, version, 'drifted' as state, drifted as value from counted
