select watermarks.exchange, watermarks.symbol, coalesce(open_gaps.missing, 0) as value
from watermarks
left join open_gaps on open_gaps.exchange = watermarks.exchange and open_gaps.symbol = watermarks.symbol
