-- The first row of a bin stays, so two who store the same reference do no harm.
insert into drift_references (model, version, feature, bin, lower_edge, upper_edge, observations, usual_psi, reference_from, reference_to, stored_at)
select $2::varchar, $3::int, row ->> 'feature', (row ->> 'bin')::int, (row ->> 'lowerEdge')::double precision, (row ->> 'upperEdge')::double precision,
  (row ->> 'observations')::bigint, (row ->> 'usualPsi')::double precision, $4::timestamptz, $5::timestamptz, $6::timestamptz
from jsonb_array_elements($1::jsonb) as given (row)
on conflict do nothing
