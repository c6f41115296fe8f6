-- The next rows of a span by their key.
select {{columns}}
from {{relation}}
where {{only}} and {{time}} >= $1 and {{time}} < $2 {{after}}
order by {{key}}
limit {{limit}}
