select severity, count(*) as value
from open_alerts
group by severity
