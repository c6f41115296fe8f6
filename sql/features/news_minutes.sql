-- Scores that became known in a minute, summed per asset: one row per asset and minute with a score.
-- grain: asset, window_start
-- time: window_start
-- why: by scored_at, never by the time of publication. A score counts towards the minute in which it was known, so at
--   the end of that minute it may be used and not before. Scores are summed as decimals, whose sum does not depend
--   on their order. A score outside of -1 to 1 is no score.
create materialized view news_minutes as
select
  asset, -- base asset the scores are about, as BTC
  date_trunc('minute', scored_at) as window_start, -- start of the minute in which they became known
  count(*) as scores, -- number of scores
  sum(round(score::numeric, 6))::double precision as score_sum -- sum of the scores
from news_scores
where scored_at is not null and score >= -1 and score <= 1
group by asset, date_trunc('minute', scored_at);
