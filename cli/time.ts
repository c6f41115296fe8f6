import { InvalidArgumentError } from 'commander';

/** Reads a time of UTC from the command line, as 2026-11-01 or 2026-11-01T12:00Z; milliseconds since the Unix epoch. */
export function readTime(text: string): number {
  const zoned = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00Z` : text;
  const time = /(Z|[+-]\d{2}:\d{2})$/.test(zoned) ? Date.parse(zoned) : Number.NaN;
  if (Number.isNaN(time))
    throw new InvalidArgumentError('Give a day or a time with its zone, as 2026-11-01T12:00Z.');
  return time;
}
