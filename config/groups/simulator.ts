import { z } from 'zod';
import { number, type Variable } from '../variable.ts';

const speed = z.union([
  z.literal('max'),
  z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number)
    .pipe(z.number().positive()),
]);

/** The simulated market and replays. */
export const SIMULATOR = {
  SIMULATOR_SEED: number(
    'The same seed gives the same simulated market.',
    '42',
    'a whole number from 0 to 9007199254740991',
    z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  ),
  SIMULATOR_MARKETS: number(
    'How many markets are simulated.',
    '4',
    'a whole number from 1 to 20',
    z.number().int().min(1).max(20),
  ),
  SIMULATOR_RATE: number(
    'Simulated trades a second, all markets together, in the long run.',
    '20',
    'a number above 0 and at most 100000',
    z.number().positive().max(100_000),
  ),
  SIMULATOR_HISTORY: number(
    'Hours of minutes that are simulated before the first live trade.',
    '26',
    'a number from 0 to 720',
    z.number().min(0).max(720),
  ),
  SIMULATOR_OUTAGES: number(
    'Outages of the simulated exchange a day. Features that reach over one are not complete.',
    '0',
    'a number from 0 to 100',
    z.number().min(0).max(100),
  ),
  REPLAY_SPEED: {
    about: 'Pace of a replay: 1 is real time, 10 ten times as fast, max as fast as the database takes it.',
    standard: 'max',
    allowed: "'max' or a number above 0",
    schema: speed,
  } satisfies Variable<number | 'max'>,
} as const;
