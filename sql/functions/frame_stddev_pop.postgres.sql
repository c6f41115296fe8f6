-- Population standard deviation of doubles over a window frame, added up anew for each frame.
-- why: PostgreSQL's own stddev_pop, by Youngs and Cramer 1971, keeps the digits that a sum of squares less the square of the sum loses
--   where prices are large and hardly move. Under its own name it is the same arithmetic on both engines.
create aggregate frame_stddev_pop(value double precision) (
  sfunc = float8_accum, stype = double precision[], initcond = '{0,0,0}', finalfunc = float8_stddev_pop
);
