-- The newest stories that came at or after $1, the newest first.
select id, source, title, summary, url, published_at, received_at
from news
where received_at >= $1::timestamptz
order by received_at desc, id desc
