-- Predictions of minutes after those that were counted, of the last hour at most.
select predictions.exchange, predictions.symbol, predictions.model, predictions.window_start::text as window_start, predictions.latency_ms
from watermarks
cross join lateral (
  select exchange, symbol, model, window_start, latency_ms
  from predictions
  where predictions.exchange = watermarks.exchange and predictions.symbol = watermarks.symbol
    and predictions.window_start > greatest(($1::jsonb ->> concat(watermarks.exchange, ' ', watermarks.symbol))::timestamptz, watermarks.event_time - interval '1 hour')
  order by predictions.window_start
  limit 500
) as predictions
