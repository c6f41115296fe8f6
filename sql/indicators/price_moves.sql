-- What one candle adds to the indicators: one row per exchange, symbol, timeframe and window with a known minute.
-- grain: exchange, symbol, timeframe, window_start
-- time: window_start
-- why: all that needs only this candle and the one before it is computed here once, so that the indicator views are
--   one block of windows and one of arithmetic each. Exact decimals end here: indicators are double precision.
--   Moves against a previous candle are null in a market's first row. The previous candle is the previous known one:
--   over a gap the move is that of the whole gap, and reach_complete of trend says that there was one.
--   Where the notional is unknown (imported history), typical price times volume stands in for it, as in the textbooks' VWAP.
--   A new timeframe needs its length in window_minutes.
create materialized view price_moves as
with prices as (
  select exchange, symbol, timeframe, window_start, known_minutes,
    high::double precision as high,
    low::double precision as low,
    close::double precision as close,
    volume::double precision as volume,
    notional::double precision as notional,
    taker_buy_volume::double precision as taker_buy_volume
  from candles
),
neighbours as (
  select exchange, symbol, timeframe, window_start, known_minutes, high, low, close, volume, notional, taker_buy_volume,
    (high + low + close) / 3 as typical_price,
    lag(high) over (partition by exchange, symbol, timeframe order by window_start) as previous_high,
    lag(low) over (partition by exchange, symbol, timeframe order by window_start) as previous_low,
    lag(close) over (partition by exchange, symbol, timeframe order by window_start) as previous_close
  from prices
),
moves as (
  select exchange, symbol, timeframe, window_start, known_minutes, high, low, close, volume, notional, taker_buy_volume,
    typical_price, previous_high, previous_low, previous_close,
    close - previous_close as change,
    typical_price - (previous_high + previous_low + previous_close) / 3 as typical_change,
    high - previous_high as rise,
    previous_low - low as fall
  from neighbours
)
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  timeframe, -- length of the window: 1m, 5m, 15m, 1h or 1d
  window_start, -- start of the window
  case when timeframe = '1m' then 1 when timeframe = '5m' then 5 when timeframe = '15m' then 15 when timeframe = '1h' then 60 when timeframe = '1d' then 1440 end as window_minutes, -- minutes in a whole window
  known_minutes::int as known_minutes, -- minutes known in the window, fewer while it is open or when some were missed
  high, -- highest price
  low, -- lowest price
  close, -- last price
  volume, -- traded amount in base currency
  previous_close, -- last price of the candle before
  typical_price, -- mean of high, low and close
  change, -- close less the previous close
  case when change is null then null when change > 0 then change else 0 end as gain, -- how far the close rose, else 0
  case when change is null then null when change < 0 then -change else 0 end as loss, -- how far the close fell, else 0
  case when previous_close > 0 and close > 0 then ln(close / previous_close) end as log_return, -- logarithm of close over previous close
  case when change is not null then greatest(high - low, abs(high - previous_close), abs(low - previous_close)) end as true_range, -- range of the candle, a gap to the previous close included
  case when rise is null then null when rise > fall and rise > 0 then rise else 0 end as rising_move, -- +DM: how far the high rose, when that is more than the low fell
  case when fall is null then null when fall > rise and fall > 0 then fall else 0 end as falling_move, -- -DM: how far the low fell, when that is more than the high rose
  case when typical_change is null then null when typical_change > 0 then typical_price * volume else 0 end as money_in, -- money flow while the typical price rose
  case when typical_change is null then null when typical_change < 0 then typical_price * volume else 0 end as money_out, -- money flow while the typical price fell
  case when high > low then ((close - low) - (high - close)) / (high - low) * volume else 0 end as money_flow_volume, -- volume weighted by where in the range the close lies: all of it at the high, its negative at the low
  sign(change) * volume as signed_volume, -- volume with the sign of the change, as on-balance volume adds it
  coalesce(notional, typical_price * volume) as traded_value, -- traded amount in quote currency, by the typical price where unknown
  taker_buy_volume -- part of the volume in which the buyer took liquidity, null where unknown
from moves;
