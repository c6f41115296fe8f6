-- One-minute candles, the base timeframe of features: one row per exchange, symbol and known minute.
-- grain: exchange, symbol, window_start
-- time: window_start
-- why: a minute with a heartbeat and no trade is flat at the previous close, however that close came about. The close
--   is carried over at most a day of quiet minutes; before the first price there is nothing to be flat at, and no row.
--   Nothing traded at no price: the vwap of a minute without volume is null, and not 0 as some exchanges say.
create materialized view candles_1m as
with carried as (
  select exchange, symbol, window_start, open, high, low, close, volume, notional, trades, taker_buy_volume, last_trade_at, last_event_at,
    last_known(close::double precision) over (
      partition by exchange, symbol order by window_start rows between 1440 preceding and current row
    ) as carried_close
  from minutes
)
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  window_start, -- start of the minute
  coalesce(open, carried_close::numeric) as open, -- first price, or the previous close when nothing traded
  coalesce(high, carried_close::numeric) as high, -- highest price
  coalesce(low, carried_close::numeric) as low, -- lowest price
  coalesce(close, carried_close::numeric) as close, -- last price
  coalesce(volume, 0) as volume, -- traded amount in base currency
  case when close is null then 0 else notional end as notional, -- traded amount in quote currency, null where an import has none
  round(notional * 1.0000000000000000 / nullif(volume, 0), 10) as vwap, -- average price weighted by volume, null without volume
  case when close is null then 0 else trades end as trades, -- number of trades, null where an import has none
  case when close is null then 0 else taker_buy_volume end as taker_buy_volume, -- part of the volume in which the buyer took liquidity, null where unknown
  1::bigint as known_minutes, -- minutes known in the window, always 1 here
  last_trade_at, -- time of the last trade in the window, null when there is none
  last_event_at -- latest trade or heartbeat time in the window
from carried
where carried_close is not null;
