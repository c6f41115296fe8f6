-- What a version ($3, $4) predicted for each minute of a market ($1, $2) from $6 to $7, and what came true.
select (extract(epoch from window_start) * 1000)::double precision as time, predicted_return as predicted, realised_return as realised
from prediction_errors
where exchange = $1::varchar and symbol = $2::varchar and window_start >= $6::timestamptz and window_start < $7::timestamptz
  and model = $3::varchar and version = $4::int and horizon_minutes = $5::int
  and predicted_return is not null and realised_return is not null
order by window_start
