select drift_states.model, drift_states.version, states.state, count(*) filter (where drift_states.state = states.state) as value
from drift_states
join models on models.name = drift_states.model and models.version = drift_states.version
cross join (values ('ok'), ('warning'), ('drifted')) as states (state)
where models.alias is not null
group by drift_states.model, drift_states.version, states.state
