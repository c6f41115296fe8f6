-- Values of which the bins are wanted, for one transaction.
create temporary table monitored (feature varchar, window_start timestamptz, value double precision) on commit drop
