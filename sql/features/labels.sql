-- What the price did next, which models learn to predict: one row per exchange, symbol, minute and horizon.
-- grain: exchange, symbol, window_start, horizon_minutes
-- time: window_start
-- why: a label needs the very minute at the horizon, not the last one before it, and the minute after that as witness
--   that it is over. So the last minute before an outage, which may be cut short, never becomes a label. What is here
--   is final but for late corrections. Joins on shifted times rather than frames that look ahead: a new minute
--   then costs three rows, not an hour of them.
create materialized view labels as
with ahead as (
  select base.exchange, base.symbol, base.window_start, 5 as horizon_minutes, base.close as base_close, future.close as future_close
  from candles_1m as base
  join candles_1m as future on future.exchange = base.exchange and future.symbol = base.symbol
    and future.window_start = base.window_start + interval '5 minutes'
  join candles_1m as witness on witness.exchange = base.exchange and witness.symbol = base.symbol
    and witness.window_start = base.window_start + interval '6 minutes'
  union all
  select base.exchange, base.symbol, base.window_start, 15 as horizon_minutes, base.close as base_close, future.close as future_close
  from candles_1m as base
  join candles_1m as future on future.exchange = base.exchange and future.symbol = base.symbol
    and future.window_start = base.window_start + interval '15 minutes'
  join candles_1m as witness on witness.exchange = base.exchange and witness.symbol = base.symbol
    and witness.window_start = base.window_start + interval '16 minutes'
  union all
  select base.exchange, base.symbol, base.window_start, 60 as horizon_minutes, base.close as base_close, future.close as future_close
  from candles_1m as base
  join candles_1m as future on future.exchange = base.exchange and future.symbol = base.symbol
    and future.window_start = base.window_start + interval '60 minutes'
  join candles_1m as witness on witness.exchange = base.exchange and witness.symbol = base.symbol
    and witness.window_start = base.window_start + interval '61 minutes'
)
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  window_start, -- start of the minute that the horizon is counted from
  horizon_minutes, -- how many minutes ahead the label looks: 5, 15 or 60
  base_close, -- close of the minute
  future_close, -- close of the minute at the horizon
  ln((future_close / base_close)::double precision) as forward_return -- log return from the one to the other
from ahead;
