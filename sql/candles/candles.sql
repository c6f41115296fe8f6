-- Candles of all timeframes in one place: one row per exchange, symbol, timeframe and window with a known minute.
-- grain: exchange, symbol, timeframe, window_start
-- time: window_start
-- why: indicators are written once over this view and partitioned by timeframe; a new timeframe is one more branch.
--   Seconds stay out, read candles_1s for them: a second without a trade has no row and no heartbeat to tell quiet
--   from unknown, so an indicator over n rows of seconds would reach over an unknown length of time.
create view candles as
select
  '1m' as timeframe, -- length of the window: 1m, 5m, 15m, 1h or 1d
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  window_start, -- start of the window
  open, -- first price
  high, -- highest price
  low, -- lowest price
  close, -- last price
  volume, -- traded amount in base currency
  notional, -- traded amount in quote currency, null where unknown
  vwap, -- average price weighted by volume, null without volume
  trades, -- number of trades, null where unknown
  taker_buy_volume, -- part of the volume in which the buyer took liquidity, null where unknown
  known_minutes -- minutes known in the window: fewer than its length while it is open or when some were missed
from candles_1m
union all
select
  '5m' as timeframe, exchange, symbol, window_start, open, high, low, close,
  volume, notional, vwap, trades, taker_buy_volume, known_minutes
from candles_5m
union all
select
  '15m' as timeframe, exchange, symbol, window_start, open, high, low, close,
  volume, notional, vwap, trades, taker_buy_volume, known_minutes
from candles_15m
union all
select
  '1h' as timeframe, exchange, symbol, window_start, open, high, low, close,
  volume, notional, vwap, trades, taker_buy_volume, known_minutes
from candles_1h
union all
select
  '1d' as timeframe, exchange, symbol, window_start, open, high, low, close,
  volume, notional, vwap, trades, taker_buy_volume, known_minutes
from candles_1d;
