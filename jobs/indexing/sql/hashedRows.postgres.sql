-- The next rows of a span by their key, each with its hash.
select
  {{columns}},
  (('x' || left(md5(kept::text), 15))::bit(60)::bigint)::text as row_hash
from (
  select {{columns}}
  from {{relation}}
  where {{only}} and {{time}} >= $1 and {{time}} < $2 {{after}}
  order by {{key}}
  limit {{limit}}
) as kept
order by {{key}}
