insert into pipeline_health (
  sampled_at, exchange, symbol, state, seconds_since_trade, seconds_since_event, open_gaps, missing_trades
)
select
  $1, freshness.exchange, freshness.symbol, freshness.state, freshness.seconds_since_trade, freshness.seconds_since_event,
  coalesce(open_gaps.gaps, 0), coalesce(open_gaps.missing, 0)
from freshness
left join open_gaps on open_gaps.exchange = freshness.exchange and open_gaps.symbol = freshness.symbol
on conflict (sampled_at, exchange, symbol) do nothing
