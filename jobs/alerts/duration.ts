import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time as people write it, such as 90s, 5m, 2h or 1d; in milliseconds. */
export const duration = z
  .string('has to be a time such as 90s, 5m, 2h or 1d')
  .regex(/^\d{1,4}[smhd]$/, 'has to be a time such as 90s, 5m, 2h or 1d')
  .transform((text) => Number(text.slice(0, -1)) * (UNITS[text.slice(-1)] ?? 0));
