-- Each market as it is now: the last price, the 24 hours before it, and how the feed is.
with minutes as (
  select candles.exchange, candles.symbol, candles.window_start, candles.high, candles.low, candles.close, candles.volume, candles.notional
  from {{ source('tickwave', 'candles_1m') }} as candles
  join {{ source('tickwave', 'watermarks') }} as watermarks
    on watermarks.exchange = candles.exchange and watermarks.symbol = candles.symbol
  where candles.window_start > watermarks.event_time - interval '24 hours'
), day_before as (
  select
    exchange,
    symbol,
    min(window_start) as first_minute,
    max(window_start) as last_minute,
    max(high) as high_24h,
    min(low) as low_24h,
    sum(volume) as volume_24h,
    case when count(notional) = count(*) then sum(notional) end as notional_24h,
    count(*) as known_minutes_24h
  from minutes
  group by exchange, symbol
)
select
  day_before.exchange,
  day_before.symbol,
  day_before.last_minute,
  newest.close as last_close,
  (newest.close / nullif(oldest.close, 0) - 1)::double precision as return_24h,
  day_before.high_24h,
  day_before.low_24h,
  day_before.volume_24h,
  day_before.notional_24h,
  day_before.known_minutes_24h,
  freshness.state,
  freshness.seconds_since_trade,
  coalesce(open_gaps.gaps, 0) as open_gaps
from day_before
join minutes as newest
  on newest.exchange = day_before.exchange and newest.symbol = day_before.symbol and newest.window_start = day_before.last_minute
join minutes as oldest
  on oldest.exchange = day_before.exchange and oldest.symbol = day_before.symbol and oldest.window_start = day_before.first_minute
left join {{ source('tickwave', 'freshness') }} as freshness
  on freshness.exchange = day_before.exchange and freshness.symbol = day_before.symbol
left join {{ source('tickwave', 'open_gaps') }} as open_gaps
  on open_gaps.exchange = day_before.exchange and open_gaps.symbol = day_before.symbol
