-- A version that comes into service begins where event time is: what is over by now it never predicts with hindsight.
insert into scoring_progress (model, version, exchange, symbol, starts_after, scored_through, updated_at)
select $1::varchar, $2::int, exchange, symbol, date_trunc('minute', closed_before), date_trunc('minute', closed_before), $3::timestamptz
from watermarks
order by exchange, symbol
on conflict (model, version, exchange, symbol) do update
set starts_after = excluded.starts_after, scored_through = excluded.scored_through, updated_at = excluded.updated_at
where scoring_progress.scored_through < excluded.scored_through
