-- By event time, as models expire.
select models.name as model, models.version, models.alias, extract(epoch from max(watermarks.event_time)) - extract(epoch from models.trained_to) as value
from models
cross join watermarks
where models.alias is not null
group by models.name, models.version, models.alias, models.trained_to
