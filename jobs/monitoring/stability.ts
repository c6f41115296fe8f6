/**
 * Population stability index of counts against those expected, bin by bin: the sum of (actual - expected) × ln(actual / expected) of
 * their shares, with half an observation more in every bin (Siddiqi 2006, Credit Risk Scorecards). The view `drift` says the same in SQL.
 *
 * @returns null when one of the two has no observation
 */
export function stabilityIndex(expected: readonly number[], actual: readonly number[]): number | null {
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  const [expectedAll, actualAll] = [sum(expected), sum(actual)];
  if (expectedAll === 0 || actualAll === 0) return null;
  const half = expected.length / 2;
  return expected.reduce((index, count, bin) => {
    const [e, a] = [(count + 0.5) / (expectedAll + half), ((actual[bin] ?? 0) + 0.5) / (actualAll + half)];
    return index + (a - e) * Math.log(a / e);
  }, 0);
}

/** Days of a reference from which on it says what is usual. */
const LEAST_DAYS = 3;
/** Standard deviations above the mean that are still usual: one day in 44 is beyond them. */
const SPREAD = 2;
/** Indices below this are all the same: nothing. */
const NOTHING = 0.001;

/**
 * What a day goes from the others without any harm: the stability index that one day in 44 exceeds, from the index of each day against
 * the other days. Their logarithms are taken as normal; the highest of a few days alone would be a matter of luck.
 *
 * @param days counts by bin of each day
 * @returns null with fewer than three days that have half as many observations as the fullest
 */
export function usualIndex(days: readonly (readonly number[])[]): number | null {
  const sizes = days.map((counts) => counts.reduce((total, count) => total + count, 0));
  const whole = days.filter((_, day) => (sizes[day] ?? 0) * 2 >= Math.max(...sizes) && (sizes[day] ?? 0) > 0);
  if (whole.length < LEAST_DAYS) return null;
  const total = whole[0]?.map((_, bin) => whole.reduce((sum, counts) => sum + (counts[bin] ?? 0), 0)) ?? [];
  const logarithms = whole.map((counts) => {
    const others = total.map((count, bin) => count - (counts[bin] ?? 0));
    return Math.log(Math.max(NOTHING, stabilityIndex(others, counts) ?? 0));
  });
  const mean = logarithms.reduce((sum, value) => sum + value, 0) / whole.length;
  const squares = logarithms.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.exp(mean + SPREAD * Math.sqrt(squares / (whole.length - 1)));
}
