insert into heartbeats (exchange, symbol, minute)
select
  row.exchange,
  row.symbol,
  row.minute
from unnest($1::text[], $2::text[], $3::timestamptz[]) as row (exchange, symbol, minute)
on conflict (exchange, symbol, minute) do nothing
