insert into retraining_decisions (name, decision, version, action, reasons, evidence, judged_through, decided_at)
select $1::varchar, coalesce(max(decision), 0) + 1, $2::int, $3::varchar, $4::varchar, $5::varchar, $6::timestamptz, $7::timestamptz
from retraining_decisions
where name = $1::varchar
