insert into index_progress (source, span, generation, fingerprint, row_count, rejected, indexed_at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (source, span) do update set
  generation = excluded.generation,
  fingerprint = excluded.fingerprint,
  row_count = excluded.row_count,
  rejected = excluded.rejected,
  indexed_at = excluded.indexed_at
