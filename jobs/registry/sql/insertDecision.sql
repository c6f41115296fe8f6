insert into promotions (name, decision, version, action, alias, previous_version, reasons, evidence, decided_at)
select $1::varchar, coalesce(max(decision), 0) + 1, $2::int, $3::varchar, $4::varchar, $5::int, $6::varchar, $7::varchar, $8::timestamptz
from promotions
where name = $1::varchar
returning decision
