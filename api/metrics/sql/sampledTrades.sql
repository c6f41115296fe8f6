select trades.exchange, extract(epoch from trades.ts)::double precision as traded, extract(epoch from trades.received_at)::double precision as received
from unnest($1::varchar[], $2::varchar[], $3::bigint[]) as sampled (exchange, symbol, trade_id)
join trades on trades.exchange = sampled.exchange and trades.symbol = sampled.symbol and trades.trade_id = sampled.trade_id
