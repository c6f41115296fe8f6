insert into file_positions (source, path, content_hash, rows_done, done, updated_at)
select
  row.source,
  row.path,
  row.content_hash,
  row.rows_done,
  row.done,
  row.updated_at
from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::boolean[], $6::timestamptz[])
  as row (source, path, content_hash, rows_done, done, updated_at)
on conflict (source, path) do update
set
  content_hash = excluded.content_hash,
  rows_done = excluded.rows_done,
  done = excluded.done,
  updated_at = excluded.updated_at
