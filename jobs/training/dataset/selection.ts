import type { DatasetRequest } from './request.ts';

/** From and where of the rows wanted, with their values. */
export function selection(request: DatasetRequest): { readonly text: string; readonly values: unknown[] } {
  const { markets, horizonMinutes, since, until, asOf } = request;
  const wanted = markets.map(
    (_, index) => `($${index * 2 + 5}::varchar, $${index * 2 + 6}::varchar, ${index})`,
  );
  const over = "training_set.window_start + (training_set.horizon_minutes + 1) * interval '1 minute'";
  return {
    text: `from training_set
      join (values ${wanted.join(', ')}) as wanted (exchange, symbol, market)
        on wanted.exchange = training_set.exchange and wanted.symbol = training_set.symbol
      join watermarks on watermarks.exchange = training_set.exchange and watermarks.symbol = training_set.symbol
      where training_set.horizon_minutes = $1::int and training_set.forward_return is not null
        and ($2::timestamptz is null or training_set.window_start >= $2::timestamptz)
        and ($3::timestamptz is null or training_set.window_start < $3::timestamptz)
        and ${over} <= $4::timestamptz and ${over} <= watermarks.closed_before`,
    values: [
      horizonMinutes,
      isoOf(since),
      isoOf(until),
      isoOf(asOf),
      ...markets.flatMap(({ exchange, symbol }) => [exchange, symbol]),
    ],
  };
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
