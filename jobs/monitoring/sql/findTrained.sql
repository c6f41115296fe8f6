-- Which data the versions of a name ($1) were trained on last.
select max(trained_to) as trained
from models
where name = $1::varchar and algorithm <> 'persistence'
