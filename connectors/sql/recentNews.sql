select
  newest.*
from (
  select
    id,
    source,
    title,
    summary,
    url,
    published_at,
    received_at
  from news
  where received_at >= $1::timestamptz
  order by received_at desc, id
  limit $2
) as newest
order by newest.received_at, newest.id
