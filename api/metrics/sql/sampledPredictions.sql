select predictions.model, extract(epoch from predictions.made_at)::double precision as made
from unnest($1::varchar[], $2::varchar[], $3::timestamptz[], $4::int[], $5::varchar[], $6::int[]) as sampled (exchange, symbol, window_start, horizon_minutes, model, version)
join predictions on predictions.exchange = sampled.exchange and predictions.symbol = sampled.symbol and predictions.window_start = sampled.window_start
  and predictions.horizon_minutes = sampled.horizon_minutes and predictions.model = sampled.model and predictions.version = sampled.version
