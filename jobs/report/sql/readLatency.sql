-- How long after the close predictions were handed to the database; those that were late have no latency.
select count(*)::int as predictions, count(latency_ms)::int as timed,
  percentile_cont(0.5) within group (order by latency_ms) as p50, percentile_cont(0.95) within group (order by latency_ms) as p95,
  percentile_cont(0.99) within group (order by latency_ms) as p99, max(latency_ms) as most
from predictions
where model = $1::varchar and version = $2::int
