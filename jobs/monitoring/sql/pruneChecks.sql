-- Checks that are $1 days older than the newest of all.
delete from drift_checks where checked_through < (select max(checked_through) from drift_checks) - $1::int * interval '1 day'
