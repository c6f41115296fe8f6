-- How many values of each feature fall into each of its bins (edges as JSON in $1), by day from $2 on.
-- Materialized, or the edges would be read anew for every value.
with edged as materialized (
  select given.row ->> 'feature' as feature, array(select jsonb_array_elements_text(given.row -> 'edges')::double precision) as edges
  from jsonb_array_elements($1::jsonb) as given (row)
)
select monitored.feature, floor(extract(epoch from monitored.window_start - $2::timestamptz) / 86400)::int as day,
  case when monitored.value is null then 0 else width_bucket(monitored.value, edged.edges) + 1 end as bin, count(*)::int as observations
from monitored
join edged on edged.feature = monitored.feature
group by 1, 2, 3
