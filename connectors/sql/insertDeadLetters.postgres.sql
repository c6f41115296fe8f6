insert into dead_letters (source, place, reason, raw_base64, received_at)
select
  row.source,
  row.place,
  row.reason,
  row.raw_base64,
  row.received_at
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
  as row (source, place, reason, raw_base64, received_at)
on conflict (source, place) do nothing
