-- Where event time is in each market, beside how far a version ($1, $2) is known to have come there.
select watermarks.exchange, watermarks.symbol, date_trunc('minute', watermarks.closed_before) as begins, progress.scored_through as known
from watermarks
left join (
  select exchange, symbol, scored_through
  from scoring_progress
  where model = $1::varchar and version = $2::int
) as progress on progress.exchange = watermarks.exchange and progress.symbol = watermarks.symbol
where watermarks.closed_before is not null
order by watermarks.exchange, watermarks.symbol
