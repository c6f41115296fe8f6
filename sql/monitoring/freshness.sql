-- How far each market is behind the clock: one row per exchange and symbol.
-- grain: exchange, symbol
-- why: tells a quiet market from a dead feed. Minutes have to pass before silence means something, for a heartbeat
--   is written at the end of its minute.
create view freshness as
with traded as (
  select exchange, symbol, max(last_trade_at) as last_trade_at
  from candles_1d
  group by exchange, symbol
)
select
  watermarks.exchange, -- exchange of the market
  watermarks.symbol, -- market, as BTC/USD
  traded.last_trade_at, -- latest trade time, null when all is imported
  watermarks.event_time, -- latest trade or heartbeat time
  (extract(epoch from now()) - extract(epoch from traded.last_trade_at))::double precision as seconds_since_trade, -- how long ago the last trade was
  (extract(epoch from now()) - extract(epoch from watermarks.event_time))::double precision as seconds_since_event, -- how long ago the last sign of life was
  case
    when watermarks.event_time < now() - interval '3 minutes' then 'stale'
    when traded.last_trade_at is null or traded.last_trade_at < now() - interval '3 minutes' then 'quiet'
    else 'live'
  end as state -- live, quiet (alive, nothing trades) or stale (no sign of life for three minutes)
from watermarks
left join traded on traded.exchange = watermarks.exchange and traded.symbol = watermarks.symbol;
