-- Rows between the largest value of a window frame and the current row: 0 when the current row has it.
-- why: Aroon counts from the largest price. Of equal values the latest counts, as in TA-Lib. Rows without a value are counted
--   but never the largest; null when no row has a value. Window frames never retract; RisingWave asks for the function.
create aggregate rows_since_max(value double precision) returns double precision language javascript as $$
  export function create_state() { return { rows: 0, at: 0, best: null }; }
  export function accumulate(state, value) {
    state.rows += 1;
    if (value !== null && (state.best === null || value >= state.best)) {
      state.best = value;
      state.at = state.rows;
    }
    return state;
  }
  export function retract(state, value) { throw new Error('rows_since_max works over window frames only'); }
  export function finish(state) { return state.best === null ? null : state.rows - state.at; }
$$;
