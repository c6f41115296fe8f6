-- Trades rolled up to seconds, the base of all candles: one row per exchange, symbol and second with a trade.
-- grain: exchange, symbol, window_start
-- time: window_start
-- why: ties in exchange time are broken by trade id, because one message often holds many trades of one instant.
--   A trade with a missing or absurd value is left out here, once for all that follows: over Kafka a bad field
--   arrives as null, and the bounds also keep out NaN and infinity, which no sum recovers from.
--   The taker's side is known of all trades of a second or the column is null. Multiplied by 1 with sixteen decimals an average
--   is divided to more digits than it is rounded to: PostgreSQL alone would round twice, and one vwap in 200 would be 1e-10 off.
create materialized view candles_1s as
select
  exchange, -- exchange the trades happened on
  symbol, -- market, as BTC/USD
  date_trunc('second', ts) as window_start, -- start of the second
  first_value(price order by ts, trade_id) as open, -- first price
  max(price) as high, -- highest price
  min(price) as low, -- lowest price
  last_value(price order by ts, trade_id) as close, -- last price
  sum(quantity) as volume, -- traded amount in base currency
  sum(price * quantity) as notional, -- traded amount in quote currency
  round(sum(price * quantity) * 1.0000000000000000 / sum(quantity), 10) as vwap, -- average price weighted by volume
  count(*) as trades, -- number of trades
  case when count(side) = count(*) then sum(case when side = 'buy' then quantity else 0 end) end as taker_buy_volume, -- part of the volume in which the buyer took liquidity
  max(ts) as last_trade_at -- time of the last trade
from trades
where ts is not null
  and price > 0 and price < 1000000000000000
  and quantity > 0 and quantity < 1000000000000000
group by exchange, symbol, date_trunc('second', ts);
