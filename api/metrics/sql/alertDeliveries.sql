select destination, state, count(*) as value
from alert_deliveries
group by destination, state
