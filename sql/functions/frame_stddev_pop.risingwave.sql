-- Population standard deviation of doubles over a window frame, added up anew for each frame.
-- why: by Youngs and Cramer 1971, as PostgreSQL adds it up, which keeps the digits that a sum of squares less the square of the sum
--   loses where prices are large and hardly move. Window frames never retract; RisingWave asks for the function.
create aggregate frame_stddev_pop(value double precision) returns double precision language javascript as $$
  export function create_state() { return { count: 0, sum: 0, squares: 0 }; }
  export function accumulate(state, value) {
    if (value === null) return state;
    state.count += 1;
    state.sum += value;
    if (state.count > 1) {
      const distance = value * state.count - state.sum;
      state.squares += distance * distance / (state.count * (state.count - 1));
    }
    return state;
  }
  export function retract(state, value) { throw new Error('frame_stddev_pop works over window frames only'); }
  export function finish(state) { return state.count === 0 ? null : Math.sqrt(state.squares / state.count); }
$$;
