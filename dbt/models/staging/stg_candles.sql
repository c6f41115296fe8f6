-- Candles of every timeframe with what analysts ask of each: return, range, and how much of the window is known.
select
  exchange,
  symbol,
  timeframe,
  window_start,
  open,
  high,
  low,
  close,
  volume,
  notional,
  vwap,
  trades,
  taker_buy_volume,
  known_minutes,
  case timeframe when '1m' then 1 when '5m' then 5 when '15m' then 15 when '1h' then 60 when '1d' then 1440 end as minutes_long
from {{ source('tickwave', 'candles') }}
