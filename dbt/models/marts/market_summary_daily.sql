-- Each market on each day in UTC: prices, activity, volatility, how complete the day is, and what the news said of its base asset.
with days as (
  select
    exchange,
    symbol,
    window_start as day,
    open,
    high,
    low,
    close,
    volume,
    notional,
    vwap,
    trades,
    taker_buy_volume,
    known_minutes
  from {{ ref('stg_candles') }}
  where timeframe = '1d'
), moves as (
  select
    exchange,
    symbol,
    date_bin(interval '24 hours', window_start, '2000-01-01 00:00:00+00'::timestamptz) as day,
    count(*) as returns,
    sqrt(sum(log_return * log_return)) as realised_volatility,
    max(abs(log_return)) as largest_minute_move
  from {{ ref('stg_minute_returns') }}
  group by exchange, symbol, date_bin(interval '24 hours', window_start, '2000-01-01 00:00:00+00'::timestamptz)
)
select
  days.exchange,
  days.symbol,
  days.day,
  days.open,
  days.high,
  days.low,
  days.close,
  (days.close / nullif(days.open, 0) - 1)::double precision as day_return,
  ((days.high - days.low) / nullif(days.open, 0))::double precision as day_range,
  days.volume,
  days.notional,
  days.vwap,
  days.trades,
  (days.taker_buy_volume / nullif(days.volume, 0))::double precision as taker_buy_share,
  moves.realised_volatility,
  moves.largest_minute_move,
  days.known_minutes,
  days.known_minutes::double precision / 1440 as known_share,
  coalesce(news.stories, 0) as stories,
  news.mean_score as news_score
from days
left join moves on moves.exchange = days.exchange and moves.symbol = days.symbol and moves.day = days.day
left join {{ source('tickwave', 'markets') }} as markets on markets.exchange = days.exchange and markets.symbol = days.symbol
left join {{ ref('stg_news_days') }} as news on news.asset = markets.base_asset and news.day = days.day
