-- The monitoring's own view of the same predictions, the newest days.
select exchange, symbol, day, predictions::int as predictions, mae, persistence_mae, skill, directional_accuracy, interval_coverage
from (
  select * from accuracy_1d where model = $1::varchar and version = $2::int order by day desc, exchange, symbol limit $3::int
) as newest
order by day, exchange, symbol
