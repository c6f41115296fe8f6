-- The stored trades with the lowest and the highest id, from the two ends of the key's index.
select 'first' as place, lowest.trade_id::varchar as trade_id, (extract(epoch from lowest.ts) * 1000000)::bigint::varchar as micros
from (
  select trade_id, ts
  from trades
  where exchange = $1 and symbol = $2 and trade_id < $3::bigint
  order by trade_id
  limit 1
) as lowest
union all
select 'last' as place, highest.trade_id::varchar as trade_id, (extract(epoch from highest.ts) * 1000000)::bigint::varchar as micros
from (
  select trade_id, ts
  from trades
  where exchange = $1 and symbol = $2 and trade_id < $3::bigint
  order by trade_id desc
  limit 1
) as highest
