-- Holes of a market ($1, $2) in one state ($3), the newest first.
select
  from_id::varchar as from_id,
  to_id::varchar as to_id,
  (extract(epoch from from_ts) * 1000000)::bigint::varchar as from_micros,
  (extract(epoch from to_ts) * 1000000)::bigint::varchar as to_micros,
  missing::varchar as missing,
  repaired::varchar as repaired,
  status,
  cause,
  (extract(epoch from detected_at) * 1000000)::bigint::varchar as detected_micros,
  (extract(epoch from closed_at) * 1000000)::bigint::varchar as closed_micros
from trade_gaps
where exchange = $1 and symbol = $2 and status = $3
order by trade_gaps.from_id desc
