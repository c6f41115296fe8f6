-- Mean distance of a window frame's values from their own mean; rows without a value are left out.
-- why: the commodity channel index divides by it. It needs the whole frame at once, as the mean moves with every row.
--   array_append is native; the one slow function is called once a frame and not once a value.
create function mean_deviation_result(state double precision[]) returns double precision
language plpgsql immutable as $$
declare
  known double precision[] := array_remove(state, null);
  count int := cardinality(known);
  mean double precision := 0;
  distance double precision := 0;
begin
  if count = 0 then
    return null;
  end if;
  for position in 1 .. count loop
    mean := mean + known[position];
  end loop;
  mean := mean / count;
  for position in 1 .. count loop
    distance := distance + abs(known[position] - mean);
  end loop;
  return distance / count;
end $$;

create aggregate mean_deviation(value double precision) (
  sfunc = array_append, stype = double precision[], initcond = '{}', finalfunc = mean_deviation_result
);
