-- Predictions of minutes after those that were counted (an array of exchange, symbol and since in $1), of the last hour at most.
with counted as (
  select given.x ->> 'exchange' as exchange, given.x ->> 'symbol' as symbol, (given.x ->> 'since')::timestamptz as since
  from (select jsonb_array_elements($1::jsonb) as x) as given
), wanted as (
  select watermarks.exchange, watermarks.symbol,
    greatest(coalesce(counted.since, watermarks.event_time - interval '1 hour'), watermarks.event_time - interval '1 hour') as since
  from watermarks
  left join counted on counted.exchange = watermarks.exchange and counted.symbol = watermarks.symbol
), found as (
  select wanted.exchange, wanted.symbol, predictions.model, predictions.window_start, predictions.latency_ms,
    row_number() over (partition by wanted.exchange, wanted.symbol order by predictions.window_start) as place
  from wanted
  join predictions on predictions.exchange = wanted.exchange and predictions.symbol = wanted.symbol
  where predictions.window_start > wanted.since
)
select exchange, symbol, model, window_start::varchar as window_start, latency_ms
from found
where place <= 500
order by exchange, symbol, place
