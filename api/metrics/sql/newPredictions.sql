-- Predictions of minutes after those that were counted (an array of exchange, symbol and since in $1), of the last hour at most.
with counted as (
  select given.x ->> 'exchange' as exchange, given.x ->> 'symbol' as symbol, (given.x ->> 'since')::timestamptz as since
  from (select jsonb_array_elements($1::jsonb) as x) as given
), wanted as (
  select watermarks.exchange, watermarks.symbol,
    greatest(coalesce(counted.since, watermarks.event_time - interval '1 hour'), watermarks.event_time - interval '1 hour') as since
  from watermarks
  left join counted on counted.exchange = watermarks.exchange and counted.symbol = watermarks.symbol
)
select found.exchange, found.symbol, found.model, found.window_start::varchar as window_start, found.latency_ms
from wanted
cross join lateral (
  select exchange, symbol, model, window_start, latency_ms
  from predictions
  where predictions.exchange = wanted.exchange and predictions.symbol = wanted.symbol and predictions.window_start > wanted.since
  order by predictions.window_start
  limit 500
) as found
