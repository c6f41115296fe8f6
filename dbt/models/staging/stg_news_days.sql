-- What news said of each asset on each day in UTC, by the day on which a score was known.
select
  asset,
  date_bin(interval '24 hours', scored_at, '2000-01-01 00:00:00+00'::timestamptz) as day,
  count(distinct news_id) as stories,
  avg(score) as mean_score
from {{ source('tickwave', 'news_scores') }}
group by asset, date_bin(interval '24 hours', scored_at, '2000-01-01 00:00:00+00'::timestamptz)
