select name, decision, version, action, alias, previous_version, reasons, evidence, decided_at
from promotions
where name = $1
order by decision desc
