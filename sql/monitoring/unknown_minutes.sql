-- How many minutes of each day nothing is known of: one row per exchange, symbol and day in UTC.
-- grain: exchange, symbol, day
-- time: day
-- why: features that reach over an unknown minute are not complete, so this is what keeps models from being asked.
--   The last day counts up to the latest event, the first day from midnight.
create view unknown_minutes as
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  window_start as day, -- start of the day in UTC
  known_minutes, -- minutes known of the day
  floor((extract(epoch from last_event_at) - extract(epoch from window_start)) / 60)::bigint + 1 - known_minutes as unknown_minutes -- minutes missed up to the latest event
from candles_1d;
