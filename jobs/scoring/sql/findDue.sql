-- Markets of which minutes are closed that a model has not looked at yet, with how far it is.
-- One row of watermarks a market, one row of progress a market and model: the same work however long the history is.
select watermarks.exchange, watermarks.symbol, asked.model, asked.version,
  (extract(epoch from date_trunc('minute', watermarks.closed_before)) * 1000)::double precision as closed,
  (extract(epoch from progress.scored_through) * 1000)::double precision as scored,
  (extract(epoch from begun.starts_after) * 1000)::double precision as starts
from watermarks
cross join unnest($1::varchar[], $2::int[]) as asked (model, version)
left join lateral (
  select scored_through
  from scoring_progress
  where scoring_progress.model = asked.model and scoring_progress.version = asked.version
    and scoring_progress.exchange = watermarks.exchange and scoring_progress.symbol = watermarks.symbol
  limit 1
) as progress on true
left join lateral (
  -- A market that came after the model begins no earlier than the others did.
  select max(starts_after) as starts_after
  from scoring_progress
  where progress.scored_through is null and scoring_progress.model = asked.model and scoring_progress.version = asked.version
) as begun on true
where progress.scored_through is null or progress.scored_through < date_trunc('minute', watermarks.closed_before)
order by watermarks.exchange, watermarks.symbol, asked.model, asked.version
