/** What was predicted of rows and what came, by time, then by market. */
export interface Scored {
  readonly horizonMinutes: number;
  /** Start of each row's minute, milliseconds since the Unix epoch; never falling. */
  readonly times: Float64Array;
  /** Index of each row's market. */
  readonly market: Uint16Array;
  /** Close of each row's minute, in quote currency. */
  readonly closes: Float64Array;
  /** Log returns that came. */
  readonly actual: Float64Array;
  /** Log returns predicted. */
  readonly predicted: Float64Array;
  /** Bounds of the log return; `lower` is never above `upper`. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Share of returns that should fall between the bounds, as 0.8. */
  readonly level: number;
  /** Probability that the return is above 0. */
  readonly probability: Float64Array;
}

/** The rows that `keep` is true of. */
export function scoredWhere(scored: Scored, keep: (row: number) => boolean): Scored {
  const kept = <Column extends Float64Array | Uint16Array>(column: Column): Column =>
    column.filter((_, row) => keep(row)) as Column;
  return {
    ...scored,
    times: kept(scored.times),
    market: kept(scored.market),
    closes: kept(scored.closes),
    actual: kept(scored.actual),
    predicted: kept(scored.predicted),
    lower: kept(scored.lower),
    upper: kept(scored.upper),
    probability: kept(scored.probability),
  };
}

/** Parts one after the other, as the folds of one walk. */
export function joinScored(parts: readonly [Scored, ...Scored[]]): Scored {
  const joined = (column: (part: Scored) => Float64Array): Float64Array => {
    const all = new Float64Array(parts.reduce((rows, part) => rows + column(part).length, 0));
    let done = 0;
    for (const part of parts) {
      all.set(column(part), done);
      done += column(part).length;
    }
    return all;
  };
  return {
    horizonMinutes: parts[0].horizonMinutes,
    level: parts[0].level,
    times: joined((part) => part.times),
    market: Uint16Array.from(parts.flatMap((part) => [...part.market])),
    closes: joined((part) => part.closes),
    actual: joined((part) => part.actual),
    predicted: joined((part) => part.predicted),
    lower: joined((part) => part.lower),
    upper: joined((part) => part.upper),
    probability: joined((part) => part.probability),
  };
}
