-- The latest value in a window frame that is not null, or null when there is none.
-- why: last_value(x ignore nulls) is not on both engines. Window frames never retract; RisingWave asks for the function.
create aggregate last_known(value double precision) returns double precision language javascript as $$
  export function create_state() { return { value: null }; }
  export function accumulate(state, value) {
    if (value !== null) state.value = value;
    return state;
  }
  export function retract(state, value) { throw new Error('last_known works over window frames only'); }
  export function finish(state) { return state.value; }
$$;
