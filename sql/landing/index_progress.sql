-- What the monitoring index holds: one row per source and span of time.
-- grain: source, span
-- time: span
-- why: the fingerprint is that of the rows whose documents the index has, so whatever differs from the tables by it is indexed
--   again: after an outage, a crash, a late correction. Deleting rows here makes their spans be indexed anew. Rows are rewritten.
create table index_progress (
  source varchar, -- what is indexed, as predictions
  span timestamptz, -- start of the span: an hour, a day, or all of a small table
  generation varchar, -- hash of the mapping that its documents were indexed with
  fingerprint varchar, -- sum of the hashes of the rows that were indexed
  row_count bigint, -- how many rows that were
  rejected bigint, -- how many of them the index refused; the reasons are in dead_letters
  indexed_at timestamptz, -- when it was indexed
  primary key (source, span)
);
