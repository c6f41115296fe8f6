-- Messages that could not be used, kept whole: one row per source and place.
-- grain: source, place
-- time: received_at
-- why: bad input must never stop a stream and must never vanish. The place is part of the key, so that reading a
--   file or a topic again does not report the same letter twice.
create table dead_letters (
  source varchar, -- who read it, as replay, import or kraken
  place varchar, -- file and line, topic and offset, or connection and message number
  reason varchar, -- field, value and what was expected
  raw_base64 varchar, -- the bytes as they arrived, in base64, cut at the size limit
  received_at timestamptz, -- when it arrived
  primary key (source, place)
) on conflict do nothing;
