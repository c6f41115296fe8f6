-- How far event time has come in each market: one row per exchange and symbol.
-- grain: exchange, symbol
-- why: event time is the largest trade or heartbeat time. It is read from the days, a few rows a market however
--   many trades there were. The days come after every other timeframe, so a window is never called closed before the
--   candles that it is part of have been brought up to date. Five seconds are left for late trades.
create materialized view watermarks as
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  max(last_event_at) as event_time, -- latest trade or heartbeat time
  max(last_trade_at) as last_trade_at, -- latest trade time, null when all is imported
  max(last_event_at) - interval '5 seconds' as closed_before -- windows that end at this time or earlier are closed
from candles_1d
group by exchange, symbol;
