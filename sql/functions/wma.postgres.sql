-- Weighted moving average over a window frame: the oldest value weighs 1, the next 2, and so on.
-- why: rows without a value are left out and take no weight; a frame that is not full yet is averaged with the weights of
--   the values it has. array_append is native; the one slow function is called once a frame and not once a value.
create function wma_result(state double precision[]) returns double precision
language plpgsql immutable as $$
declare
  known double precision[] := array_remove(state, null);
  count int := cardinality(known);
  sum double precision := 0;
begin
  for position in 1 .. count loop
    sum := sum + position * known[position];
  end loop;
  return sum / nullif(count * (count + 1) / 2, 0);
end $$;

create aggregate wma(value double precision) (
  sfunc = array_append, stype = double precision[], initcond = '{}', finalfunc = wma_result
);
