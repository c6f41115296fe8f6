select distinct news_id
from news_scores
where news_id = any($1::text[])
