-- Mean distance of a window frame's values from their own mean; rows without a value are left out.
-- why: the commodity channel index divides by it. It needs the whole frame at once, as the mean moves with every row.
--   Window frames never retract; RisingWave asks for the function.
create aggregate mean_deviation(value double precision) returns double precision language javascript as $$
  export function create_state() { return []; }
  export function accumulate(state, value) {
    if (value !== null) state.push(value);
    return state;
  }
  export function retract(state, value) { throw new Error('mean_deviation works over window frames only'); }
  export function finish(state) {
    if (state.length === 0) return null;
    let mean = 0;
    for (const value of state) mean += value;
    mean /= state.length;
    let distance = 0;
    for (const value of state) distance += Math.abs(value - mean);
    return distance / state.length;
  }
$$;
