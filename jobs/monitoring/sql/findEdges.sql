-- Lower edges of the bins of a version ($1, $2), in their order; null where a bin has no lower end.
select feature, lower_edge
from drift_references
where model = $1::varchar and version = $2::int
order by feature, bin
