-- How far scoring is behind what it could have scored: one row per model, version, exchange and symbol in service.
-- grain: model, version, exchange, symbol
-- why: scoring looks at every closed minute in order. Minutes behind that do not go away mean that it is down, or slower than the market.
create view scoring_lag as
select
  scoring_progress.model, -- name of the model
  scoring_progress.version, -- version of the model
  scoring_progress.exchange, -- exchange of the market
  scoring_progress.symbol, -- market, as BTC/USD
  models.alias, -- champion or challenger
  scoring_progress.scored_through, -- end of the last closed minute that it has looked at
  watermarks.closed_before, -- windows that end at this time or earlier are closed
  floor((extract(epoch from watermarks.closed_before) - extract(epoch from scoring_progress.scored_through)) / 60)::bigint as minutes_behind -- closed minutes that it has not looked at
from scoring_progress
join models on models.name = scoring_progress.model and models.version = scoring_progress.version
join watermarks on watermarks.exchange = scoring_progress.exchange and watermarks.symbol = scoring_progress.symbol
where models.alias is not null;
