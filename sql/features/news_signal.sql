-- What recent news says of a market at the end of each minute: one row per exchange, symbol and minute with a candle.
-- grain: exchange, symbol, window_start
-- time: window_start
-- why: candles and news are laid on one timeline and the frame looks back by time, so news counts for as long as it is
--   recent, whether or not every minute in between is known. Of a candle only the key is read. Minutes without news
--   have a score of 0 and say so in the count.
create materialized view news_signal as
with timeline as (
  select exchange, symbol, window_start, true as is_candle, null::bigint as scores, null::double precision as score_sum
  from candles_1m
  union all
  select markets.exchange, markets.symbol, news_minutes.window_start, false as is_candle, news_minutes.scores, news_minutes.score_sum
  from news_minutes
  join markets on markets.base_asset = news_minutes.asset
), windowed as (
  select exchange, symbol, window_start, is_candle,
    sum(coalesce(scores, 0)) over (partition by exchange, symbol order by window_start range between interval '14 minutes' preceding and current row) as scores_15,
    sum(coalesce(score_sum, 0)) over (partition by exchange, symbol order by window_start range between interval '14 minutes' preceding and current row) as score_sum_15,
    sum(coalesce(scores, 0)) over (partition by exchange, symbol order by window_start range between interval '59 minutes' preceding and current row) as scores_60,
    sum(coalesce(score_sum, 0)) over (partition by exchange, symbol order by window_start range between interval '59 minutes' preceding and current row) as score_sum_60
  from timeline
)
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  window_start, -- start of the minute
  scores_15::bigint as news_count_15, -- scores that became known in the last 15 minutes
  coalesce(score_sum_15 / nullif(scores_15, 0)::double precision, 0) as news_score_15, -- their mean, 0 without news
  scores_60::bigint as news_count_60, -- scores that became known in the last 60 minutes
  coalesce(score_sum_60 / nullif(scores_60, 0)::double precision, 0) as news_score_60 -- their mean, 0 without news
from windowed
where is_candle;
