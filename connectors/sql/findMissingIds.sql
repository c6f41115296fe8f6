-- Ranges of ids that are not stored, each with the times of the stored trades around it. Reads one stretch of the key's index.
with stored as (
  select
    trade_id,
    ts,
    lag(trade_id) over (partition by exchange, symbol order by trade_id) as id_before,
    lag(ts) over (partition by exchange, symbol order by trade_id) as ts_before
  from trades
  where exchange = $1 and symbol = $2 and trade_id >= $3::bigint and trade_id <= $4::bigint
),
last_stored as (
  select 1 as place, trade_id, ts
  from stored
  order by trade_id desc
  limit 1
),
-- One row, stored or not.
last_known as (
  select coalesce(last_stored.trade_id + 1, $3::bigint) as next_id, last_stored.ts
  from (select 1 as place) as always
  left join last_stored on last_stored.place = always.place
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
    next_id as from_id,
    $4::bigint as to_id,
    ts as from_ts,
    null::timestamptz as to_ts
  from last_known
  where next_id <= $4::bigint
)
select
  from_id::varchar as from_id,
  to_id::varchar as to_id,
  (extract(epoch from from_ts) * 1000000)::bigint::varchar as from_micros,
  (extract(epoch from to_ts) * 1000000)::bigint::varchar as to_micros
from ranges
order by ranges.from_id
