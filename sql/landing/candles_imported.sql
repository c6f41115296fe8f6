-- One-minute candle history from files or an exchange's archive: one row per exchange, symbol and minute.
-- grain: exchange, symbol, window_start
-- time: window_start
-- why: used only where no trades cover the minute. What the source does not say stays null: an unknown number of
--   trades is not zero trades.
create table candles_imported (
  exchange varchar, -- exchange the candle is of
  symbol varchar, -- market, as BTC/USD
  window_start timestamptz, -- start of the minute
  open numeric, -- first price
  high numeric, -- highest price
  low numeric, -- lowest price
  close numeric, -- last price
  volume numeric, -- traded amount in base currency
  notional numeric, -- traded amount in quote currency, null where the source has none
  trades bigint, -- number of trades, null where the source has none
  taker_buy_volume numeric, -- part of the volume in which the buyer took liquidity, null where the source has none
  primary key (exchange, symbol, window_start)
) on conflict do nothing;
