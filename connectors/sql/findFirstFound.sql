-- Where the holes with these first ids ($1) began, and when they were first found.
select
  exchange,
  symbol,
  from_id::varchar as from_id,
  (extract(epoch from from_ts) * 1000000)::bigint::varchar as from_micros,
  (extract(epoch from detected_at) * 1000000)::bigint::varchar as detected_micros
from trade_gaps
where from_id = any($1::bigint[])
