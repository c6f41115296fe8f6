-- Proof that a feed was alive and complete in a minute: one row per exchange, symbol and minute.
-- grain: exchange, symbol, minute
-- time: minute
-- why: without it a minute in which nothing traded looks the same as a minute that was missed. The first is flat,
--   the second is unknown, and no model may take one for the other.
create table heartbeats (
  exchange varchar, -- exchange whose feed was alive
  symbol varchar, -- market, as BTC/USD
  minute timestamptz, -- start of the minute
  primary key (exchange, symbol, minute)
) on conflict do nothing
with (
  connector = 'kafka',
  topic = 'heartbeats',
  properties.bootstrap.server = '${KAFKA_BROKERS}',
  scan.startup.mode = 'earliest'
) format plain encode json;
