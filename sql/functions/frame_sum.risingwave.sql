-- Sum of doubles over a window frame, added up anew for each frame.
-- why: a sum of doubles can take off what leaves a frame; what is left of a frame without trades is then not 0 but a rounding
--   error, by which an average price divides. Window frames never retract here; RisingWave asks for the function.
create aggregate frame_sum(value double precision) returns double precision language javascript as $$
  export function create_state() { return { sum: null }; }
  export function accumulate(state, value) {
    if (value !== null) state.sum = state.sum === null ? value : state.sum + value;
    return state;
  }
  export function retract(state, value) { throw new Error('frame_sum works over window frames only'); }
  export function finish(state) { return state.sum; }
$$;
