-- Never backwards: another scorer may be ahead.
insert into scoring_progress (model, version, exchange, symbol, starts_after, scored_through, updated_at)
select row ->> 'model', (row ->> 'version')::int, row ->> 'exchange', row ->> 'symbol', (row ->> 'from')::timestamptz,
  (row ->> 'to')::timestamptz, $2::timestamptz
from jsonb_array_elements($1::jsonb) with ordinality as given (row, place)
order by place
on conflict (model, version, exchange, symbol) do update
set scored_through = excluded.scored_through, updated_at = excluded.updated_at
where scoring_progress.scored_through < excluded.scored_through
