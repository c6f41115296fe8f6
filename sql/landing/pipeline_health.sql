-- How each market's pipeline was from minute to minute: one row per minute, exchange and symbol.
-- grain: sampled_at, exchange, symbol
-- time: sampled_at
-- why: freshness and open_gaps say how it is now and forget how it was. A sample a minute is kept of them, so that an
--   outage can be looked at afterwards. The first sample of a minute stays.
create table pipeline_health (
  sampled_at timestamptz, -- minute of the sample, by the clock
  exchange varchar, -- exchange of the market
  symbol varchar, -- market, as BTC/USD
  state varchar, -- live, quiet or stale, as in freshness
  seconds_since_trade double precision, -- how long ago the last trade was, null when all is imported
  seconds_since_event double precision, -- how long ago the last sign of life was
  open_gaps bigint, -- holes in the trade ids that were not closed
  missing_trades bigint, -- trades missing in them
  primary key (sampled_at, exchange, symbol)
) on conflict do nothing;
