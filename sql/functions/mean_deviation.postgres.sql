-- Mean distance of a window frame's values from their own mean; rows without a value are left out.
-- why: the commodity channel index divides by it. It needs the whole frame at once, as the mean moves with every row.
--   array_append is native; the one slow function is called once a frame and not once a value.
create function mean_deviation_result(state double precision[]) returns double precision
language plpgsql immutable as $$
declare
  value double precision;
  count int := 0;
  mean double precision := 0;
  distance double precision := 0;
begin
  foreach value in array state loop
    if value is not null then
      mean := mean + value;
      count := count + 1;
    end if;
  end loop;
  if count = 0 then
    return null;
  end if;
  mean := mean / count;
  foreach value in array state loop
    if value is not null then
      distance := distance + abs(value - mean);
    end if;
  end loop;
  return distance / count;
end $$;

create aggregate mean_deviation(value double precision) (
  sfunc = array_append, stype = double precision[], initcond = '{}', finalfunc = mean_deviation_result
);
