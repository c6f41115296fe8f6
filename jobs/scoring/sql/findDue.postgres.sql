-- Markets of which minutes are closed that a model in service has not looked at yet, with how far it is.
-- One row of watermarks a market, one row of progress a market and model: the same work however long the history is.
with due as (
  select watermarks.exchange, watermarks.symbol, models.name as model, models.version,
    date_trunc('minute', watermarks.closed_before) as closed, watermarks.event_time - watermarks.closed_before as lateness,
    progress.scored_through, begun.starts_after
  from watermarks
  -- Asked here once more: one that has left service has no progress, and would begin with what is long over.
  cross join (
    select models.name, models.version
    from unnest($1::varchar[], $2::int[]) as asked (model, version)
    join models on models.name = asked.model and models.version = asked.version and models.alias is not null
  ) as models
  left join lateral (
    select scored_through
    from scoring_progress
    where scoring_progress.model = models.name and scoring_progress.version = models.version
      and scoring_progress.exchange = watermarks.exchange and scoring_progress.symbol = watermarks.symbol
    limit 1
  ) as progress on true
  left join lateral (
    -- A market that came after the model begins no earlier than the others did.
    select max(starts_after) as starts_after
    from scoring_progress
    where progress.scored_through is null and scoring_progress.model = models.name and scoring_progress.version = models.version
  ) as begun on true
  where progress.scored_through is null or progress.scored_through < date_trunc('minute', watermarks.closed_before)
)
select exchange, symbol, model, version,
  (extract(epoch from closed) * 1000)::double precision as closed,
  (extract(epoch from scored_through) * 1000)::double precision as scored,
  (extract(epoch from starts_after) * 1000)::double precision as starts,
  (
    -- The trade that took event time past the end of the newest minute; none where a heartbeat did.
    select (extract(epoch from received_at) * 1000)::double precision
    from trades
    where trades.exchange = due.exchange and trades.symbol = due.symbol and trades.ts >= due.closed + due.lateness
    order by trades.ts
    limit 1
  ) as arrived
from due
order by exchange, symbol, model, version
