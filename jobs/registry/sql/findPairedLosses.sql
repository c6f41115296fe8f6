-- What two versions ($5 and $7) of a model ($4) predicted of the same newest minutes of a market ($1, $2) from $6 on, and what came true.
select (extract(epoch from challenger.window_start) * 1000)::double precision as time, challenger.predicted_return as predicted,
  champion.predicted_return as champion, challenger.realised_return as realised
from prediction_errors as challenger
join prediction_errors as champion on champion.exchange = challenger.exchange and champion.symbol = challenger.symbol
  and champion.window_start = challenger.window_start and champion.horizon_minutes = challenger.horizon_minutes
  and champion.model = challenger.model
where challenger.exchange = $1::varchar and challenger.symbol = $2::varchar and challenger.window_start >= $6::timestamptz
  and challenger.horizon_minutes = $3::int and challenger.model = $4::varchar and challenger.version = $5::int
  and champion.exchange = $1::varchar and champion.symbol = $2::varchar and champion.window_start >= $6::timestamptz
  and champion.horizon_minutes = $3::int and champion.model = $4::varchar and champion.version = $7::int
  and challenger.realised_return is not null and champion.predicted_return is not null
order by challenger.window_start desc
