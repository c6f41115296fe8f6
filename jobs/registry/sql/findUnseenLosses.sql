-- What two versions of a model predicted of the same minutes, and what came true: of each market a walk on the key of
-- prediction_errors from $5 on. Without a champion ($4 is null) the challenger's minutes alone.
select (extract(epoch from found.window_start) * 1000)::double precision as time, found.challenger, found.champion, found.realised
from watermarks
cross join lateral (
  select challenger.window_start, challenger.predicted_return as challenger, champion.predicted_return as champion,
    challenger.realised_return as realised
  from prediction_errors as challenger
  left join prediction_errors as champion on champion.exchange = challenger.exchange and champion.symbol = challenger.symbol
    and champion.window_start = challenger.window_start and champion.horizon_minutes = challenger.horizon_minutes
    and champion.model = challenger.model and champion.version = $4::int
  where challenger.exchange = watermarks.exchange and challenger.symbol = watermarks.symbol and challenger.window_start >= $5::timestamptz
    and challenger.horizon_minutes = $1::int and challenger.model = $2::varchar and challenger.version = $3::int
    and challenger.realised_return is not null and ($4::int is null or champion.predicted_return is not null)
  order by challenger.window_start desc
  limit $6::int
) as found
order by found.window_start, watermarks.exchange, watermarks.symbol
