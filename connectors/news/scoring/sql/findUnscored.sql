-- Stories published and first seen since $1 that nobody has scored, the newest first.
select news.id, news.source, news.title, news.summary, news.url, news.published_at, news.received_at
from news
left join news_scores on news_scores.news_id = news.id
where news_scores.news_id is null
  and least(news.published_at, news.received_at) >= $1::timestamptz
  and news.title is not null
order by news.received_at desc, news.id
