-- The ledger of holes in the trade stream: one row per exchange, symbol and first missing trade id.
-- grain: exchange, symbol, from_id
-- time: detected_at
-- why: where ids are contiguous a hole is a loss until the exchange says otherwise. A hole is never deleted: it ends
--   as repaired, or as permanent when the exchange itself has no such trades. Rows are rewritten as that becomes known.
create table trade_gaps (
  exchange varchar, -- exchange with the hole
  symbol varchar, -- market, as BTC/USD
  from_id bigint, -- first missing trade id
  to_id bigint, -- last missing trade id
  from_ts timestamptz, -- time of the last trade before the hole
  to_ts timestamptz, -- time of the first trade after the hole
  missing bigint, -- how many ids were missing when the hole was found
  repaired bigint, -- how many of them have been filled since
  status varchar, -- detected, repaired or permanent
  cause varchar, -- what is known of the cause, as reconnect or exchange outage
  detected_at timestamptz, -- when the hole was found
  closed_at timestamptz, -- when it became repaired or permanent, null while it is open
  primary key (exchange, symbol, from_id)
);
