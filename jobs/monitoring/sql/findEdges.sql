-- The edges of the bins of each feature: the nine that part its values into tenths. A value that is several of them fills a tenth
-- by itself: its bin ends at the next value, or just above it where there is none.
with tenths as (
  select feature, percentile_disc(array[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) within group (order by value) as found
  from monitored
  group by feature
), lower_ends as (
  select feature, edge, count(*) as times
  from tenths
  cross join unnest(found) as edge
  where edge is not null
  group by feature, edge
), upper_ends as (
  select lower_ends.feature, coalesce(min(monitored.value), lower_ends.edge + greatest(abs(lower_ends.edge), 0.001) * 1e-9) as edge
  from lower_ends
  left join monitored on monitored.feature = lower_ends.feature and monitored.value > lower_ends.edge
  where lower_ends.times > 1
  group by lower_ends.feature, lower_ends.edge
)
select tenths.feature, array(
  select edge from lower_ends where lower_ends.feature = tenths.feature
  union
  select edge from upper_ends where upper_ends.feature = tenths.feature
  order by edge
) as edges
from tenths
