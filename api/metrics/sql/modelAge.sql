-- By event time, as models expire.
select serving.name as model, serving.version, serving.alias, extract(epoch from newest.event_time) - extract(epoch from serving.trained_to) as value
from (select 1 as place, name, version, alias, trained_to from models where alias is not null) as serving
join (select 1 as place, max(event_time) as event_time from watermarks) as newest on newest.place = serving.place
where newest.event_time is not null
