-- The skill of a version ($1, $2) against no change in each stretch of $4 hours from $5 to $6, all its markets together, from hours.
-- Stretches are cut at multiples of their length.
select floor(extract(epoch from hours.hour) / ($4::int * 3600))::int as stretch, sum(hours.predictions)::int as predictions,
  1 - sum(hours.absolute_return_error_sum) / nullif(sum(hours.persistence_absolute_return_error_sum), 0) as skill
from accuracy_1h as hours
join scoring_progress as scored on scored.exchange = hours.exchange and scored.symbol = hours.symbol
  and scored.model = hours.model and scored.version = hours.version
where hours.model = $1::varchar and hours.version = $2::int and hours.horizon_minutes = $3::int
  and hours.hour >= $5::timestamptz and hours.hour < $6::timestamptz
group by floor(extract(epoch from hours.hour) / ($4::int * 3600))::int
order by stretch
