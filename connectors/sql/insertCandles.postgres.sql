insert into candles_imported (
  exchange, symbol, window_start, open, high, low, close, volume, notional, trades, taker_buy_volume
)
select
  row.exchange,
  row.symbol,
  row.window_start,
  row.open,
  row.high,
  row.low,
  row.close,
  row.volume,
  row.notional,
  row.trades,
  row.taker_buy_volume
from unnest(
  $1::text[], $2::text[], $3::timestamptz[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[], $8::numeric[],
  $9::numeric[], $10::bigint[], $11::numeric[]
) as row (exchange, symbol, window_start, open, high, low, close, volume, notional, trades, taker_buy_volume)
on conflict (exchange, symbol, window_start) do nothing
