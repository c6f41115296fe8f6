-- Counts of hours that are $1 days older than the newest of all. The newest is one row by event time, whatever model it is of.
delete from drift_counts where hour < (select max(hour) from drift_counts) - $1::int * interval '1 day'
