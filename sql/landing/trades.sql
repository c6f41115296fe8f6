-- Every trade of every market as the exchange reported it: one row per exchange, symbol and trade id.
-- grain: exchange, symbol, trade_id
-- time: ts
-- why: the exchange's own trade id is the key and the first arrival stays, so replays, reconnect snapshots and
--   backfills may send the same trade again without counting it twice. Prices and quantities are exact decimals:
--   their sums do not depend on the order in which trades arrive.
create table trades (
  exchange varchar, -- exchange the trade happened on
  symbol varchar, -- market, as BTC/USD
  trade_id bigint, -- the exchange's own id of the trade
  ts timestamptz, -- exchange time of the trade
  price numeric, -- price in quote currency for one unit of base currency
  quantity numeric, -- traded amount in base currency
  side varchar, -- which side took liquidity, buy or sell
  received_at timestamptz, -- when Tickwave first saw the trade
  primary key (exchange, symbol, trade_id)
) on conflict do nothing
with (
  connector = 'kafka',
  topic = 'trades',
  properties.bootstrap.server = '${KAFKA_BROKERS}',
  scan.startup.mode = 'earliest'
) format plain encode json;
