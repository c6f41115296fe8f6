-- Fifteen-minute candles: one row per exchange, symbol and fifteen minutes with a known minute.
-- grain: exchange, symbol, window_start
-- time: window_start
-- freshness: 1 s
-- why: built on the five-minute candles, so that a change costs three rows and not fifteen.
create materialized view candles_15m as
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  date_bin(interval '15 minutes', window_start, '2000-01-01 00:00:00+00'::timestamptz) as window_start, -- start of the fifteen minutes
  first_value(open order by window_start) as open, -- first price
  max(high) as high, -- highest price
  min(low) as low, -- lowest price
  last_value(close order by window_start) as close, -- last price
  sum(volume) as volume, -- traded amount in base currency
  case when count(notional) = count(*) then sum(notional) end as notional, -- traded amount in quote currency, null when a part is unknown
  case when count(notional) = count(*) then round(sum(notional) * 1.0000000000000000 / nullif(sum(volume), 0), 10) end as vwap, -- average price weighted by volume, null without volume
  case when count(trades) = count(*) then sum(trades)::bigint end as trades, -- number of trades, null when a part is unknown
  case when count(taker_buy_volume) = count(*) then sum(taker_buy_volume) end as taker_buy_volume, -- part of the volume in which the buyer took liquidity, null when a part is unknown
  sum(known_minutes)::bigint as known_minutes, -- minutes known in the window, 15 when it is whole
  max(last_trade_at) as last_trade_at, -- time of the last trade in the window, null when there is none
  max(last_event_at) as last_event_at -- latest trade or heartbeat time in the window
from candles_5m
group by exchange, symbol, date_bin(interval '15 minutes', window_start, '2000-01-01 00:00:00+00'::timestamptz);
