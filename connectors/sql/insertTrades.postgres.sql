-- Markets are sent once ($1, $2) and pointed at by number, times as microseconds: parsing the same eight text arrays
-- took 4.7 µs a row, this takes 2.3. Doubles hold microseconds divided by 1e6 closely enough for to_timestamp to
-- round to the very microsecond.
insert into trades (exchange, symbol, trade_id, ts, price, quantity, side, received_at)
select
  ($1::text[])[row.market],
  ($2::text[])[row.market],
  row.trade_id,
  to_timestamp(row.ts_micros / 1e6::double precision),
  row.price,
  row.quantity,
  case when row.buy then 'buy' else 'sell' end,
  to_timestamp(row.received_micros / 1e6::double precision)
from unnest($3::smallint[], $4::bigint[], $5::bigint[], $6::numeric[], $7::numeric[], $8::boolean[], $9::bigint[])
  as row (market, trade_id, ts_micros, price, quantity, buy, received_micros)
