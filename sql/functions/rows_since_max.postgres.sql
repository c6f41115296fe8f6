-- Rows between the largest value of a window frame and the current row: 0 when the current row has it.
-- why: Aroon counts from the largest price. Of equal values the latest counts, as in TA-Lib. Rows without a value are counted
--   but never the largest; null when no row has a value. array_append is native; the one slow function is called once a frame.
create function rows_since_max_result(state double precision[]) returns double precision
language plpgsql immutable as $$
declare
  value double precision;
  best double precision;
  since int;
begin
  foreach value in array state loop
    if value >= best or (best is null and value is not null) then
      best := value;
      since := 0;
    else
      since := since + 1;
    end if;
  end loop;
  return since;
end $$;

create aggregate rows_since_max(value double precision) (
  sfunc = array_append, stype = double precision[], initcond = '{}', finalfunc = rows_since_max_result
);
