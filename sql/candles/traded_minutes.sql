-- Seconds rolled up to minutes: one row per exchange, symbol and minute with a trade.
-- grain: exchange, symbol, window_start
-- time: window_start
-- why: kept apart from minutes so that a trade costs the seconds of one minute, and not the merge with history.
create materialized view traded_minutes as
select
  exchange, -- exchange the trades happened on
  symbol, -- market, as BTC/USD
  date_trunc('minute', window_start) as window_start, -- start of the minute
  first_value(open order by window_start) as open, -- first price
  max(high) as high, -- highest price
  min(low) as low, -- lowest price
  last_value(close order by window_start) as close, -- last price
  sum(volume) as volume, -- traded amount in base currency
  sum(notional) as notional, -- traded amount in quote currency
  sum(trades)::bigint as trades, -- number of trades
  case when count(taker_buy_volume) = count(*) then sum(taker_buy_volume) end as taker_buy_volume, -- part of the volume in which the buyer took liquidity
  max(last_trade_at) as last_trade_at -- time of the last trade
from candles_1s
group by exchange, symbol, date_trunc('minute', window_start);
