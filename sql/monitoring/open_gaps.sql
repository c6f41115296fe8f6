-- Holes in the trade stream that are not closed yet: one row per exchange and symbol with one.
-- grain: exchange, symbol
-- why: while a hole is open its candles are too small, and nothing else says so.
create view open_gaps as
select
  exchange, -- exchange with the holes
  symbol, -- market, as BTC/USD
  count(*) as gaps, -- number of open holes
  sum(missing - coalesce(repaired, 0))::bigint as missing, -- trades still missing
  min(detected_at) as oldest_detected_at -- when the oldest open hole was found
from trade_gaps
where status = 'detected'
group by exchange, symbol;
