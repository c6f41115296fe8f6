-- The first check of an hour stays.
insert into drift_checks (model, version, feature, checked_through, observations, psi, adjusted_psi, ks, state, streak, checked_at)
select $2::varchar, $3::int, row ->> 'feature', (row ->> 'checkedThrough')::timestamptz, (row ->> 'observations')::bigint,
  (row ->> 'psi')::double precision, (row ->> 'adjustedPsi')::double precision, (row ->> 'ks')::double precision, row ->> 'state', (row ->> 'streak')::int, $4::timestamptz
from jsonb_array_elements($1::jsonb) as given (row)
on conflict do nothing
