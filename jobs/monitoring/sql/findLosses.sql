-- What a version ($1, $2) predicted for each minute from $4 to $5, and what came true.
select (extract(epoch from found.window_start) * 1000)::double precision as time, found.predicted_return as predicted, found.realised_return as realised
from (select exchange, symbol from scoring_progress where model = $1::varchar and version = $2::int) as scored
cross join lateral (
  select window_start, predicted_return, realised_return
  from prediction_errors
  where prediction_errors.exchange = scored.exchange and prediction_errors.symbol = scored.symbol
    and prediction_errors.window_start >= $4::timestamptz and prediction_errors.window_start < $5::timestamptz
    and prediction_errors.horizon_minutes = $3::int and prediction_errors.model = $1::varchar and prediction_errors.version = $2::int
    and predicted_return is not null and realised_return is not null
  offset 0
) as found
order by found.window_start, scored.exchange, scored.symbol
