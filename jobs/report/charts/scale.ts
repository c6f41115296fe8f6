/** A stretch of values drawn over a stretch of the picture. */
export interface Scale {
  /** Place of a value in the picture, to a tenth of a unit. */
  readonly at: (value: number) => number;
  /** Round values inside. */
  readonly ticks: readonly number[];
}

/**
 * A linear scale with ticks at 1, 2 or 5 times a power of ten, widened to whole ticks.
 *
 * @param least what it has to reach over at least
 * @param from place of the lowest value in the picture, `to` of the highest
 */
export function linearScale(
  values: readonly number[],
  from: number,
  to: number,
  wanted = 5,
): Scale & { readonly low: number; readonly high: number } {
  const [lowest, highest] = rangeOf(values);
  const step = stepOf((highest - lowest) / wanted);
  const low = Math.floor(lowest / step + 1e-9) * step;
  const high = Math.ceil(highest / step - 1e-9) * step;
  const count = Math.round((high - low) / step);
  return {
    low,
    high,
    at: (value) => rounded(from + ((value - low) / (high - low)) * (to - from)),
    ticks: Array.from({ length: count + 1 }, (_, tick) => Number((low + tick * step).toPrecision(12))),
  };
}

/** Values that are all the same get some room. */
function rangeOf(values: readonly number[]): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (high > low) return [low, high];
  const room = Math.abs(low) > 0 ? Math.abs(low) / 2 : 1;
  return [low - room, high + room];
}

function stepOf(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const leading = rough / power;
  return power * (leading <= 1 ? 1 : leading <= 2 ? 2 : leading <= 5 ? 5 : 10);
}

/** To a tenth: finer is not seen, and makes the page longer. */
export function rounded(place: number): number {
  return Math.round(place * 10) / 10;
}
