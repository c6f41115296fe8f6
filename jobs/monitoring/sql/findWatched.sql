-- What of a version ($1, $2) is watched for drift, as it was held at its newest check, at $3 or earlier by less than a day.
select feature, state, adjusted_psi
from drift_states
where model = $1::varchar and version = $2::int and checked_through > $3::timestamptz - interval '24 hours'
order by feature
