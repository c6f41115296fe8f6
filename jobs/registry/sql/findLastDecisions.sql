-- The last decision of one name ($1) or of each that gave or took an alias.
select promotions.name, promotions.decision, promotions.version, promotions.action, promotions.alias, promotions.previous_version,
  promotions.reasons, promotions.evidence, promotions.decided_at
from promotions
join (
  select name, max(decision) as decision
  from promotions
  where action <> 'refuse' and ($1::varchar is null or name = $1)
  group by name
) as newest on newest.name = promotions.name and newest.decision = promotions.decision
order by promotions.name
