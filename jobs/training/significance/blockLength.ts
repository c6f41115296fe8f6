/**
 * Length of blocks that keeps the dependence of a series: the rule of Politis and White ("Automatic Block-Length Selection for
 * the Dependent Bootstrap", Econometric Reviews 23, 2004) for the circular block bootstrap, with the correction of Patton,
 * Politis and White (2009). In observations, at least 1, not rounded; 1 for a series that does not vary.
 */
export function automaticBlockLength(series: Float64Array): number {
  const count = series.length;
  const run = Math.max(5, Math.ceil(Math.log10(count)));
  const mostLags = Math.min(count - 1, Math.ceil(Math.sqrt(count)) + run);
  const covariances = autocovariances(series, mostLags);
  const variance = covariances[0] ?? 0;
  if (!(variance > 0) || count < 3) return 1;
  const quiet = firstQuietLag(covariances, run, 2 * Math.sqrt(Math.log10(count) / count));
  const lags = Math.min(2 * quiet, mostLags);
  let [spectrum, slope] = [variance, 0];
  for (let lag = 1; lag <= lags; lag++) {
    const window = Math.min(1, 2 * (1 - lag / lags));
    const both = 2 * window * (covariances[lag] ?? 0);
    spectrum += both;
    slope += lag * both;
  }
  const longest = Math.ceil(Math.min(3 * Math.sqrt(count), count / 3));
  const length = ((2 * slope * slope) / ((4 / 3) * spectrum * spectrum)) ** (1 / 3) * count ** (1 / 3);
  return Math.max(1, Math.min(longest, Number.isFinite(length) ? length : longest));
}

/** The first lag from which `run` correlations in a row are within the band, as the authors' own code takes it; else the last lag. */
function firstQuietLag(covariances: Float64Array, run: number, band: number): number {
  let first = 1;
  for (let lag = 1; lag < covariances.length; lag++) {
    if (Math.abs(covariances[lag] ?? 0) >= band * (covariances[0] ?? 0)) first = lag + 1;
    else if (lag - first + 1 >= run) return first;
  }
  return covariances.length - 1;
}

function autocovariances(series: Float64Array, mostLags: number): Float64Array {
  const mean = series.reduce((sum, value) => sum + value, 0) / series.length;
  const centred = series.map((value) => value - mean);
  return Float64Array.from({ length: mostLags + 1 }, (_, lag) => {
    let sum = 0;
    for (let index = lag; index < centred.length; index++)
      sum += (centred[index] ?? 0) * (centred[index - lag] ?? 0);
    return sum / series.length;
  });
}
