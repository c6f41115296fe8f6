-- What one version of a model predicted and what came of it, by time, then by market: $3 and $4 are the markets in their order.
select (extract(epoch from found.window_start) * 1000)::double precision as time, wanted.market::int - 1 as market,
  found.base_price::double precision as close, found.realised_return as actual, found.predicted_return as predicted,
  ln((found.lower_price / found.base_price)::double precision) as lower, ln((found.upper_price / found.base_price)::double precision) as upper,
  found.interval_level as level, found.direction_probability as probability
from unnest($3::varchar[], $4::varchar[]) with ordinality as wanted (exchange, symbol, market)
join prediction_errors as found on found.exchange = wanted.exchange and found.symbol = wanted.symbol
where found.model = $1::varchar and found.version = $2::int and found.realised_return is not null
order by found.window_start, wanted.market
limit $5::int
