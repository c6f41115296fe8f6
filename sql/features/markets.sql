-- The markets that prices are known of, split into their assets: one row per exchange and symbol.
-- grain: exchange, symbol
-- why: news is about an asset and features are about a market; this is what joins them. Built on days, because they
--   are the few rows that already stand for every price.
create materialized view markets as
select
  exchange, -- exchange of the market
  symbol, -- market, as BTC/USD
  split_part(symbol, '/', 1) as base_asset, -- asset that is bought and sold, as BTC
  split_part(symbol, '/', 2) as quote_asset, -- asset that it is paid in, as USD
  min(window_start) as first_day -- first day in UTC with a known minute
from candles_1d
group by exchange, symbol;
