-- Sum of doubles over a window frame, added up anew for each frame.
-- why: PostgreSQL's own sum does so; RisingWave takes what leaves a frame off its sum, and what is left of a frame without trades is then
--   not 0 but a rounding error, by which an average price divides. So where frames of doubles slide, both add up anew.
create aggregate frame_sum(value double precision) (sfunc = float8pl, stype = double precision);
