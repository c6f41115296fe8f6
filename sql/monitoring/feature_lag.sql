-- How long features have not been complete: one row per exchange and symbol.
-- grain: exchange, symbol
-- why: models predict complete minutes only, so this is how long a market has had no prediction for want of data: an unknown
--   minute takes 21 hours to be out of reach. Up to a day back; a market without a complete minute in it has nulls.
create view feature_lag as
with newest as (
  select features.exchange, features.symbol, max(features.window_start) as newest_complete
  from features
  join watermarks on watermarks.exchange = features.exchange and watermarks.symbol = features.symbol
  where features.complete and features.window_start >= watermarks.closed_before - interval '24 hours' and features.window_start <= watermarks.closed_before - interval '1 minute'
  group by features.exchange, features.symbol
)
select
  watermarks.exchange, -- exchange of the market
  watermarks.symbol, -- market, as BTC/USD
  watermarks.closed_before, -- windows that end at this time or earlier are closed
  newest.newest_complete, -- start of the newest closed minute whose features are complete
  floor((extract(epoch from watermarks.closed_before) - extract(epoch from newest.newest_complete)) / 60)::bigint - 1 as minutes_behind -- closed minutes since, 0 when the newest is complete
from watermarks
left join newest on newest.exchange = watermarks.exchange and newest.symbol = watermarks.symbol;
