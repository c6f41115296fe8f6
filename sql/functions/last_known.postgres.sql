-- The latest value in a window frame that is not null, or null when there is none.
-- why: last_value(x ignore nulls) is not on both engines. The moving-aggregate mode takes a row out at the frame's tail in one
--   step, so a frame of a day of minutes costs no more than one of ten. State: the value, rows since it, rows in the frame.
create function last_known_add(state double precision[], value double precision) returns double precision[]
language plpgsql immutable as $$
begin
  if value is null then
    return array[state[1], state[2] + 1, state[3] + 1];
  end if;
  return array[value, 0, state[3] + 1];
end $$;

create function last_known_remove(state double precision[], value double precision) returns double precision[]
language plpgsql immutable as $$
begin
  return array[case when state[2] < state[3] - 1 then state[1] end, state[2], state[3] - 1];
end $$;

create function last_known_result(state double precision[]) returns double precision
language plpgsql immutable as $$ begin return state[1]; end $$;

create aggregate last_known(value double precision) (
  sfunc = last_known_add, stype = double precision[], initcond = '{null,0,0}', finalfunc = last_known_result,
  msfunc = last_known_add, minvfunc = last_known_remove, mstype = double precision[], minitcond = '{null,0,0}',
  mfinalfunc = last_known_result
);
