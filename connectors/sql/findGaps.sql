-- Open holes, and the newest of the permanent ones.
with open_gaps as (
  select *
  from trade_gaps
  where exchange = $1 and symbol = $2 and status = 'detected'
),
newest_permanent as (
  select *
  from trade_gaps
  where exchange = $1 and symbol = $2 and status = 'permanent'
  order by from_id desc
  limit $3
)
select
  from_id::text,
  to_id::text,
  (extract(epoch from from_ts) * 1000000)::bigint::text as from_micros,
  (extract(epoch from to_ts) * 1000000)::bigint::text as to_micros,
  missing::text,
  repaired::text,
  status,
  cause,
  (extract(epoch from detected_at) * 1000000)::bigint::text as detected_micros,
  (extract(epoch from closed_at) * 1000000)::bigint::text as closed_micros
from (
  select * from open_gaps
  union all
  select * from newest_permanent
) as found
order by found.from_id
