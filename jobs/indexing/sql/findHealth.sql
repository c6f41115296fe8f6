-- How the pipeline of each market is now.
select
  freshness.exchange, freshness.symbol, freshness.state, freshness.seconds_since_trade, freshness.seconds_since_event,
  coalesce(open_gaps.gaps, 0) as open_gaps, coalesce(open_gaps.missing, 0) as missing_trades
from freshness
left join open_gaps on open_gaps.exchange = freshness.exchange and open_gaps.symbol = freshness.symbol
