-- The skill of a version ($1, $2) against no change in each stretch of $4 hours from $5 to $6, all markets together, from hours.
-- Stretches are cut at multiples of their length.
select floor(extract(epoch from hour) / ($4::int * 3600))::int as stretch, sum(predictions)::int as predictions,
  1 - sum(absolute_return_error_sum) / nullif(sum(persistence_absolute_return_error_sum), 0) as skill
from (select exchange, symbol from scoring_progress where model = $1::varchar and version = $2::int) as scored
cross join lateral (
  select hour, predictions, absolute_return_error_sum, persistence_absolute_return_error_sum
  from accuracy_1h
  where accuracy_1h.exchange = scored.exchange and accuracy_1h.symbol = scored.symbol and accuracy_1h.horizon_minutes = $3::int
    and accuracy_1h.model = $1::varchar and accuracy_1h.version = $2::int
    and accuracy_1h.hour >= $5::timestamptz and accuracy_1h.hour < $6::timestamptz
  offset 0
) as hours
group by 1
order by 1
