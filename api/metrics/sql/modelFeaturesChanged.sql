-- Models in service that wait, since their features changed.
select name as model, version, alias, case when changed_features is null then 0 else 1 end as value
from models
where alias is not null
