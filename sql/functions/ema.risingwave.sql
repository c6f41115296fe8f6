-- Exponential moving average over a window frame: the newest row weighs 1, each row back (1 - alpha) times the next.
-- why: a row without a value ages the others and adds nothing, as in pandas' ewm(ignore_na=False), so that
--   ema(v, a) = sum(v * (1 - a) ^ age) / sum((1 - a) ^ age) over the rows that have a value. Null when none has.
--   Wilder's smoothing over n rows is alpha = 1 / n. Window frames never retract; RisingWave asks for the function.
create aggregate ema(value double precision, alpha double precision) returns double precision language javascript as $$
  export function create_state() { return { sum: 0, weight: 0 }; }
  export function accumulate(state, value, alpha) {
    state.sum *= 1 - alpha;
    state.weight *= 1 - alpha;
    if (value !== null) { state.sum += value; state.weight += 1; }
    return state;
  }
  export function retract(state, value, alpha) { throw new Error('ema works over window frames only'); }
  export function finish(state) { return state.weight === 0 ? null : state.sum / state.weight; }
$$;
