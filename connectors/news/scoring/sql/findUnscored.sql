select id, source, title, summary, url, published_at, received_at
from news
where least(published_at, received_at) >= $1::timestamptz
  and title is not null
  and not exists (select from news_scores where news_scores.news_id = news.id)
order by received_at desc, id
limit $2
