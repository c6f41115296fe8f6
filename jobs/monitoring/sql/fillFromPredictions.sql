-- What a version ($1, $2) predicted from $3 to $4.
insert into monitored (feature, window_start, value)
select 'predicted_return', asked.window_start, nullif(asked.predicted_return, 'NaN')
from (select exchange, symbol from scoring_progress where model = $1::varchar and version = $2::int) as scored
cross join lateral (
  select predictions.window_start, predictions.predicted_return
  from predictions
  where predictions.exchange = scored.exchange and predictions.symbol = scored.symbol
    and predictions.window_start >= $3::timestamptz and predictions.window_start <= $4::timestamptz
    and predictions.model = $1::varchar and predictions.version = $2::int
  offset 0
) as asked
