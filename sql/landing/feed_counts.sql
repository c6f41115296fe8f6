-- What the feeds brought, counted about once a minute: one row per exchange, symbol and count.
-- grain: exchange, symbol, counted_at
-- time: counted_at
-- why: a trade that comes twice is stored once, so trades cannot say how often that happens. Feeds that overlap or
--   exchanges that repeat themselves show here. Counts since the count before.
create table feed_counts (
  exchange varchar, -- exchange of the feed
  symbol varchar, -- market, as BTC/USD
  counted_at timestamptz, -- when it was counted
  received bigint, -- trades that arrived, over the socket and from REST
  repeated bigint, -- those that were known already
  primary key (exchange, symbol, counted_at)
) on conflict do nothing;
