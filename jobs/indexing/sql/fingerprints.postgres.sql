-- The sum of the hashes of each span's rows from a moment on. A sum, for the order of rows means nothing.
select
  span,
  count(*) as row_count,
  sum(('x' || left(md5(kept::text), 15))::bit(60)::bigint)::text as total
from (
  select {{columns}}, {{span}} as span
  from {{relation}}
  where {{only}} and {{time}} >= $1
) as spread
cross join lateral (select {{spread_columns}}) as kept
group by span
order by span
