select (extract(epoch from minute) * 1000000)::bigint::varchar as micros
from heartbeats
where exchange = $1 and symbol = $2
order by minute desc
limit 1
