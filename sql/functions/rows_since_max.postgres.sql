-- Rows between the largest value of a window frame and the current row: 0 when the current row has it.
-- why: Aroon counts from the largest price. Of equal values the latest counts, as in TA-Lib. Rows without a value are counted
--   but never the largest; null when no row has a value. Over a moving frame the state is whether there is a value, the
--   rows since the largest and the value itself; when that one leaves, null makes PostgreSQL add up the frame anew. Like this
--   PostgreSQL's own float8_avg takes second by first. For a single frame array_append is faster, as it is native.
create function rows_since_max_add(state double precision[], value double precision) returns double precision[]
language plpgsql immutable as $$
begin
  if value >= state[3] then
    return array[1, 0, value];
  end if;
  return array[state[1], state[2] + 1, state[3]];
end $$;

create function rows_since_max_remove(state double precision[], value double precision) returns double precision[]
language plpgsql immutable as $$
begin
  if value = state[3] then
    return null;
  end if;
  return state;
end $$;

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
  sfunc = array_append, stype = double precision[], initcond = '{}', finalfunc = rows_since_max_result,
  msfunc = rows_since_max_add, minvfunc = rows_since_max_remove, mstype = double precision[], minitcond = '{0,0,-Infinity}',
  mfinalfunc = float8_avg
);
