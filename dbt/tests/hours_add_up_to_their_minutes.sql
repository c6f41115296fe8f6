-- Candles of an hour against the minutes that they are made of: the same prices and volume. Closed hours only, for the open one
-- may be a second older than its minutes.
with minutes as (
  select
    exchange,
    symbol,
    date_bin(interval '1 hour', window_start, '2000-01-01 00:00:00+00'::timestamptz) as window_start,
    max(high) as high,
    min(low) as low,
    sum(volume) as volume,
    count(*) as known_minutes
  from {{ source('tickwave', 'candles_1m') }}
  -- Whole hours only: the first one within the bound would lack minutes.
  where window_start >= date_trunc('hour', now() - interval '{{ var("check_days") }} days')
  group by exchange, symbol, date_bin(interval '1 hour', window_start, '2000-01-01 00:00:00+00'::timestamptz)
)
select hours.exchange, hours.symbol, hours.window_start, hours.volume, minutes.volume as volume_of_minutes
from {{ source('tickwave', 'candles_1h') }} as hours
join minutes
  on minutes.exchange = hours.exchange and minutes.symbol = hours.symbol and minutes.window_start = hours.window_start
join {{ source('tickwave', 'watermarks') }} as watermarks
  on watermarks.exchange = hours.exchange and watermarks.symbol = hours.symbol
where hours.window_start + interval '1 hour' <= watermarks.closed_before
  and (hours.high <> minutes.high
    or hours.low <> minutes.low
    or hours.volume <> minutes.volume
    or hours.known_minutes <> minutes.known_minutes)
