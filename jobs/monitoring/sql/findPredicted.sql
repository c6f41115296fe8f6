-- What a version ($5, $6) predicted in a market ($1, $2) from $3 to $4.
select (extract(epoch from window_start) * 1000)::double precision as time, predicted_return
from predictions
where exchange = $1::varchar and symbol = $2::varchar and window_start >= $3::timestamptz and window_start <= $4::timestamptz
  and model = $5::varchar and version = $6::int
order by window_start
