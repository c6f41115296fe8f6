-- The newest prediction of each champion in each market: at most one row per market, model and horizon.
-- One step back along the key each. Two days back at most: what is older is history, and a champion that never
-- predicted in a market must not have all of it searched.
select predictions.exchange, predictions.symbol, predictions.window_start, predictions.horizon_minutes,
  predictions.model, predictions.version, predictions.base_price, predictions.predicted_price,
  predictions.predicted_return, predictions.lower_price, predictions.upper_price, predictions.interval_level,
  predictions.direction_probability, predictions.made_at, predictions.late
from watermarks
cross join models as champion
cross join lateral (
  select *
  from predictions
  where predictions.exchange = watermarks.exchange
    and predictions.symbol = watermarks.symbol
    and predictions.window_start > watermarks.event_time - interval '2 days'
    and predictions.horizon_minutes = champion.horizon_minutes
    and predictions.model = champion.name
    and predictions.version = champion.version
  order by predictions.window_start desc
  limit 1
) as predictions
where champion.alias = 'champion'
order by predictions.exchange, predictions.symbol, predictions.horizon_minutes, predictions.model
