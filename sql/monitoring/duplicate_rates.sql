-- How many of the trades that arrived were known already: one row per exchange, symbol and hour.
-- grain: exchange, symbol, hour
-- time: hour
-- why: some repetition is healthy, for every reconnect begins with trades that were there. A rate that stays high means a feed
--   that reconnects all the time, or two feeds of one market.
create view duplicate_rates as
select
  exchange, -- exchange of the feed
  symbol, -- market, as BTC/USD
  date_bin(interval '1 hour', counted_at, '2000-01-01 00:00:00+00'::timestamptz) as hour, -- start of the hour
  sum(received)::bigint as received, -- trades that arrived
  sum(repeated)::bigint as repeated, -- those that were known already
  (sum(repeated) / nullif(sum(received), 0))::double precision as duplicate_rate -- share of them, null when nothing arrived
from feed_counts
group by exchange, symbol, date_bin(interval '1 hour', counted_at, '2000-01-01 00:00:00+00'::timestamptz);
