-- Up to which minute each market is closed.
select exchange, symbol, (extract(epoch from date_trunc('minute', closed_before)) * 1000)::double precision as closed
from watermarks
where closed_before is not null
