-- The windows that are over and final but for late corrections: one row per exchange, symbol, timeframe and window.
-- grain: exchange, symbol, timeframe, window_start
-- time: window_start
-- why: scoring and training take these and no others, so what a model learned on is what it is asked about. Over by
--   event time and not by the clock: a replay closes the same windows. A plain view, for the market's event time
--   moves with every trade and would touch every stored row.
create view closed_windows as
with ends as (
  select exchange, symbol, timeframe, window_start,
    window_start + case
      when timeframe = '1m' then interval '1 minute' when timeframe = '5m' then interval '5 minutes' when timeframe = '15m' then interval '15 minutes'
      when timeframe = '1h' then interval '1 hour' else interval '24 hours'
    end as window_end
  from candles
)
select
  ends.exchange, -- exchange of the market
  ends.symbol, -- market, as BTC/USD
  ends.timeframe, -- length of the window: 1m, 5m, 15m, 1h or 1d
  ends.window_start, -- start of the window
  ends.window_end -- end of the window, which is not part of it
from ends
join watermarks on watermarks.exchange = ends.exchange and watermarks.symbol = ends.symbol
where ends.window_end <= watermarks.closed_before;
