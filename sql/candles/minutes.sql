-- Every minute that something is known of, whatever told us: one row per exchange, symbol and known minute.
-- grain: exchange, symbol, window_start
-- time: window_start
-- why: trades outrank imported history, which outranks a bare heartbeat; all values of a minute come from one of them.
--   A minute with only a heartbeat has nulls here and becomes flat in candles_1m. A minute with none of the three has
--   no row: unknown is not flat. Imported candles that contradict themselves are left out,
--   as is what does not stand at the start of a minute.
create materialized view minutes as
with known as (
  select exchange, symbol, window_start, 'trades' as source, open, high, low, close, volume, notional, trades, taker_buy_volume, last_trade_at, last_trade_at as last_event_at
  from traded_minutes
  union all
  select exchange, symbol, window_start, 'import' as source, open, high, low, close, volume, notional, trades, taker_buy_volume, null::timestamptz as last_trade_at, window_start as last_event_at
  from candles_imported
  where window_start = date_trunc('minute', window_start)
    and low > 0 and high < 1000000000000000 and open >= low and open <= high and close >= low and close <= high
    and volume >= 0 and volume < 1000000000000000000
  union all
  select exchange, symbol, minute as window_start, 'heartbeat' as source, null::numeric as open, null::numeric as high, null::numeric as low, null::numeric as close,
    null::numeric as volume, null::numeric as notional, null::bigint as trades, null::numeric as taker_buy_volume, null::timestamptz as last_trade_at, minute as last_event_at
  from heartbeats
  where minute = date_trunc('minute', minute)
)
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  window_start, -- start of the minute
  case when bool_or(source = 'trades') then 'trades' when bool_or(source = 'import') then 'import' else 'heartbeat' end as source, -- what the values come from: trades, import or heartbeat
  coalesce(max(open) filter (where source = 'trades'), max(open)) as open, -- first price, null when only a heartbeat is known
  coalesce(max(high) filter (where source = 'trades'), max(high)) as high, -- highest price
  coalesce(max(low) filter (where source = 'trades'), max(low)) as low, -- lowest price
  coalesce(max(close) filter (where source = 'trades'), max(close)) as close, -- last price
  coalesce(max(volume) filter (where source = 'trades'), max(volume)) as volume, -- traded amount in base currency
  coalesce(max(notional) filter (where source = 'trades'), max(notional)) as notional, -- traded amount in quote currency, null where unknown
  coalesce(max(trades) filter (where source = 'trades'), max(trades)) as trades, -- number of trades, null where unknown
  case when bool_or(source = 'trades') then max(taker_buy_volume) filter (where source = 'trades') else max(taker_buy_volume) end as taker_buy_volume, -- part of the volume in which the buyer took liquidity, null where unknown
  max(last_trade_at) as last_trade_at, -- time of the last trade in the minute, null when there is none
  max(last_event_at) as last_event_at -- latest trade or heartbeat time in the minute
from known
group by exchange, symbol, window_start;
