-- How far each market is behind the clock: one row per exchange and symbol.
-- grain: exchange, symbol
-- why: tells a quiet market from a dead feed. Minutes have to pass before silence means something, for a heartbeat
--   stands at the start of its minute and is written at its end.
create view freshness as
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  last_trade_at, -- latest trade time
  event_time, -- latest trade or heartbeat time
  (extract(epoch from now()) - extract(epoch from last_trade_at))::double precision as seconds_since_trade, -- how long ago the last trade was
  (extract(epoch from now()) - extract(epoch from event_time))::double precision as seconds_since_event, -- how long ago the last sign of life was
  case
    when event_time < now() - interval '3 minutes' then 'stale'
    when last_trade_at is null or last_trade_at < now() - interval '3 minutes' then 'quiet'
    else 'live'
  end as state -- live, quiet (alive, nothing trades) or stale (no sign of life for three minutes)
from watermarks;
