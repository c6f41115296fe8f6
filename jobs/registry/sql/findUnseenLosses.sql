-- What a version ($4, $5) predicted of the newest minutes of a market ($1, $2) from $6 on that are judged, and what came true.
select (extract(epoch from window_start) * 1000)::double precision as time, predicted_return as predicted, realised_return as realised
from prediction_errors
where exchange = $1::varchar and symbol = $2::varchar and window_start >= $6::timestamptz and horizon_minutes = $3::int
  and model = $4::varchar and version = $5::int and realised_return is not null
order by window_start desc
