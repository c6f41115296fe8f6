-- Weighted moving average over a window frame: the oldest value weighs 1, the next 2, and so on.
-- why: rows without a value are left out and take no weight; a frame that is not full yet is averaged with the weights of
--   the values it has. Window frames never retract; RisingWave asks for the function.
create aggregate wma(value double precision) returns double precision language javascript as $$
  export function create_state() { return { sum: 0, count: 0 }; }
  export function accumulate(state, value) {
    if (value !== null) {
      state.count += 1;
      state.sum += state.count * value;
    }
    return state;
  }
  export function retract(state, value) { throw new Error('wma works over window frames only'); }
  export function finish(state) { return state.count === 0 ? null : state.sum / (state.count * (state.count + 1) / 2); }
$$;
