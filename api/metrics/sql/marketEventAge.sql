select exchange, symbol, seconds_since_event as value
from freshness
