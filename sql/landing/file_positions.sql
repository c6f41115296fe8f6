-- How far each file has been read: one row per source and path.
-- grain: source, path
-- time: updated_at
-- why: an import that was broken off goes on where its rows were last stored. The hash tells a file that was
--   replaced from one that is merely read again. Rows are rewritten as the file is read.
create table file_positions (
  source varchar, -- who reads it, as import or replay
  path varchar, -- path of the file as it was given
  content_hash varchar, -- hash of the file's content
  rows_done bigint, -- rows stored so far
  done boolean, -- whether the file was read to its end
  updated_at timestamptz, -- when this row was last written
  primary key (source, path)
);
