-- How far event time has come in each market: one row per exchange and symbol.
-- grain: exchange, symbol
-- why: event time is the largest trade or heartbeat time. The newest known minute has it, which is one row to read
--   however long the history is. A window is over by it only once a later minute is known, so the candles that the
--   window is part of are never put off by then. Five seconds are left for late trades.
create materialized view watermarks as
select distinct on (exchange, symbol)
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  last_event_at as event_time, -- latest trade or heartbeat time
  last_event_at - interval '5 seconds' as closed_before -- windows that end at this time or earlier are closed
from minutes
order by exchange, symbol, window_start desc;
