import { expect, test } from '@jest/globals';
import { isQuiet, quietHoursSchema } from './quietHours.ts';

test.each([
  ['22:00', '06:00', 'UTC', '2026-01-10T21:59:59Z', false],
  ['22:00', '06:00', 'UTC', '2026-01-10T22:00:00Z', true],
  ['22:00', '06:00', 'UTC', '2026-01-11T00:00:00Z', true],
  ['22:00', '06:00', 'UTC', '2026-01-11T05:59:59Z', true],
  ['22:00', '06:00', 'UTC', '2026-01-11T06:00:00Z', false],
  ['12:00', '13:30', 'UTC', '2026-01-10T13:29:00Z', true],
  ['12:00', '13:30', 'UTC', '2026-01-10T13:30:00Z', false],
  // Berlin is an hour ahead in winter and two in summer.
  ['22:00', '06:00', 'Europe/Berlin', '2026-01-10T21:00:00Z', true],
  ['22:00', '06:00', 'Europe/Berlin', '2026-01-10T20:30:00Z', false],
  ['22:00', '06:00', 'Europe/Berlin', '2026-07-10T20:00:00Z', true],
  ['22:00', '06:00', 'Europe/Berlin', '2026-07-10T04:00:00Z', false],
])('from %s to %s in %s: %s is quiet: %s', (from, to, zone, at, quiet) => {
  expect(isQuiet(quietHoursSchema.parse({ from, to, zone }), Date.parse(at))).toBe(quiet);
});

test('without quiet hours no moment is', () => {
  expect(isQuiet(null, 0)).toBe(false);
});
