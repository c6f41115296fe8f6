-- When these predictions (an array of their keys in $1) were made.
select predictions.model, extract(epoch from predictions.made_at)::double precision as made
from (
  select given.x ->> 'exchange' as exchange, given.x ->> 'symbol' as symbol, (given.x ->> 'window_start')::timestamptz as window_start,
    (given.x ->> 'horizon_minutes')::int as horizon_minutes, given.x ->> 'model' as model, (given.x ->> 'version')::int as version
  from (select jsonb_array_elements($1::jsonb) as x) as given
) as sampled
join predictions on predictions.exchange = sampled.exchange and predictions.symbol = sampled.symbol and predictions.window_start = sampled.window_start
  and predictions.horizon_minutes = sampled.horizon_minutes and predictions.model = sampled.model and predictions.version = sampled.version
