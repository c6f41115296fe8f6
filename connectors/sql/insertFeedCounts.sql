insert into feed_counts (exchange, symbol, counted_at, received, repeated)
select row ->> 'exchange', row ->> 'symbol', $2::timestamptz, (row ->> 'received')::bigint, (row ->> 'repeated')::bigint
from jsonb_array_elements($1::jsonb) as row
on conflict do nothing
