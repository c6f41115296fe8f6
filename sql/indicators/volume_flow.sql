-- Volume and order-flow indicators: one row per exchange, symbol, timeframe and window with a known minute.
-- grain: exchange, symbol, timeframe, window_start
-- time: window_start
-- why: an indicator is null before it has its full period, and where nothing traded in it. On-balance volume has no
--   beginning that all could agree on, so it is what the last 60 rows added. The taker's share is known of all
--   rows of a frame or the ratio is null: a share of the known part would look like one of the whole.
--   Granville 1963: on-balance volume. Quong and Soudack 1989: money flow index. Chaikin: money flow.
create materialized view volume_flow as
with frames as (
  select exchange, symbol, timeframe, window_start,
    count(signed_volume) over (partition by exchange, symbol, timeframe order by window_start rows between 59 preceding and current row) as moves,
    frame_sum(money_in) over (partition by exchange, symbol, timeframe order by window_start rows between 13 preceding and current row) as money_in_14,
    frame_sum(money_out) over (partition by exchange, symbol, timeframe order by window_start rows between 13 preceding and current row) as money_out_14,
    frame_sum(signed_volume) over (partition by exchange, symbol, timeframe order by window_start rows between 59 preceding and current row) as signed_volume_60,
    frame_sum(money_flow_volume) over (partition by exchange, symbol, timeframe order by window_start rows between 19 preceding and current row) as money_flow_volume_20,
    frame_sum(volume) over (partition by exchange, symbol, timeframe order by window_start rows between 19 preceding and current row) as volume_20,
    frame_sum(volume) over (partition by exchange, symbol, timeframe order by window_start rows between 59 preceding and current row) as volume_60,
    frame_sum(traded_value) over (partition by exchange, symbol, timeframe order by window_start rows between 59 preceding and current row) as traded_value_60,
    count(taker_buy_volume) over (partition by exchange, symbol, timeframe order by window_start rows between 19 preceding and current row) as taker_rows_20,
    count(taker_buy_volume) over (partition by exchange, symbol, timeframe order by window_start rows between 59 preceding and current row) as taker_rows_60,
    frame_sum(taker_buy_volume) over (partition by exchange, symbol, timeframe order by window_start rows between 19 preceding and current row) as taker_buy_volume_20,
    frame_sum(taker_buy_volume) over (partition by exchange, symbol, timeframe order by window_start rows between 59 preceding and current row) as taker_buy_volume_60
  from price_moves
)
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  timeframe, -- length of the window: 1m, 5m, 15m, 1h or 1d
  window_start, -- start of the window
  case when moves >= 14 then 100 * money_in_14 / nullif(money_in_14 + money_out_14, 0) end as mfi_14, -- money flow index over 14 rows, 0 to 100
  case when moves = 60 then signed_volume_60 end as obv_60, -- on-balance volume that the last 60 rows added
  case when moves >= 19 then money_flow_volume_20 / nullif(volume_20, 0) end as chaikin_money_flow_20, -- Chaikin money flow over 20 rows, -1 to 1
  case when moves >= 59 then traded_value_60 / nullif(volume_60, 0) end as vwap_60, -- average price weighted by volume over 60 rows
  case when taker_rows_20 = 20 then taker_buy_volume_20 / nullif(volume_20, 0) end as taker_buy_ratio_20, -- share of the volume of 20 rows in which the buyer took liquidity
  case when taker_rows_60 = 60 then taker_buy_volume_60 / nullif(volume_60, 0) end as taker_buy_ratio_60 -- share of the volume of 60 rows in which the buyer took liquidity
from frames;
