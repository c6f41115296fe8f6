-- Ranges of ids that are not stored, each with the times of the stored trades around it. Reads one stretch of the key's index.
with stored as (
  select
    trade_id,
    ts,
    lag(trade_id) over (partition by exchange, symbol order by trade_id) as id_before,
    lag(ts) over (partition by exchange, symbol order by trade_id) as ts_before
  from trades
  where exchange = $1 and symbol = $2 and trade_id between $3::bigint and $4::bigint
),
last_stored as (
  select trade_id, ts
  from stored
  order by trade_id desc
  limit 1
),
ranges as (
  select
    coalesce(id_before + 1, $3::bigint) as from_id,
    trade_id - 1 as to_id,
    ts_before as from_ts,
    ts as to_ts
  from stored
  where trade_id > coalesce(id_before + 1, $3::bigint)
  union all
  select
    coalesce((select trade_id + 1 from last_stored), $3::bigint) as from_id,
    $4::bigint as to_id,
    (select ts from last_stored) as from_ts,
    null as to_ts
  where coalesce((select trade_id + 1 from last_stored), $3::bigint) <= $4::bigint
)
select
  from_id::varchar as from_id,
  to_id::varchar as to_id,
  (extract(epoch from from_ts) * 1000000)::bigint::varchar as from_micros,
  (extract(epoch from to_ts) * 1000000)::bigint::varchar as to_micros
from ranges
order by ranges.from_id
