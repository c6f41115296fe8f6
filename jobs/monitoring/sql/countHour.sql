-- Into which bins what a version ($1, $2) was asked in the hour from $3 on, and what it answered, fall.
with asked as materialized (
  select to_jsonb(features) || jsonb_build_object('predicted_return', answered.predicted_return) as given
  from (select exchange, symbol from scoring_progress where model = $1::varchar and version = $2::int) as scored
  cross join lateral (
    select predictions.exchange, predictions.symbol, predictions.window_start, predictions.predicted_return
    from predictions
    where predictions.exchange = scored.exchange and predictions.symbol = scored.symbol
      and predictions.window_start >= $3::timestamptz and predictions.window_start < $3::timestamptz + interval '1 hour'
      and predictions.model = $1::varchar and predictions.version = $2::int
    offset 0
  ) as answered
  join features on features.exchange = answered.exchange and features.symbol = answered.symbol and features.window_start = answered.window_start
), edged as (
  select feature, coalesce(array_agg(lower_edge order by bin) filter (where lower_edge is not null), '{}') as edges
  from drift_references
  where model = $1::varchar and version = $2::int
  group by feature
)
insert into drift_counts (model, version, feature, hour, bin, observations)
select $1::varchar, $2::int, edged.feature, $3::timestamptz,
  case when given.value is null then 0 else width_bucket(given.value, edged.edges) + 1 end, count(*)
from asked
cross join edged
cross join lateral (select nullif((asked.given ->> edged.feature)::double precision, 'NaN') as value) as given
group by 3, 5
on conflict do nothing
