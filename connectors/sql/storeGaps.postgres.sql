-- The ledger is rewritten as more becomes known of a hole. A hole that has grown keeps the time it was first found.
insert into trade_gaps
  (exchange, symbol, from_id, to_id, from_ts, to_ts, missing, repaired, status, cause, detected_at, closed_at)
select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::timestamptz[], $7::bigint[],
  $8::bigint[], $9::text[], $10::text[], $11::timestamptz[], $12::timestamptz[])
on conflict (exchange, symbol, from_id) do update set
  to_id = excluded.to_id, to_ts = excluded.to_ts, missing = excluded.missing, repaired = excluded.repaired,
  status = excluded.status, cause = excluded.cause, closed_at = excluded.closed_at
