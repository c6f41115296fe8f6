-- When these trades (an array of exchange, symbol and trade_id in $1) were made, and when they were received.
select trades.exchange, extract(epoch from trades.ts)::double precision as traded, extract(epoch from trades.received_at)::double precision as received
from (
  select given.x ->> 'exchange' as exchange, given.x ->> 'symbol' as symbol, (given.x ->> 'trade_id')::bigint as trade_id
  from (select jsonb_array_elements($1::jsonb) as x) as given
) as sampled
join trades on trades.exchange = sampled.exchange and trades.symbol = sampled.symbol and trades.trade_id = sampled.trade_id
