-- The newest prediction of one champion ($4, $5, $6) in one market ($1, $2), if it is later than $3.
select exchange, symbol, window_start, horizon_minutes, model, version, base_price, predicted_price, predicted_return,
  lower_price, upper_price, interval_level, direction_probability, made_at, late
from (
  select *
  from predictions
  where exchange = $1
    and symbol = $2
    and window_start > $3::timestamptz - interval '2 days'
    and horizon_minutes = $4::int
    and model = $5
    and version = $6::int
  order by predictions.window_start desc
  limit 1
) as newest
