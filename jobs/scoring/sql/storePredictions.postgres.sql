-- Predictions and how far they go in one statement: both or neither, and one way to the database.
with stored as (
  -- The first row of a key stays: what was predicted is never rewritten.
  insert into predictions (exchange, symbol, window_start, horizon_minutes, model, version, base_price, predicted_return,
    predicted_price, lower_price, upper_price, interval_level, direction_probability, made_at, latency_ms, features_hash,
    contributions, late)
  select row ->> 'exchange', row ->> 'symbol', (row ->> 'windowStart')::timestamptz, (row ->> 'horizonMinutes')::int,
    row ->> 'model', (row ->> 'version')::int, (row ->> 'basePrice')::numeric, (row ->> 'predictedReturn')::double precision,
    (row ->> 'predictedPrice')::numeric, (row ->> 'lowerPrice')::numeric, (row ->> 'upperPrice')::numeric,
    (row ->> 'intervalLevel')::double precision, (row ->> 'directionProbability')::double precision,
    $3::timestamptz, (row ->> 'latencyMs')::double precision, row ->> 'featuresHash', row ->> 'contributions',
    (row ->> 'late')::boolean
  from jsonb_array_elements($1::jsonb) with ordinality as given (row, place)
  order by place
  on conflict do nothing
  returning 1
), progressed as (
  -- Never backwards: another scorer may be ahead.
  insert into scoring_progress (model, version, exchange, symbol, starts_after, scored_through, updated_at)
  select row ->> 'model', (row ->> 'version')::int, row ->> 'exchange', row ->> 'symbol', (row ->> 'from')::timestamptz,
    (row ->> 'to')::timestamptz, $3::timestamptz
  from jsonb_array_elements($2::jsonb) with ordinality as given (row, place)
  order by place
  on conflict (model, version, exchange, symbol) do update
  set scored_through = excluded.scored_through, updated_at = excluded.updated_at
  where scoring_progress.scored_through < excluded.scored_through
)
select count(*)::int as stored from stored
