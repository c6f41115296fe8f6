-- Log return of each minute from the minute before it; none where that minute is unknown.
with minutes as (
  select
    exchange,
    symbol,
    window_start,
    close,
    lag(close) over (partition by exchange, symbol order by window_start) as previous_close,
    lag(window_start) over (partition by exchange, symbol order by window_start) as previous_start
  from {{ source('tickwave', 'candles_1m') }}
)
select
  exchange,
  symbol,
  window_start,
  ln((close / previous_close)::double precision) as log_return
from minutes
where previous_start = window_start - interval '1 minute'
