-- What one version ($1, $2) of a model predicted in a market ($3, $4) and what came of it, by time.
select (extract(epoch from window_start) * 1000)::double precision as time, base_price::double precision as close,
  realised_return as actual, predicted_return as predicted,
  ln((lower_price / base_price)::double precision) as lower, ln((upper_price / base_price)::double precision) as upper,
  interval_level as level, direction_probability as probability
from prediction_errors
where model = $1::varchar and version = $2::int and exchange = $3::varchar and symbol = $4::varchar and realised_return is not null
order by window_start
