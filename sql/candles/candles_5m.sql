-- Five-minute candles: one row per exchange, symbol and five minutes with a known minute.
-- grain: exchange, symbol, window_start
-- time: window_start
-- freshness: 1 s
-- why: every trade touches the newest row of every timeframe, while features read only windows that have ended. So this and
--   the longer timeframes are refreshed once a second. A sum is null unless all its parts are known.
create materialized view candles_5m as
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  date_bin(interval '5 minutes', window_start, '2000-01-01 00:00:00+00'::timestamptz) as window_start, -- start of the five minutes
  first_value(open order by window_start) as open, -- first price
  max(high) as high, -- highest price
  min(low) as low, -- lowest price
  last_value(close order by window_start) as close, -- last price
  sum(volume) as volume, -- traded amount in base currency
  case when count(notional) = count(*) then sum(notional) end as notional, -- traded amount in quote currency, null when a part is unknown
  case when count(notional) = count(*) then round(sum(notional) * 1.0000000000000000 / nullif(sum(volume), 0), 10) end as vwap, -- average price weighted by volume, null without volume
  case when count(trades) = count(*) then sum(trades)::bigint end as trades, -- number of trades, null when a part is unknown
  case when count(taker_buy_volume) = count(*) then sum(taker_buy_volume) end as taker_buy_volume, -- part of the volume in which the buyer took liquidity, null when a part is unknown
  sum(known_minutes)::bigint as known_minutes, -- minutes known in the window, 5 when it is whole
  max(last_trade_at) as last_trade_at, -- time of the last trade in the window, null when there is none
  max(last_event_at) as last_event_at -- latest trade or heartbeat time in the window
from candles_1m
group by exchange, symbol, date_bin(interval '5 minutes', window_start, '2000-01-01 00:00:00+00'::timestamptz);
