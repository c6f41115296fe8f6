-- What drift says of a version ($1, $2) now, beside its last check.
select drift.feature, drift.checked_through, drift.observations::int as observations, drift.psi, drift.usual_psi, drift.adjusted_psi, drift.ks,
  drift_states.state, drift_states.streak, drift_states.checked_through as last_checked
from drift
left join drift_states on drift_states.model = drift.model and drift_states.version = drift.version and drift_states.feature = drift.feature
where drift.model = $1::varchar and drift.version = $2::int
order by drift.feature
