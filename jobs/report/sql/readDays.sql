-- The monitoring's own view of the same predictions, by market, the newest days first.
select exchange, symbol, day, predictions::int as predictions, mae, persistence_mae, skill, directional_accuracy, interval_coverage
from accuracy_1d
where model = $1::varchar and version = $2::int
order by day desc, exchange, symbol
